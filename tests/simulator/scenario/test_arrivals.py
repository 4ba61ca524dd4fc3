# ruff: noqa: E501 - a table reads best with one row per line, its sentences whole
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.runner.job import Amount, job_file
from simulator.scenario.arrivals import Arrivals
from simulator.scenario.cells import expand
from simulator.scenario.load import load, load_text
from simulator.scenario.problem import Problem, ScenarioError

MISTAKES = [
    ("arrivals: 50/s", "arrivals", "found '50/s'; a mapping is expected"),
    ("arrivals: {}", "arrivals.rate", "missing; how many jobs come in a second, minute or hour: 50/s, 3000/m"),
    ("arrivals: {rate: 50}", "arrivals.rate", "50 has no unit; write 50/s or 50/m"),
    ("arrivals: {rate: 0/s}", "arrivals.rate", "found 0/s; more than 0/s and at most 100000/s is allowed"),
    ("arrivals: {rate: -5/s}", "arrivals.rate", "-5/s is negative; a rate is not"),
    ("arrivals: {rate: 100001/s}", "arrivals.rate", "found 100001/s; more than 0/s and at most 100000/s is allowed"),
    ("arrivals: {rate: 5/s, process: poison}", "arrivals.process", "found 'poison'; allowed: poisson, constant, recorded; did you mean poisson?"),
    ("arrivals: {rps: 5/s, rate: 5/s}", "arrivals.rps", "unknown key; did you mean rate?"),
    ("vary: {arrivals.rate: [5/s, 6]}", "vary.arrivals.rate[1]", "6 has no unit; write 6/s or 6/m"),
    ("arrivals: {rate: 50/m}", "", "100 pages at arrivals.rate (0.8333333333333334/s) come within 120 s, which is not below time_limit (2m); lower job.pages or raise one of the other two"),
    ("arrivals: {rate: 0.5/s}\njob: {duration: 1s}", "", "arrivals.rate (0.5/s) makes 0.5 jobs in job.duration (1s); 1 to 1,000,000 is allowed: change one of the two"),
    ("arrivals: {rate: 5/s}\njob: {pages: 100, ramp: 1s}", "", "job.ramp is for jobs that a free worker begins at once; remove it or arrivals"),
    ("arrivals: {rate: 100000/s}\njob: {duration: 1m}", "", "arrivals.rate (100000/s) makes 6,000,000 jobs in job.duration (1m); 1 to 1,000,000 is allowed: change one of the two"),
]  # fmt: skip

BASE = "name: t\njob: {pages: 100}\nstrategies: [threads, asyncio]\n"


@pytest.mark.parametrize(("text", "path", "expected"), MISTAKES)
def test_a_mistake_is_said_at_its_place(
    refused: Callable[..., tuple[Problem, ...]], text: str, path: str, expected: str
) -> None:
    base = BASE.replace("job: {pages: 100}\n", "") if "job:" in text else BASE
    (problem,) = refused(f"{base}{text}\n")
    words = problem.message if problem.hint is None else f"{problem.message}; {problem.hint}"
    assert (problem.path, words) == (path, expected)


def test_every_strategy_has_the_arrivals_of_its_combination_the_baseline_included() -> None:
    cells = expand(load_text(f"{BASE}vary: {{arrivals.rate: [10/s, 20/s]}}", "t", Path()), 2)
    assert [(c.factors["strategy"], c.factors["arrivals.rate"], c.arrivals) for c in cells] == [
        (name, f"{rate}/s", Arrivals.model_validate({"rate": f"{rate}/s"}))
        for rate in (10, 20)
        for name in ("sequential", "threads", "asyncio")
    ]
    by_id = {cell.id: cell for cell in cells}
    assert all(by_id[cell.baseline_id].arrivals == cell.arrivals for cell in cells)


def test_cases_set_closed_and_open_arrivals_side_by_side() -> None:
    text = f"{BASE}cases: {{closed: {{arrivals: null}}, open: {{arrivals: {{rate: 3000/m, process: constant}}}}}}"
    found = {str(cell.factors["case"]): cell.arrivals for cell in expand(load_text(text, "t", Path()), 2)}
    assert found["closed"] is None
    assert found["open"] is not None
    assert (found["open"].rate_per_s, found["open"].process) == (50.0, "constant")


def test_the_job_file_says_what_the_driver_needs(tmp_path: Path) -> None:
    def arrivals(extra: str) -> object:
        cell = expand(load_text(f"{BASE}{extra}", "t", Path()), 2)[1]
        job = job_file(
            cell,
            mode="measure",
            base_url="http://127.0.0.1:1",
            amount=Amount(),
            seed=0,
            import_path=(),
            output=tmp_path / "out.json",
        )
        return job["arrivals"]

    assert arrivals("") is None
    assert arrivals("arrivals: {rate: 50/s}") == {"process": "poisson", "rate_per_s": 50.0}


RECORDED = {"schema": "gil-simulator.recording/1", "pages": []}


def recorded_scenario(folder: Path, times: list[str | None], arrivals: str = "recorded") -> Path:
    """Write a recording whose pages were asked for at these times, and a scenario that replays them."""
    (folder / "shop").mkdir(exist_ok=True)
    (folder / "shop" / "a.html").write_text("<p>")
    pages = [{"file": "a.html", "size_bytes": 3, "delay": "1ms", "at": at} for at in times]
    (folder / "shop" / "manifest.json").write_text(json.dumps(RECORDED | {"pages": pages}))
    path = folder / "t.yaml"
    path.write_text(
        "name: t\nserver: {content: {kind: recorded, path: ./shop}}\njob: {parser: html.parser, pages: 5}\n"
        f"strategies: [threads]\narrivals: {arrivals}\n"
    )
    return path


def told(path: Path) -> dict[str, Any]:
    """Return what the driver is told of a scenario's arrivals."""
    cell = expand(load(path), 2)[1]
    made = job_file(
        cell, mode="measure", base_url="", amount=Amount(), seed=1, import_path=(), output=Path("x")
    )
    found: dict[str, Any] = made["arrivals"]
    return found


def test_recorded_arrivals_are_those_of_the_pages(tmp_path: Path) -> None:
    found = told(recorded_scenario(tmp_path, ["1s", "1.5s", "3s"]))
    assert found == {
        "process": "recorded",
        "rate_per_s": 1.0,
        "offsets_ns": [0, 500_000_000, 2_000_000_000],
        "period_ns": 3_000_000_000,
    }


def test_a_rate_stretches_what_was_recorded(tmp_path: Path) -> None:
    found = told(recorded_scenario(tmp_path, ["0s", "2s"], "{process: recorded, rate: 10/s}"))
    assert (found["offsets_ns"], found["period_ns"], found["rate_per_s"]) == (
        [0, 100_000_000],
        200_000_000,
        10.0,
    )


def test_times_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "times.txt").write_text("# mine\n20ms\n\n0ms\n10ms\n")
    found = told(recorded_scenario(tmp_path, [None], "{process: recorded, file: ./times.txt}"))
    assert (found["offsets_ns"], found["period_ns"]) == ([0, 10_000_000, 20_000_000], 30_000_000)


@pytest.mark.parametrize(
    ("times", "arrivals", "sentence"),
    [
        (["0s", None], "recorded", "it is not known when 1 of 2 pages were asked for; write a rate instead"),
        (["1s", "1s"], "recorded", "all requests came at one moment; write a rate instead"),
        (["1s"], "recorded", "all requests came at one moment"),
        (
            ["0s", "1ns"],
            "recorded",
            "came; at most 100000/s are replayed: write a rate beside process: recorded",
        ),
        (["0s", "1s"], "{process: recorded, file: gone.txt}", "gone.txt: No such file or directory"),
        (
            ["0s", "1s"],
            "{process: recorded, file: bad.txt}",
            "bad.txt, line 2: 5 has no unit; write 5ms or 5s",
        ),
        (["0s", "1s"], "{process: recorded, file: empty.txt}", "empty.txt has no durations"),
        (["0s", "1s"], "{rate: 5/s, file: bad.txt}", "only process: recorded reads a file"),
    ],
)
def test_what_cannot_be_replayed_is_a_mistake_of_the_scenario(
    times: list[str | None], arrivals: str, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.txt").write_text("1ms\n5\n")
    (tmp_path / "empty.txt").write_text("#\n")
    with pytest.raises(ScenarioError) as error:
        load(recorded_scenario(tmp_path, times, arrivals))
    (problem,) = error.value.problems
    assert sentence in str(problem)
    assert problem.path.startswith("arrivals")


def test_recorded_arrivals_need_a_recording(refused: Callable[..., tuple[Problem, ...]]) -> None:
    (problem,) = refused(f"{BASE}arrivals: recorded\n")
    assert problem.message == (
        "recorded arrivals need content of kind recorded, not catalogue, or a file, as in"
        " {process: recorded, file: ./times.txt}"
    )
