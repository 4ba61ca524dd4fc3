"""What it costs that an executor hands the jobs out, beside the strategy that is like it in all else."""

from dataclasses import replace

from simulator.analysis.findings.idiom import idioms
from simulator.analysis.summary import summarise
from simulator.report.sentences.registry import sentence
from simulator.result.document import ResultDocument
from simulator.result.findings.idiom import Idiom
from tests.simulator.analysis.measured_runs import run_of

RATES = {
    "sequential": [10.0, 10.1, 9.9],
    "threads": [40.0, 40.1, 39.9],
    "thread_pool": [40.1, 40.0, 40.0],
    "thread_pool_map": [30.0, 30.2, 29.9],
    "processes": [80.0, 80.4, 79.9],
    "process_pool": [79.0, 79.3, 78.9],
}
RESTLESS = {**RATES, "joblib": [60.0, 90.0, 75.0]}


def measured(rates: dict[str, list[float]]) -> ResultDocument:
    return summarise(run_of(rates, scenario={"name": "idioms", "strategies": list(rates)}))


def found_in(document: ResultDocument) -> list[Idiom]:
    return idioms({}, [cell for cell in document.cells if cell.baseline_id is not None], document)


def test_each_is_told_beside_what_it_resembles() -> None:
    threads, processes = found_in(measured(RATES))
    assert (threads.over, processes.over) == ("threads", "processes")
    assert [(each.strategy, each.effect) for each in threads.handed_out] == [
        ("thread_pool", "as fast"),
        ("thread_pool_map", "costs"),
    ]
    assert [(each.strategy, each.effect) for each in processes.handed_out] == [
        ("process_pool", "costs a little"),
    ]
    _, restless = found_in(measured(RESTLESS))
    assert [(each.strategy, each.effect) for each in restless.handed_out][-1] == ("joblib", "cannot tell")


def test_what_is_said() -> None:
    document = measured(RATES)
    cells = tuple(
        replace(cell, cpu_per_page_s=0.0025 if cell.strategy == "process_pool" else 0.002)
        for cell in document.cells
    )
    threads, processes = map(sentence, found_in(replace(document, cells=cells)))
    assert threads.startswith(
        "Handed out by an executor, not claimed by the workers themselves: thread_pool_map does 0.75"
    )
    assert threads.endswith("what threads do; thread_pool is as fast as threads.")
    assert "what processes do, less than the margin, for 0.5 ms more CPU a page" in processes
    (*_, restless) = map(sentence, found_in(measured(RESTLESS)))
    assert "the rounds cannot tell process_pool (0.98" in restless
    assert restless.endswith(" ×) and joblib (0.92 ×) from processes.")


def test_where_nothing_resembles_it_nothing_is_said() -> None:
    assert found_in(measured({name: RATES[name] for name in ("sequential", "threads", "process_pool")})) == []
    assert found_in(measured({name: RATES[name] for name in ("sequential", "threads", "processes")})) == []
