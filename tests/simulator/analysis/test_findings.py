import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from simulator.analysis.findings import NO_PARSE_S, findings, ratio
from simulator.analysis.summary import summarise
from simulator.report.sentences.registry import sentence
from simulator.result.document import ResultDocument
from simulator.result.findings.answers import ByNature, Winner
from simulator.result.findings.kinds import Finding
from simulator.result.findings.reasons import Character, LoopCause, Price, ThreadsCause
from simulator.result.repetition import Phase
from simulator.stats.percentiles import Lag
from tests.simulator.analysis.builders import document, known_attribution, planned, repetition, run

FIVE = (0.99, 1.0, 1.01, 1.0, 0.995)
"""How the rounds of a cell scatter; equal for all, so that ratios are exact but for what a test adds."""
OTHER = (1.0, 0.99, 1.0, 1.01, 0.995)
"""The same scatter in other rounds: two such cells are not told apart."""

WAITS: dict[str, Any] = {
    "cores_used": 0.1,
    "network_s": 0.05,
    "fetch": Phase(0.051, 0.001, 0.0),
    "parse": Phase(0.0, 0.00001, 0.0),
}
COMPUTES: dict[str, Any] = {
    "cores_used": 0.95,
    "network_s": 0.001,
    "fetch": Phase(0.002, 0.001, 0.0),
    "parse": Phase(0.02, 0.02, 0.0),
}


def rounds(rate: float, scatter: Sequence[float] = FIVE) -> list[float]:
    return [rate * factor for factor in scatter]


CAUSES = (ThreadsCause, LoopCause)

F = TypeVar("F", bound=Finding)


def said(found: ResultDocument, *kinds: type[Finding]) -> list[str]:
    return [sentence(finding) for finding in found.findings if isinstance(finding, kinds)]


def only(found: ResultDocument, kind: type[F]) -> F:
    (finding,) = (f for f in found.findings if isinstance(f, kind))
    return finding


def ratio_to(winner: Winner, strategy: str) -> float | None:
    (rival,) = (one for one in winner.rivals if one.strategy == strategy)
    return rival.ratio.median if rival.ratio is not None else None


WAITING_JOB: dict[str, Any] = {
    "rates": {
        "sequential": rounds(20),
        "threads": rounds(150),
        "asyncio": rounds(160, OTHER),
        "processes": rounds(152, OTHER),
    },
    "sequential": WAITS,
    "threads": {**WAITS, "cores_used": 0.6, "memory_bytes": 40_000_000},
    "asyncio": {**WAITS, "loop_lag_s": Lag(0.0, 0.001, 0.002)},
    "processes": {**WAITS, "memory_bytes": 300_000_000, "startup_s": 1.2},
}
COMPUTING_JOB: dict[str, Any] = {
    "rates": {
        "sequential": rounds(45),
        "threads": rounds(46, OTHER),
        "asyncio": rounds(45.5),
        "processes": rounds(88, OTHER),
    },
    "sequential": COMPUTES,
    "threads": {**COMPUTES, "cores_used": 1.02},
    "asyncio": {**COMPUTES, "loop_lag_s": Lag(None, None, 0.13)},
    "processes": {**COMPUTES, "cores_used": 1.9},
}
RELEASING_JOB: dict[str, Any] = {
    "rates": {"sequential": rounds(45), "threads": rounds(82, OTHER), "processes": rounds(83)},
    "sequential": COMPUTES,
    "threads": {**COMPUTES, "cores_used": 1.85},
    "processes": {**COMPUTES, "cores_used": 1.9},
}
MIXED_JOB: dict[str, Any] = {
    "rates": {"sequential": rounds(20), "threads": rounds(60, OTHER), "processes": rounds(100)},
    "sequential": {**WAITS, "cores_used": 0.3, "parse": Phase(0.015, 0.015, 0.0)},
    "threads": {"cores_used": 1.05},
    "processes": {"cores_used": 1.9},
}
ALL = {"waiting": WAITING_JOB, "computing": COMPUTING_JOB, "releasing": RELEASING_JOB, "mixed": MIXED_JOB}


def test_a_waiting_job_is_called_so_and_threads_overlap_its_waiting() -> None:
    found = document(**WAITING_JOB)
    character = only(found, Character)
    assert sentence(character).startswith(
        "The job is waiting: one page alone takes 50 ms of waiting for the server"
    )
    assert "no parsing to speak of" in sentence(character)
    assert character.waiting_share == pytest.approx(0.98, abs=0.001)
    (cause,) = said(found, *CAUSES)
    assert cause.startswith("threads overlap the waiting: 7.50 × (7.45 to 7.55) sequential")
    assert "with 8 in flight on 0.6 cores" in cause


def test_a_computing_job_where_processes_win_blames_a_lock_in_the_process() -> None:
    found = document(**COMPUTING_JOB)
    assert sentence(only(found, Character)).startswith("The job is computing")
    winner = only(found, Winner)
    assert sentence(winner).startswith(
        "While it computes, take processes: they do 1.91 times what threads do, the next. Processes did 88 pages/s,"
    )
    assert "sequential, of at most 2.01 by the cores; they are 1.91 × (" in sentence(winner)
    exceeded = replace(winner, bound_speedup=1.5)
    assert "at most" not in sentence(exceeded), "what was exceeded bounds nothing"
    assert winner.best == "processes"
    assert ratio_to(winner, "threads") == pytest.approx(88 / 46, rel=0.01)
    threads, loop = said(found, *CAUSES)
    assert threads.startswith("threads gain little (1.022 × (")
    assert "something that only one thread can use at a time: they used 1.02 cores, processes 1.9" in threads
    assert loop.startswith("asyncio parses on its loop: each parse holds up all 8 tasks for 20 ms")
    assert "130 ms late" in loop


def test_a_pair_that_is_too_noisy_to_tell_names_no_cause() -> None:
    rates = {**COMPUTING_JOB["rates"], "processes": [88, 30, 140, 60, 200]}
    found = document(**{**COMPUTING_JOB, "rates": rates})
    assert [f for f in found.findings if isinstance(f, ThreadsCause)] == []
    noisy = {**MIXED_JOB["rates"], "threads": [60, 15, 60, 19, 60]}
    found = document(**{**MIXED_JOB, "rates": noisy})
    assert [f for f in found.findings if isinstance(f, ThreadsCause)] == [], (
        "what threads gain is not known either"
    )


def test_a_parse_that_releases_the_lock_lets_threads_share_the_computing() -> None:
    found = document(**RELEASING_JOB)
    (cause,) = said(found, *CAUSES)
    assert cause.startswith("threads share the computing: 1.82 × (")
    assert "without a lock" in cause
    assert sentence(only(found, Winner)).startswith(
        "While it computes, take threads: processes are no faster."
    )


def test_a_mixed_job_overlaps_its_waiting_but_not_its_computing() -> None:
    (cause,) = said(document(**MIXED_JOB), *CAUSES)
    assert cause.startswith("threads overlap the waiting (3.00 × (")
    assert "but not the computing: processes are 1.67 × (" in cause
    assert sentence(only(document(**MIXED_JOB), Character)).startswith(
        "The job is both waiting and computing"
    )


def test_threads_that_gain_a_lot_are_not_said_to_gain_little() -> None:
    many_cores = document(
        {"sequential": rounds(45), "threads": rounds(180, OTHER), "processes": rounds(330)},
        sequential=COMPUTES,
        threads={"cores_used": 4.2},
        processes={"cores_used": 7.8},
    )
    (cause,) = said(many_cores, *CAUSES)
    assert cause.startswith("threads share only part of the computing (4.00 × (")


@pytest.mark.parametrize("job", ALL.values(), ids=ALL)
def test_no_finding_names_the_gil_and_each_is_a_sentence(job: Mapping[str, Any]) -> None:
    found = document(**job).findings
    assert found
    for finding in found:
        assert not re.search(r"\bGIL\b", sentence(finding), re.IGNORECASE)
        assert sentence(finding).endswith(".")
        assert not sentence(finding).endswith("..")
        assert "None" not in sentence(finding)
        assert "  " not in sentence(finding)
        assert not re.search(r"\b(threads|processes) (is|holds|does|has)\b", sentence(finding))
        assert not re.search(r"\b(asyncio|pool4) (are|hold|do|have)\b", sentence(finding))


def test_what_is_within_the_noise_is_called_a_tie_and_what_is_not_is_named() -> None:
    found = only(
        document(
            {
                "sequential": rounds(20),
                "threads": rounds(100),
                "asyncio": rounds(100.1, OTHER),
                "uv": rounds(70),
            }
        ),
        Winner,
    )
    assert sentence(found).startswith(
        "While it waits, take threads: asyncio is no faster; uv is slower. Asyncio did 100 pages/s, "
    )
    assert "threads and 1.43 × (" in sentence(found)
    assert sentence(found).endswith(" uv.")
    three = only(
        document(
            {
                "sequential": rounds(20),
                "threads": rounds(100),
                "processes": rounds(100.1, OTHER),
                "asyncio": rounds(100),
            }
        ),
        Winner,
    )
    assert "take threads: processes and asyncio are as fast." in sentence(three)


def test_the_verb_follows_the_strategys_name() -> None:
    for name, start in {
        "threads": "take threads: they do 2.00 times what other does.",
        "asyncio": "take asyncio: it does 2.00 times what other does.",
        "pool4": "take pool4: it does 2.00 times what other does.",
    }.items():
        found = sentence(
            only(document({"sequential": rounds(20), name: rounds(100), "other": rounds(50)}), Winner)
        )
        assert start in found
        assert ("; they are 2.00 ×" in found) == (name == "threads")
        assert ("; it is 2.00 ×" in found) == (name != "threads")


def test_one_strategy_is_fastest_of_nothing() -> None:
    found = sentence(only(document({"sequential": rounds(20), "pool4": rounds(100)}), Winner))
    assert found.startswith("pool4 did 100 pages/s, 5.00 × ")
    assert found.endswith("sequential.")


def test_the_best_that_is_slower_than_sequential_is_said_to_be() -> None:
    both = sentence(
        only(
            document({"sequential": rounds(50), "threads": rounds(40, OTHER), "processes": rounds(20)}),
            Winner,
        )
    )
    assert "take one job after the other: sequential is faster than all of them." in both
    alone = sentence(only(document({"sequential": rounds(50), "threads": rounds(40, OTHER)}), Winner))
    assert alone.endswith("; sequential is faster.")
    even = sentence(only(document({"sequential": rounds(50), "threads": rounds(50, OTHER)}), Winner))
    assert "sequential is faster" not in even


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_than_three_rounds_tell_nothing_apart(count: int) -> None:
    found = document(
        {"sequential": [20.0] * count, "threads": [45.0] * count, "processes": [80.0, 100.0][-count:]},
        threads={"cores_used": 1.0},
    )
    text = sentence(only(found, Winner))
    assert text.startswith("Processes did most; fewer than 3 rounds cannot tell whether that is luck.")
    assert f"did {'100' if count == 1 else '90'} pages/s" in text
    assert "take" not in text
    if count == 2:
        assert "4.50 × (range 4.00 to 5.00) sequential" in text


def test_a_marked_strategy_is_compared_apart_with_its_own_in_flight() -> None:
    found = document(
        {
            "sequential": rounds(20),
            "threads": rounds(100),
            "asyncio": rounds(50),
            "processes_per_core": rounds(200),
        },
        marked=["processes_per_core"],
    )
    first, second = said(found, Winner, ByNature)
    assert "take threads: they do 2.00 times" in first
    assert "processes_per_core" not in first
    assert second.startswith("processes_per_core, with 2 in flight by its nature, does 2.00 ×")
    assert second.endswith(" what threads do with 8.")


def test_a_marked_strategy_alone_has_an_answer_too() -> None:
    found = document(
        {"sequential": rounds(20), "processes_per_core": rounds(40)}, marked=["processes_per_core"]
    )
    text = sentence(only(found, Winner))
    assert text.startswith("processes_per_core, with 2 in flight by its nature, did 40 pages/s, 2.00 ×")


def test_failed_and_invalid_cells_are_not_spoken_of() -> None:
    cells = [planned(name) for name in ("sequential", "threads", "asyncio", "processes")]
    done = [
        *[repetition("sequential", i, 20.0 * f, **WAITS) for i, f in enumerate(FIVE)],
        *[repetition("threads", i, 100.0 * f) for i, f in enumerate(FIVE)],
        *[repetition("asyncio", i, 900.0, status="invalid", reason="late") for i in range(5)],
        repetition("processes", 0, None, status="failed", reason="died"),
    ]
    for finding in summarise(run(cells, done, rounds=5)).findings:
        assert "asyncio" not in sentence(finding)
        assert "processes" not in sentence(finding)


def test_without_a_valid_baseline_there_is_no_character_and_no_speedup() -> None:
    cells = [planned("sequential"), planned("threads")]
    done = [
        repetition("sequential", 0, None, status="failed", reason="died"),
        *[repetition("threads", i, 100.0 * f, **WAITS) for i, f in enumerate(FIVE)],
    ]
    (finding,) = summarise(run(cells, done, rounds=5)).findings
    assert sentence(finding) == "threads did 100 pages/s."


def test_nothing_measured_has_no_finding() -> None:
    assert summarise(run([planned("sequential"), planned("threads")], [])).findings == ()
    assert summarise(run([], [])).findings == ()


def test_sequential_alone_still_has_its_character_with_its_own_scope() -> None:
    found = summarise(
        run([planned("sequential")], [repetition("sequential", i, 20.0, **WAITS) for i in range(3)])
    )
    assert only(found, Character).scope == {"in_flight": "1"}


def test_each_combination_of_cases_and_levels_is_answered_for_itself() -> None:
    cells, done = [], []
    for case, network_s in (("waiting", 0.05), ("computing", 0.0001)):
        for latency, factor in (("20ms", 2), ("80ms", 4)):
            levels = {"case": case, "server.latency": latency}
            for name, rate in (("sequential", 10.0), ("threads", 10.0 * factor), ("asyncio", 15.0 * factor)):
                cell = planned(name, levels=levels)
                cells.append(cell)
                jobs = {**WAITS, "network_s": network_s, "parse": Phase(0.02, 0.02, 0.0)}
                done += [repetition(cell.id, i, rate * f, **jobs) for i, f in enumerate(FIVE)]
    found = summarise(run(cells, done, rounds=5))
    winners = [f for f in found.findings if isinstance(f, Winner)]
    assert len(winners) == 4
    assert {(f.scope["case"], f.scope["server.latency"]) for f in winners} == {
        (case, latency) for case in ("waiting", "computing") for latency in ("20ms", "80ms")
    }
    for winner in winners:
        expected = 3.0 if winner.scope["server.latency"] == "20ms" else 6.0
        assert f"{expected:.2f} ×" in sentence(winner)
    kinds = {f.scope["case"]: sentence(f).split(":")[0] for f in found.findings if isinstance(f, Character)}
    assert kinds == {"waiting": "The job is both waiting and computing", "computing": "The job is computing"}


def test_a_parse_under_a_call_is_no_parsing() -> None:
    cheap = {**WAITS, "parse": Phase(0.0, NO_PARSE_S * 0.9, 0.0)}
    costly = {**WAITS, "parse": Phase(0.0, NO_PARSE_S * 1.1, 0.0)}
    assert "no parsing" in sentence(
        only(document({"sequential": rounds(20), "threads": rounds(40)}, sequential=cheap), Character)
    )
    assert "CPU of parsing" in sentence(
        only(document({"sequential": rounds(20), "threads": rounds(40)}, sequential=costly), Character)
    )


def test_unknown_times_have_no_character_and_unknown_cores_no_cause() -> None:
    unknown: dict[str, Any] = {"network_s": None, "cores_used": None, "memory_bytes": None}
    found = document(
        {"sequential": rounds(20), "threads": rounds(100), "processes": rounds(150)},
        sequential=unknown,
        threads=unknown,
        processes=unknown,
    )
    assert {finding.kind for finding in found.findings} == {"winner"}


def test_the_price_of_processes_is_told_beside_threads() -> None:
    (price,) = said(document(**WAITING_JOB), Price)
    assert (
        price == "processes hold 300 MB where threads hold 40 MB, and are ready after 1.2 s instead of 0.4 s."
    )


def test_a_loop_with_one_task_holds_up_that_one() -> None:
    cells = [planned("sequential"), planned("asyncio", in_flight=1)]
    done = [
        repetition(c.id, i, 20.0 * f, **COMPUTES, loop_lag_s=Lag(None, None, 0.1))
        for c in cells
        for i, f in enumerate(FIVE)
    ]
    (cause,) = said(summarise(run(cells, done, rounds=5)), *CAUSES)
    assert "holds up its only task for 20 ms" in cause


def test_a_run_until_precise_needs_more_than_quiet_last_rounds_to_tell_strategies_apart() -> None:
    scatter = [0.7, 1.3, 1.0, *[1.01, 0.99] * 10]
    cells = [planned(name) for name in ("sequential", "threads", "processes")]
    done = [
        *[repetition("sequential", i, 20.0) for i in range(len(scatter))],
        *[repetition("threads", i, 100.0) for i in range(len(scatter))],
        *[repetition("processes", i, 115.0 * factor) for i, factor in enumerate(scatter)],
    ]
    fixed = summarise(run(cells, done, rounds=len(scatter)))
    precise = summarise(run(cells, done, rounds=3, scenario={"precision": "3%"}))
    assert "take processes: they do 1.15 times" in sentence(only(fixed, Winner))
    assert "take processes or threads: 23 rounds cannot tell which is faster." in sentence(
        only(precise, Winner)
    )
    wide, narrow = precise.cells[2].speedup, fixed.cells[2].speedup
    assert wide is not None
    assert narrow is not None
    assert wide.high / wide.low > 1.2 * narrow.high / narrow.low


def test_a_ratio_pairs_the_rounds_in_which_both_are_valid() -> None:
    found = document({"sequential": [1.0, 2.0, 4.0, 8.0], "threads": [3.0, 6.0, 12.0, 24.0]})
    pair = ratio(found.cells[1], found.cells[0])
    assert pair is not None
    assert [pair.low, pair.high] == pytest.approx([3, 3])
    assert findings(found) == found.findings


BEATEN = {
    "sequential": [10.0, 10.1, 9.9],
    "threads": [10.0, 10.1, 9.9],
    "processes": [19.0, 19.1, 18.9],
}
BUSY: dict[str, Any] = {"cores_used": 1.0}


def test_the_cause_says_where_the_threads_time_went() -> None:
    where = known_attribution(parse_cpu=0.25, stall_parse=0.71, run_queue=0.02)
    (cause,) = said(document(BEATEN, sequential=BUSY, threads={"attribution": where, **BUSY}), *CAUSES)
    assert cause.endswith(
        "Of its threads' time 71 % stalled (most of it in parsing), 2 % waiting for a core."
    )


def test_a_stall_smaller_than_the_steal_is_not_named() -> None:
    where = replace(known_attribution(parse_cpu=0.5, stall_parse=0.04, run_queue=0.4), steal=0.05)
    (cause,) = said(document(BEATEN, sequential=BUSY, threads={"attribution": where, **BUSY}), *CAUSES)
    assert cause.endswith("Of its threads' time 40 % waiting for a core, next to nothing stalled.")


def test_the_gil_is_named_only_where_interpreters_with_their_own_beat_threads() -> None:
    (cause,) = said(document(BEATEN, sequential=BUSY, threads=BUSY), *CAUSES)
    assert "something that only one thread can use at a time" in cause
    assert "GIL" not in cause
    for rates, named in ([18.0, 18.1, 17.9], True), ([10.0, 10.2, 9.9], False):
        (cause,) = said(document({**BEATEN, "interpreters": rates}, sequential=BUSY, threads=BUSY), *CAUSES)
        assert ("the GIL (interpreters in one process" in cause) is named
