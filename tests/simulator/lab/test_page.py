from dataclasses import replace
from pathlib import Path

import pytest

from simulator.lab import page
from simulator.lab.opening import usual
from simulator.lab.page import render
from simulator.lab.setting import of_a_file
from simulator.report.html.assets import source_hash

FOLDER = Path(page.__file__).parent


def test_it_is_one_file_and_may_load_nothing() -> None:
    text = render(usual(), of_a_file())
    assert "connect-src &#39;none&#39;" in text
    assert "<script src" not in text
    assert "stylesheet" not in text.partition("<body")[0]


def test_its_policy_names_its_scripts_alone() -> None:
    text = render(usual(), of_a_file())
    assert text.count("sha256-") == len(page.MODEL) + len(page.SCRIPTS) + 1
    for name in (*page.MODEL, *page.SCRIPTS):
        assert source_hash((FOLDER / name).read_text(encoding="utf-8")).strip("'") in text


def test_served_it_may_talk_to_its_server() -> None:
    setting = replace(of_a_file(), served=True)
    assert "connect-src &#39;self&#39;" in render(usual(), setting)


def test_a_title_ends_nothing() -> None:
    hostile = replace(
        usual(), title="</title><script>x</script>", origin="<b>", state={"python": "</script>"}
    )
    text = render(hostile, of_a_file())
    assert "<script>x" not in text
    assert "&lt;b&gt;" in text
    assert '"python":"\\u003c/script>"' in text


@pytest.mark.parametrize("name", [*page.MODEL, *page.SCRIPTS])
def test_no_script_ends_itself(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert "</script" not in text
    assert "eval(" not in text
    assert len(text.splitlines()) <= 300 or name in ("model.js", "simulation.js")
