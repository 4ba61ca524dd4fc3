"""Which cells and repetitions are in a trace, what it says of itself, and what a file can hold."""

from dataclasses import replace

import pytest

from simulator.analysis.summary import summarise
from simulator.trace.build import build, cell_name
from simulator.trace.share import dealt
from simulator.trace.text import text
from tests.simulator.analysis.builders import MS, observed, planned, repetition, run, samples
from tests.simulator.trace.rules import checked
from tests.simulator.trace.traced import document_of, trace_of


def test_each_cell_that_is_ok_shows_its_repetition_in_the_middle() -> None:
    cells = [planned("threads"), planned("asyncio"), planned("processes")]
    done = [repetition("threads", round_, rate) for round_, rate in enumerate([70.0, 50.0, 60.0])]
    done.append(repetition("asyncio", 0, 40.0, status="invalid", reason="too short"))
    document = summarise(run(cells, done))
    found = checked("".join(text(build(document, lambda *_: samples()))))
    assert [(c["name"], c["round"], c["jobs"]) for c in found["otherData"]["cells"]] == [
        ("threads, 8 in flight", 2, 100)
    ]
    assert found["otherData"]["cells"][0]["round"] == document.cells[0].timeline.round  # type: ignore[union-attr]
    assert [(c["name"], c["reason"]) for c in found["otherData"]["cells_without"]] == [
        ("asyncio, 8 in flight", "too short"),
        ("processes, 8 in flight", "not measured before the run ended"),
    ]


def test_a_cell_without_raw_samples_is_left_out_and_named() -> None:
    document = summarise(run([planned("threads")], [repetition("threads", 0)]))
    found = checked("".join(text(build(document, lambda *_: None))))
    assert found["traceEvents"] == []
    assert found["otherData"]["cells_without"][0]["reason"] == "no raw samples of round 0 are kept"


def test_a_trace_says_what_it_is_of_and_what_its_names_mean() -> None:
    found = checked(
        "".join(
            text(trace_of({"threads": observed(), "asyncio": observed(samples(workers=1, on_loop=True))}))
        )
    )
    about = found["otherData"]
    assert (about["run"], about["scenario"], about["machine"]) == ("r1", "shop", {"usable_cores": 2})
    # Every name of a slice or a counter is explained.
    named = {e["name"] for e in found["traceEvents"] if e["ph"] in "Xbe" and not e["name"].startswith("task")}
    named |= {" ".join([e["name"], *e["args"]]) for e in found["traceEvents"] if e["ph"] == "C"}
    assert named <= about["about"].keys()


def test_a_cell_is_named_by_its_strategy_and_its_levels() -> None:
    levels = {"case": "waiting", "server.latency": "20ms", "job.parse_cost": None}
    cell = planned("threads", in_flight=4, levels=levels)  # type: ignore[arg-type] # a level may be null
    document = summarise(run([cell], [repetition(cell.id, 0)]))
    assert cell_name(document.cells[0]) == "threads, waiting, latency 20ms, parse_cost null, 4 in flight"


@pytest.mark.parametrize("most", [60, 200, 1_000])
def test_a_trace_holds_no_more_than_it_may_and_keeps_whole_jobs_from_the_beginning(most: int) -> None:
    found = {"threads": observed(), "asyncio": observed(samples(4, workers=1, on_loop=True))}
    trace = trace_of(found, most)
    whole = checked("".join(text(trace)))
    assert len(whole["traceEvents"]) <= most
    about = {cell["name"]: cell for cell in whole["otherData"]["cells"]}
    for cell in trace.cells:
        pages = sorted(
            e["args"]["page"]
            for e in whole["traceEvents"]
            if e["pid"] == cell.pid and e["name"] == "job" and e["ph"] in "Xb"
        )
        assert pages == list(range(cell.kept))
        assert about[cell_name(cell.cell)]["jobs_left_out"] == cell.jobs - cell.kept
    threads = next(cell for cell in trace.cells if cell.cell.id == "threads")
    assert 0 < threads.kept < 100
    assert threads in trace.left_out


def test_nothing_is_left_out_of_what_fits() -> None:
    trace = trace_of({"threads": observed()})
    assert trace.left_out == ()
    assert len([e for e in checked("".join(text(trace)))["traceEvents"] if e["name"] == "job"]) == 100


def test_no_job_has_more_events_than_were_reckoned_with() -> None:
    # Each job has all that there can be: a wait before it, every part, a pool, a way back; and no two points are equal.
    found = samples(3, workers=1, on_loop=True, start_ns=[1 * MS, 73 * MS, 149 * MS])
    parsing = found.fetched_ns + 3 * MS
    full = replace(
        found,
        due_ns=found.start_ns - 1 * MS,
        parse_worker=found.worker + 1,
        parsing_ns=parsing,
        parsed_ns=parsing + 5 * MS,
        ready_ns=parsing + 8 * MS,
    )
    every = len(list(trace_of({"asyncio_to_threads": observed(full)}).events))
    for most in range(every - 40, every + 10):
        assert len(list(trace_of({"asyncio_to_threads": observed(full)}, most).events)) <= most


def test_a_share_that_is_not_needed_goes_to_the_others() -> None:
    assert dealt([10, 500, 300, 20], 230) == [10, 100, 100, 20]
    assert dealt([10, 50], 230) == [10, 50]
    assert dealt([100, 100, 100], 10) == [3, 3, 4]
    assert dealt([], 10) == []


def test_the_document_need_not_be_of_one_strategy() -> None:
    found = {"threads": observed(), "processes": observed(samples(10))}
    assert [cell.id for cell in document_of(found).cells] == ["threads", "processes"]
    assert [(cell.pid, cell.jobs) for cell in trace_of(found).cells] == [(1, 100), (2, 10)]
