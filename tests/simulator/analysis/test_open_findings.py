from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from simulator.analysis.findings import findings
from simulator.analysis.ranking import compared
from simulator.report.sentences.registry import sentence
from simulator.result.document import ResultDocument, from_json, to_json
from simulator.result.findings.answers import FallsBehind, KeepsUp, Soonest
from simulator.result.findings.kinds import Finding
from simulator.result.findings.reasons import LoopCause, ThreadsCause
from simulator.result.repetition import Arrivals
from simulator.stats.percentiles import Percentiles
from tests.simulator.analysis.builders import document

STEADY = Arrivals(
    offered=200,
    offered_per_s=50.0,
    started=200,
    completed=199,
    backlog_max=4,
    backlog_end=0,
    queue_s=0.002,
    dispatcher_late_s=None,
    dispatcher_late_tail_s=None,
    unstable=False,
)
GROWING = replace(STEADY, started=165, completed=160, backlog_max=37, backlog_end=36, unstable=True)
UNSURE = replace(STEADY, started=180, completed=176, backlog_max=24, backlog_end=20)


def opened(
    each: Mapping[str, tuple[Arrivals, Sequence[float]]],
    *,
    rates: Mapping[str, float] | None = None,
    marked: Sequence[str] = (),
) -> ResultDocument:
    """Return a document of strategies with these arrivals and median response times (ms), round by round."""
    made = document(
        {name: [(rates or {}).get(name, 50.0)] * len(p50) for name, (_, p50) in each.items()}, marked=marked
    )
    cells = []
    for cell in made.cells:
        arrivals, p50 = each[str(cell.factors["strategy"])]
        done = tuple(
            replace(
                repetition,
                measures=replace(
                    repetition.measures,  # type: ignore[type-var] # every one has measures here
                    arrivals=arrivals,
                    response_time_s=Percentiles(p50[repetition.round] / 1e3, None, None, None, None, 1.0),
                ),
            )
            for repetition in cell.repetitions
        )
        middle = sorted(p50)[len(p50) // 2] / 1e3
        cells.append(
            replace(
                cell,
                repetitions=done,
                arrivals=arrivals,
                speedup=None,
                response_time_s=Percentiles(middle, 0.07, None, None, None, 1.0),
            )
        )
    return compared(replace(made, cells=tuple(cells)))


F = TypeVar("F", bound=Finding)


def told(made: ResultDocument, kind: type[F]) -> list[F]:
    return [finding for finding in findings(made) if isinstance(finding, kind)]


def test_who_is_unstable_is_said_with_what_came_and_what_was_done() -> None:
    made = opened(
        {"sequential": (GROWING, [900] * 3), "asyncio": (GROWING, [500] * 3)}, rates={"asyncio": 41.2}
    )
    (finding,) = told(made, FallsBehind)
    assert sentence(finding) == (
        "asyncio is unstable at this rate: 50 jobs/s came and 41.2/s were done; the backlog grew to 36 of 200 jobs,"
        " and a longer run would only have longer responses."
    )
    assert finding.offered_per_s == 50.0
    assert finding.unstable


def test_who_keeps_up_is_one_sentence_and_comes_first() -> None:
    made = opened(
        {
            "sequential": (GROWING, [900] * 3),
            "threads": (GROWING, [500] * 3),
            "asyncio": (STEADY, [50] * 3),
            "processes": (STEADY, [52] * 3),
        }
    )
    first, second = (one for one in findings(made) if isinstance(one, KeepsUp | FallsBehind))
    assert sentence(first) == (
        "asyncio and processes keep up with the 50 jobs/s that come; at most 4 of them waited for a worker at a time."
    )
    assert sentence(second).startswith("threads are unstable at this rate")


def test_a_backlog_that_chance_may_have_brought_is_neither() -> None:
    (finding,) = told(opened({"sequential": (STEADY, [60] * 3), "threads": (UNSURE, [50] * 3)}), FallsBehind)
    assert sentence(finding).startswith(
        "Whether threads keep up is not told: 50 jobs/s came and 50/s were done; 20 of 200"
    )
    assert not finding.unstable


def test_of_those_that_keep_up_response_times_are_compared_never_throughputs() -> None:
    made = opened(
        {
            "sequential": (STEADY, [80, 82, 81]),
            "threads": (STEADY, [60, 61, 60]),
            "asyncio": (STEADY, [50, 51, 50]),
            "processes": (GROWING, [10, 10, 10]),
        },
        rates={"threads": 49.9, "asyncio": 50.1, "processes": 80.0},
    )
    (finding,) = told(made, Soonest)
    assert sentence(finding).startswith(
        "asyncio answers soonest: a response in 50 ms (median, from the planned start; p90 70 ms);"
        " threads take 1.20 ×"
    )
    assert finding.best == "asyncio"
    (rival,) = finding.rivals
    assert rival.ratio is not None
    assert rival.ratio.median == pytest.approx(1.2, abs=0.01)
    sentences = [
        sentence(one) for one in findings(made) if isinstance(one, Soonest | ThreadsCause | LoopCause)
    ]
    assert all("fastest" not in text and "sequential" not in text for text in sentences)


def test_response_times_that_are_alike_are_not_told_apart() -> None:
    made = opened(
        {
            "sequential": (STEADY, [60] * 3),
            "threads": (STEADY, [50, 52, 51]),
            "asyncio": (STEADY, [52, 50, 51.5]),
        }
    )
    (finding,) = told(made, Soonest)
    assert sentence(finding).startswith("threads gave a response in 51 ms")
    assert "; of asyncio the rounds cannot tell" in sentence(finding)


def test_two_rounds_decide_nothing() -> None:
    made = opened(
        {"sequential": (STEADY, [60] * 2), "threads": (STEADY, [50] * 2), "asyncio": (STEADY, [70] * 2)}
    )
    (finding,) = told(made, Soonest)
    assert "fewer than 3 rounds cannot tell if that is luck" in sentence(finding)


def test_other_jobs_in_flight_are_said_and_not_compared() -> None:
    made = opened(
        {
            "sequential": (STEADY, [60] * 3),
            "threads": (STEADY, [50] * 3),
            "processes_per_core": (STEADY, [40] * 3),
        },
        marked=["processes_per_core"],
    )
    (finding,) = told(made, KeepsUp)
    assert "threads and processes_per_core, with 2 in flight by its nature, keep up" in sentence(finding)
    assert told(made, Soonest) == []


def test_a_document_with_arrivals_reads_back_as_it_was() -> None:
    made = opened({"sequential": (GROWING, [900] * 3), "threads": (STEADY, [50] * 3)})
    assert from_json(to_json(made)) == made


def test_the_summary_has_no_speedup_over_sequential() -> None:
    each: dict[str, Any] = {"arrivals": STEADY}
    made = document({"sequential": [20.0] * 3, "threads": [50.0] * 3}, sequential=each, threads=each)
    threads = next(cell for cell in made.cells if cell.factors["strategy"] == "threads")
    assert threads.speedup is None
    assert threads.arrivals is not None
    assert threads.arrivals.offered == 200
    assert document({"sequential": [20.0] * 3, "threads": [50.0] * 3}).cells[1].speedup is not None
