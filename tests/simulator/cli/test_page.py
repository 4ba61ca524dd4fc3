"""`--html`, as a person uses it."""

import os
import webbrowser
from pathlib import Path

import pytest

from simulator.analysis.summary import summarise
from simulator.result.document import to_json
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator
from tests.simulator.cli.stored import keep

RUN = run_of({"sequential": [10.0, 11.0, 12.0], "threads": [30.0, 33.0, 36.0]}, run_id="aaaa")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keep(tmp_path, RUN)
    (tmp_path / "run.json").write_text(to_json(summarise(RUN)), encoding="utf-8")
    return tmp_path


def test_a_report_writes_its_page_and_says_where(folder: Path) -> None:
    done = simulator(folder, "report", "last", "--html", "out.html")
    assert (done.returncode, done.stderr) == (0, "report: out.html\n")
    assert "threads" in done.stdout
    text = (folder / "out.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert '<section class="figure" id="throughput"' in text
    assert str(folder) not in text


def test_the_page_of_a_result_document_needs_no_database(folder: Path) -> None:
    of_run = simulator(folder, "report", "last", "--html", "-").stdout
    (folder / "results.sqlite").unlink(missing_ok=True)
    done = simulator(folder, "report", "./run.json", "--html", "-")
    assert done.returncode == 0
    assert done.stdout == of_run
    assert "threads" in done.stderr


def test_a_page_that_cannot_be_written_is_refused_at_once(folder: Path) -> None:
    done = simulator(folder, "report", "last", "--html", "nowhere/out.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--html nowhere/out.html: there is no folder nowhere; make it first" in done.stderr


@pytest.mark.parametrize(
    ("options", "page"), [((), "cache/report.html"), (("--html", "out.html"), "out.html")]
)
def test_the_page_is_opened_from_where_it_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], page: str
) -> None:
    opened: list[str] = []

    def open_(url: str) -> bool:
        opened.append(url)
        return bool(options)

    monkeypatch.setattr(webbrowser, "open", open_)
    environ = {**os.environ, "SIMULATOR_STORE": "results.sqlite", "SIMULATOR_CACHE": str(folder / "cache")}
    done = simulator(folder, "report", "last", "--open", *options, environ=environ)
    assert done.returncode == 0, done.stderr
    assert opened == [(folder / page).as_uri()]
    assert (folder / page).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert ("no browser is here; open " in done.stderr) == (not options)


def test_what_goes_to_standard_output_cannot_be_opened(folder: Path) -> None:
    done = simulator(folder, "report", "last", "--open", "--html", "-")
    assert done.returncode == 2
    assert "--open opens a file" in done.stderr
