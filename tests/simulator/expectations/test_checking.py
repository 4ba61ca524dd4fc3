import pytest

from simulator.expectations.checking import Known, check
from simulator.expectations.parsing import parse
from simulator.measures.registry import NAMES


def cells() -> Known:
    """Threads and a variant under two latencies, two parse costs and two in_flight; the variant's loop varies too."""
    found: list[dict[str, object]] = []
    for latency in ("0ms", "20ms"):
        for cost in ("1ms", "5ms"):
            server = {"server.latency": latency, "job.parse_cost": cost}
            found.append({**server, "strategy": "sequential", "in_flight": 1})
            for in_flight in (4, 64):
                found.append({**server, "strategy": "threads", "in_flight": in_flight})
                found += [
                    {
                        **server,
                        "strategies.my uv.loop": loop,
                        "strategy": "my uv",
                        "in_flight": in_flight,
                    }
                    for loop in ("asyncio", "uvloop")
                ]
    return Known(tuple(found))


KNOWN = cells()
ONE_COST = Known(({"strategy": "threads", "in_flight": 4}, {"strategy": "sequential", "in_flight": 1}))


def faults(text: str, known: Known | None = KNOWN) -> list[str]:
    return [str(fault) for fault in check(parse(text), known)]


@pytest.mark.parametrize(
    "text",
    [
        "throughput(threads) > 5 * throughput(sequential)",
        "p99(threads, in_flight=64, server.latency=0.02s) < 250ms",
        "throughput('my uv', 'strategies.my uv.loop'=uvloop) / throughput(threads) > 110%",
        "crossover('my uv', threads, server.latency=20ms) < 10ms",
        "1 / p50(threads) > 50/s",
        "throughput(threads) * makespan(threads) > 5",
        "(memory(threads) - memory(sequential)) / 8 < 5MB",
        "cpu(threads) * throughput(threads) < cores(threads) + 0.5",
        "p50(sequential, in_flight=1) < 1s",
    ],
)
def test_nothing_is_wrong(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize("metric", [name for name in NAMES if name != "crossover"])
def test_every_metric_compares_with_itself(metric: str) -> None:
    assert faults(f"{metric}(threads) <= {metric}(threads)") == []


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("p99(threads) < 250", 16, "250 has no unit, and p99(threads) is a duration; write 250ms or 250s"),
        ("50 > throughput(threads)", 1, "write 50/s"),
        ("memory(threads) > 64", 19, "write 64MB or 64MiB"),
        ("p99(threads) - 3 < 250ms", 16, "write 3ms or 3s"),
        ("memory(threads) < 250ms", 17, "compares a size (memory(threads)) with a duration (250ms)"),
        ("p50(threads) + memory(threads) < 1s", 14, "adds a duration"),
        ("p50(threads) - memory(threads) < 1s", 14, "subtracts a size"),
        ("speedup(threads) < 3ms", 18, "compares a plain number"),
        ("memory(threads) / p50(threads) < 1MB", 32, "compares something in s^-1·B"),
        ("p99(threads) < 5 * 3", 14, "compares a duration (p99(threads)) with a plain number (5 * 3)"),
    ],
)
def test_dimensions_that_do_not_fit_are_shown_with_their_place(text: str, column: int, words: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith(f"column {column}: ")
    assert words in fault


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("1 < 2", 1, "names no metric"),
        ("throughputt(threads) > 5/s", 1, "did you mean throughput? Known here: throughput, speedup,"),
        ("eval(threads) > 5/s", 1, "unknown metric eval; known here: throughput"),
        ("throughput(thread) > 5/s", 12, "did you mean threads? Known here: sequential, threads, my uv"),
        ("throughput() > 5/s", 1, "one strategy, found 0; write for example throughput(threads)"),
        ("throughput(threads, sequential) > 5/s", 1, "one strategy, found 2"),
        ("crossover(threads) < 5ms", 1, "two strategies, found 1"),
        ("crossover(threads, threads) < 5ms", 20, "two different"),
        ("crossover(threads, sequential) < 5ms", 20, "sequential has no crossovers"),
        ("crossover('my uv', threads, job.parse_cost=1ms) < 5ms", 29, "runs along job.parse_cost"),
        ("speedup(sequential) > 1", 9, "over sequential"),
        ("p50(threads, in_fligth=4) < 1s", 14, "did you mean in_flight? Known here: server.latency,"),
        ("p50(threads, strategy=threads) < 1s", 14, "without strategy="),
        ("p50(threads, in_flight=5) < 1s", 24, "unknown level of in_flight 5; known here: 4, 64"),
        ("p50(threads, server.latency=2ms) < 1s", 29, "did you mean 20ms? Known here: 0ms, 20ms"),
        ("p50(threads, in_flight=4, in_flight=64) < 1s", 27, "given twice"),
        ("p50(sequential, in_flight=4) < 1s", 17, "always has one job in flight; remove in_flight=4"),
        ('p50(threads, "strategies.my uv.loop"=uvloop) < 1s', 14, "does not vary threads"),
    ],
)
def test_names_that_do_not_exist_are_shown_with_those_that_do(text: str, column: int, words: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith(f"column {column}: ")
    assert words in fault


def test_all_faults_are_found_at_once() -> None:
    found = faults("p99(thread) + memory(threads, in_flight=5) < 3")
    assert [fault.partition(":")[0] for fault in found] == ["column 5", "column 13", "column 41"]


def test_a_crossover_needs_two_costs() -> None:
    (fault,) = faults(
        "crossover(threads, threads2) < 5ms",
        Known((*ONE_COST.cells, {"strategy": "threads2", "in_flight": 4})),
    )
    assert "job.parse_cost in vary" in fault


def test_without_cells_only_what_does_not_depend_on_them_is_checked() -> None:
    assert faults("p50(anything, where.ever=3) < 1s", None) == []
    assert len(faults("p50(anything) < 1MB", None)) == 1
    assert len(faults("p5(anything) < 1MB", None)) == 1
