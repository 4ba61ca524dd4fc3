from collections.abc import Mapping, Sequence
from math import exp, log, sqrt

import pytest

from simulator.analysis.crossover import crossovers, pairs
from simulator.report.sentences.registry import sentence
from simulator.result.document import Crossover, ResultDocument
from simulator.stats.intervals import t_quantile
from tests.simulator.analysis.builders import document, matrix

SCATTER = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Of five rounds, symmetric, so that median and mean of the logarithms are the same."""
HALF = t_quantile(4, 0.975) * sqrt(2.5 / 4) / sqrt(5)
"""Half the width of the interval of five rounds that scatter like that."""


def around(log_ratio: float, half: float) -> list[float]:
    """Pages/s over five rounds whose ratio to a steady 100 has this logarithm, and an interval this wide."""
    return [100 * exp(log_ratio + half / HALF * each) for each in SCATTER]


def curve(points: Mapping[float, tuple[float, float]]) -> ResultDocument:
    """Processes against threads, at these costs in ms: logarithm of the ratio and half the width of its interval."""
    rates = {
        f"{cost:g}ms": {"threads": [100.0] * 5, "processes": around(*point)} for cost, point in points.items()
    }
    return matrix({"": rates}, {f"{cost:g}ms": cost / 1e3 for cost in points})


def only(points: Mapping[float, tuple[float, float]]) -> Crossover:
    (found,) = crossovers(curve(points))
    return found


def approximately(ms: float | None) -> object:
    return None if ms is None else pytest.approx(ms / 1e3)


def told(found: ResultDocument) -> str:
    (finding,) = (f for f in found.findings if f.kind == "crossover")
    return sentence(finding)


BEAT, BEGIN = "processes beat threads by more than 3 %", "processes begin to beat threads by more than 3 %"

CASES: dict[str, tuple[dict[float, tuple[float, float]], str, float | None, float | None, str]] = {
    "between two costs": (
        {1: (-0.3, 0.1), 8: (0.6, 0.1)},
        "crossing", 1, 8,
        f"{BEGIN} between 1 ms and 8 ms of parse CPU.",
    ),
    "not told between": (
        {1: (-0.4, 0.1), 2: (-0.05, 0.1), 4: (0.05, 0.1), 6: (0.4, 0.1)},
        "crossing", 1, 6,
        f"{BEGIN} between 1 ms and 6 ms of parse CPU.",
    ),
    "perhaps below all": (
        {1: (-0.05, 0.1), 2: (0.05, 0.1), 3: (0.4, 0.1)},
        "crossing", None, 3,
        f"{BEAT} from 3 ms of parse CPU on; whether also below, the rounds do not tell.",
    ),
    "perhaps above all": (
        {1: (-0.3, 0.1), 2: (-0.05, 0.1), 3: (0.05, 0.1)},
        "crossing", 1, None,
        f"{BEAT} at no parse CPU up to 1 ms; whether above, the rounds do not tell.",
    ),
    "always": (
        {1: (0.4, 0.1), 5: (0.3, 0.1)},
        "always", None, None,
        f"{BEAT} at every parse cost measured, from 1 ms of parse CPU on.",
    ),
    "never": (
        {1: (-0.3, 0.1), 5: (-0.2, 0.1)},
        "never", None, None,
        f"{BEAT} at no parse cost measured, up to 5 ms of parse CPU.",
    ),
    "faster, but by less than the margin": (
        {1: (0.01, 0.005), 5: (0.015, 0.005)},
        "never", None, None,
        f"{BEAT} at no parse cost measured, up to 5 ms of parse CPU.",
    ),
    "not told apart anywhere": (
        {1: (-0.05, 0.1), 5: (0.05, 0.1)},
        "undecided", None, None,
        f"whether {BEAT} at any parse cost measured, up to 5 ms of parse CPU, the rounds do not tell.",
    ),
    "there and back": (
        {1: (-0.3, 0.1), 3: (0.4, 0.1), 5: (-0.3, 0.1)},
        "crossing", 1, None,
        f"{BEAT} at no parse CPU up to 1 ms; whether above, the rounds do not tell.",
    ),
    "the wrong way round": (
        {1: (0.4, 0.1), 5: (-0.3, 0.1)},
        "undecided", None, None,
        f"whether {BEAT} at any parse cost measured, up to 5 ms of parse CPU, the rounds do not tell.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("points", "kind", "low", "high", "text"), CASES.values(), ids=CASES)
def test_without_what_a_job_needs_a_crossover_lies_between_costs_that_were_measured(
    points: dict[float, tuple[float, float]], kind: str, low: float | None, high: float | None, text: str
) -> None:
    found = curve(points)
    (crossover,) = found.crossovers
    assert (crossover.faster, crossover.slower, crossover.kind) == ("processes", "threads", kind)
    assert (crossover.cost_s, crossover.found_by) == (None, "costs")
    assert crossover.low_s == approximately(low)
    assert crossover.high_s == approximately(high)
    assert told(found) == text


def test_the_finding_has_the_numbers_of_the_crossover() -> None:
    found = curve({1: (-0.3, 0.1), 8: (0.6, 0.1)})
    (finding,) = (f for f in found.findings if f.kind == "crossover")
    assert finding.scope == {"in_flight": "8"}
    assert (finding.cost_s, finding.low_s, finding.high_s) == (None, 0.001, 0.008)
    assert (finding.lowest_measured_s, finding.highest_measured_s) == (0.001, 0.008)


def rates(log_ratio: float) -> dict[str, Sequence[float]]:
    return {"threads": [100.0] * 5, "asyncio": [90.0] * 5, "processes": around(log_ratio, 0.1)}


TWO = {"1ms": rates(-0.3), "9ms": rates(0.5)}
MEASURED = {"1ms": 0.001, "9ms": 0.009}


def test_each_combination_of_the_other_levels_has_its_own_for_each_pair() -> None:
    found = matrix({"0ms": TWO, "20ms": TWO}, MEASURED)
    assert [(c.faster, c.slower, c.scope["server.latency"]) for c in found.crossovers] == [
        ("processes", "threads", "0ms"),
        ("processes", "asyncio", "0ms"),
        ("processes", "threads", "20ms"),
        ("processes", "asyncio", "20ms"),
    ]
    texts = [sentence(f) for f in found.findings if f.kind == "crossover"]
    assert texts[2].startswith(
        "At server.latency 20ms, processes begin to beat threads by more than 3 % between 1 ms"
    )


def test_a_case_is_called_one() -> None:
    found = matrix({"waiting": TWO, "computing": TWO}, MEASURED, factor="case")
    texts = [sentence(f) for f in found.findings if f.kind == "crossover"]
    assert texts[0].startswith("In the case waiting, processes begin")


def test_variants_are_compared_by_where_they_run_and_sequential_never() -> None:
    strategies = [
        {"name": "pool", "base": "processes_per_core", "parallelism": 8},
        {"name": "mine", "shards": {"processes": 2}, "fetch": "asyncio"},
        {"name": "uv", "base": "asyncio", "loop": "uvloop"},
        {"name": "own", "shards": "none", "fetch": "blocking"},
        "sequential",
    ]
    each = {
        name: [100.0, 101.0, 99.0]
        for name in ("pool", "mine", "uv", "own", "of a later version", "sequential")
    }
    found = matrix({"": {"1ms": each, "9ms": each}}, MEASURED, scenario={"strategies": strategies})
    assert [(c.faster, c.slower) for c in found.crossovers] == [
        ("pool", "uv"),
        ("pool", "own"),
        ("mine", "uv"),
        ("mine", "own"),
    ]


def test_strategies_with_other_jobs_in_flight_are_not_paired() -> None:
    each = {"threads": [100.0] * 3, "processes_per_core": [100.0] * 3}
    strategies = ["threads", "processes_per_core"]
    found = matrix(
        {"": {"1ms": each, "9ms": each}},
        MEASURED,
        scenario={"strategies": strategies},
        in_flight={"processes_per_core": 2},
    )
    assert found.crossovers == ()


def test_one_cost_and_no_cost_have_no_crossover() -> None:
    assert matrix({"": {"1ms": rates(0.3)}}, MEASURED).crossovers == ()
    assert document({"threads": [100.0] * 3, "processes": [120.0] * 3}).crossovers == ()


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_than_three_rounds_decide_nothing(count: int) -> None:
    by_cost = {
        "1ms": {"threads": [100.0] * count, "processes": [80.0] * count},
        "9ms": {"threads": [100.0] * count, "processes": [125.0] * count},
    }
    found = matrix({"": by_cost}, MEASURED)
    (crossover,) = found.crossovers
    assert crossover.kind == "undecided"
    assert (crossover.cost_s, crossover.low_s, crossover.high_s) == (None, None, None)


def test_invalid_cells_are_left_out_and_named() -> None:
    by_cost = {
        cost: {"threads": [100.0] * 5, "processes": around(y, 0.1)}
        for cost, y in (("0ms", -0.3), ("4ms", 9.0), ("8ms", 0.6))
    }
    measured = {"0ms": 0.0, "4ms": 0.004, "8ms": 0.008}
    found = matrix({"": by_cost}, measured, broken={("", "4ms", "threads"): "late"})
    (crossover,) = found.crossovers
    assert crossover.kind == "crossing"
    assert (crossover.low_s, crossover.high_s) == (0.0, 0.008)
    assert told(found).endswith("; left out: 4ms, where not both have valid numbers.")
    (pair,) = pairs(found)
    assert pair.left_out == ("4ms",)


def test_with_nothing_valid_on_one_side_the_sentence_says_so() -> None:
    broken = {("", cost, "processes"): "late" for cost in MEASURED}
    by_cost = {cost: {name: TWO[cost][name] for name in ("threads", "processes")} for cost in TWO}
    found = matrix({"": by_cost}, MEASURED, broken=broken)
    assert [(c.kind, c.cost_s) for c in found.crossovers] == [("undecided", None)]
    assert told(found) == (
        "whether processes beat threads by more than 3 % at some parse cost is not known, since no cost has numbers"
        " of both; left out: 1ms, 9ms, where not both have valid numbers."
    )


def test_the_cost_is_the_mean_of_what_was_measured_in_both_cells() -> None:
    found = matrix(
        {"": TWO}, MEASURED, parse_cpu_s={("1ms", "processes"): 0.003, ("9ms", "processes"): 0.011}
    )
    pair = pairs(found)[0]
    assert [stage.cost_s for stage in pair.stages] == pytest.approx([0.002, 0.010])
    assert [stage.level for stage in pair.stages] == ["1ms", "9ms"]


def test_a_run_until_precise_takes_its_scatter_from_the_first_rounds() -> None:
    wild_then_quiet = [50.0, 150.0, 100.0, *[101.0, 99.0] * 10]
    by_cost = {
        "1ms": {"threads": [100.0] * 23, "processes": [0.8 * rate for rate in wild_then_quiet]},
        "9ms": {"threads": [100.0] * 23, "processes": [1.25 * rate for rate in wild_then_quiet]},
    }
    fixed = matrix({"": by_cost}, MEASURED)
    precise = matrix({"": by_cost}, MEASURED, scenario={"precision": "3%"}, rounds=3)
    assert (fixed.scatter_rounds, precise.scatter_rounds) == (None, 3)

    def width(found: ResultDocument) -> float:
        interval = found.cells[2].throughput_per_s
        assert interval is not None
        return log(interval.high / interval.low)

    assert width(precise) > 3 * width(fixed)
    assert precise.crossovers[0].kind == "undecided"
    assert fixed.crossovers[0].kind == "crossing"


def test_with_what_a_job_needs_the_kink_is_found_between_the_costs() -> None:
    # Eight in flight and 20 ms of waiting: threads run full at 20 / 7 ms of parse.
    costs = {f"{cost}ms": cost / 1e3 for cost in (1, 2, 4, 8, 16)}
    by_cost: dict[str, dict[str, list[float]]] = {}
    cpu: dict[tuple[str, str], float] = {}
    for level, cost_s in costs.items():
        waiting = 8 / (0.02 + cost_s)
        scatter = [exp(0.005 * each) for each in SCATTER]
        by_cost[level] = {
            "sequential": [1 / (0.02 + cost_s)] * 5,
            "threads": [min(waiting, 1 / cost_s)] * 5,
            "processes": [min(waiting, 2 / cost_s) * each for each in scatter],
        }
        cpu |= {(level, name): cost_s for name in ("threads", "processes")}
    found = matrix({"": by_cost}, costs, cpu_per_page_s=cpu, environment={"machine": {"usable_cores": 2}})
    (crossover,) = found.crossovers
    assert (crossover.kind, crossover.found_by) == ("crossing", "fit")
    truth_s = 0.02 * 1.03 / (8 - 1.03)
    assert crossover.cost_s == pytest.approx(truth_s, rel=0.05)
    assert (crossover.low_s or 0) < truth_s < (crossover.high_s or 0) < 0.004
    assert crossover.curve[-1][1] == pytest.approx(2.0, rel=0.05)
    cells = {cell.factors["job.parse_cost"]: cell for cell in found.cells if cell.strategy == "processes"}
    assert [(level, cell.bound_by) for level, cell in cells.items()][::4] == [
        ("1ms", "waiting"),
        ("16ms", "cores"),
    ]
    assert cells["1ms"].bound_per_s == pytest.approx(8 / 0.021)
    # 1 ms of the 16 + 1 is the fetch's, and 0.1 cores are the server's.
    assert cells["16ms"].bound_per_s == pytest.approx(2 / (0.017 + 0.1 / 125), rel=0.01)
