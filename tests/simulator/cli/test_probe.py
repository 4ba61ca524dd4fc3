import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulator.cli import exits
from simulator.cli.probe import Options, _show, exit_code, probe_target
from simulator.cli.shown import Shown
from simulator.probe.diagnosis import conclude
from simulator.probe.expect import judge, parse
from simulator.probe.measure import Budget
from tests.simulator.cli.started import simulator
from tests.simulator.probe.measurements import measured

SHORT = Budget(rounds=3, window_s=0.02, looks=0, loop_s=0.1, imports=False, held=False)


def options(
    target: str, *, inputs: tuple[Path, ...] = (), json: str | None = None, expect: tuple[str, ...] = ()
) -> Options:
    return Options(target=target, inputs=inputs, python=None, shown=Shown(json), expect=expect)


def test_the_document_has_what_is_promised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe_target(options("json", json="-"), SHORT) == exits.OK
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    promised = {"cost_s", "gil_held", "speedup", "loop_lag_s", "subinterpreter", "keeps_gil_off", "advice"}
    assert promised <= set(document)
    assert document["schema"] == "simulator.probe/1"
    assert document["speedup"]["2"]["median"] > 0
    assert (document["gil_held"], document["reasons"]["gil_held"]) == (None, "not measured")
    assert "json: " in printed.err
    assert list(tmp_path.iterdir()) == []


def test_the_report_fits_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert probe_target(options("html.parser", expect=("cost < 100s",)), SHORT) == exits.OK
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "held: cost < 100s" in out


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        (("gil_held > 0.5",), exits.OK),
        (("gil_held > 0.5", "keeps_gil_off"), exits.UNDECIDED),
        (("keeps_gil_off", "gil_held < 0.5"), exits.NOT_HELD),
    ],
)
def test_conditions_become_an_exit_code(conditions: tuple[str, ...], code: int) -> None:
    assert exit_code([judge(parse(text), measured()) for text in conditions]) == code


def test_ci_reads_conditions_figures_and_a_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    files = [str(tmp_path / name) for name in ("junit.xml", "github.json")]
    shown = Shown(junit=files[0], benchmark=(f"github:{files[1]}",), markdown=True)
    asked = Options("mypkg:parse", (Path("saved"),), None, shown, ("gil_held < 0.2", "keeps_gil_off"), "5m")
    judged = [judge(parse(text), measured()) for text in asked.expect]
    _show(conclude(measured()), judged, asked)
    printed = capsys.readouterr()
    assert printed.out.startswith("**mypkg:parse: processes**\n")
    assert "Expectations: 0 of 2 held. **not held**: gil\\_held" in printed.out.replace(
        "gil_held", "gil\\_held"
    )
    again = "--expect 'gil_held < 0.2' --expect keeps_gil_off --pages-from saved --time-limit 5m`"
    assert f"`simulator probe mypkg:parse {again}" in printed.out
    assert len(printed.out.splitlines()) < 20
    assert [line.split(" ")[0] for line in printed.err.splitlines()] == ["::error", "::error"]
    outcomes = [case[0].tag for case in ET.parse(files[0]).getroot()[0]]  # noqa: S314 - made here
    assert outcomes == ["failure", "error"]
    assert len(json.loads(Path(files[1]).read_text(encoding="utf-8"))) == 5


@pytest.mark.scenario
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nix",), exits.USAGE, "not a function's address"),
        (("mine:two",), exits.USAGE, "needs other arguments"),
        (("mine:fails",), exits.FAILED, "raises ValueError: broken page"),
        (("json", "--pages-from", "nix.json"), exits.USAGE, "nix.json does not exist"),
        (("json", "--expect", "gil_hold < 1"), exits.USAGE, "did you mean gil_held"),
        (("json", "--python", "nix/python"), exits.USAGE, "cannot be started"),
        (("json", "--json", "nix/probe.json"), exits.USAGE, "there is no folder"),
    ],
)
def test_mistakes_are_said_in_a_sentence(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(
        "def two(a, b): pass\ndef fails(page): raise ValueError('broken page')\n"
    )
    done = simulator(tmp_path, "probe", *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
