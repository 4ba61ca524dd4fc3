from collections.abc import Mapping, Sequence
from math import exp, log, sqrt

import numpy as np
import pytest

from simulator.analysis.crossover import crossovers, pairs
from simulator.report.sentences.registry import sentence
from simulator.result.document import Crossover, ResultDocument
from simulator.stats.intervals import t_975
from tests.simulator.analysis.builders import document, matrix

SCATTER = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Of five rounds, symmetric, so that median and mean of the logarithms are the same."""
HALF = t_975(4) * sqrt(2.5 / 4) / sqrt(5)
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


CASES: dict[str, tuple[dict[float, tuple[float, float]], str, float | None, float | None, float | None, str]] = {
    # y rises from -0.2 to 0.6 over 8 ms: zero at 2 ms; the band is 0.1 wide to either side: 1 and 3 ms.
    "between two costs": (
        {0: (-0.2, 0.1), 8: (0.6, 0.1)},
        "crossing", 2, 1, 3,
        "processes begin to beat threads at 2 ms of parse CPU (1 to 3 ms).",
    ),
    "the interval reaches over several costs": (
        {0: (-0.4, 0.1), 2: (-0.05, 0.1), 4: (0.05, 0.1), 6: (0.4, 0.1)},
        "crossing", 3, 2 - 2 * 0.05 / 0.35, 4 + 2 * 0.05 / 0.35,
        "processes begin to beat threads at 3 ms of parse CPU (1.71 to 4.29 ms).",
    ),
    "perhaps below all": (
        {1: (-0.05, 0.1), 2: (0.05, 0.1), 3: (0.3, 0.1)},
        "crossing", 1.5, None, 2.2,
        "processes begin to beat threads at 1.5 ms of parse CPU (2.2 ms at most, perhaps below every cost measured).",
    ),
    "perhaps above all": (
        {1: (-0.3, 0.1), 2: (-0.05, 0.1), 3: (0.05, 0.1)},
        "crossing", 2.5, 1.8, None,
        "processes begin to beat threads at 2.5 ms of parse CPU (1.8 ms at least, perhaps above every cost measured).",
    ),
    "always": (
        {1: (0.3, 0.1), 5: (0.2, 0.1)},
        "always", None, None, None,
        "processes beat threads at every parse cost measured, from 1 ms of parse CPU on.",
    ),
    "never": (
        {1: (-0.3, 0.1), 5: (-0.2, 0.1)},
        "never", None, None, None,
        "processes beat threads at no parse cost measured, up to 5 ms of parse CPU.",
    ),
    "never, though not told apart at first": (
        {1: (0.05, 0.1), 5: (-0.2, 0.1)},
        "never", None, None, None,
        "processes beat threads at no parse cost measured, up to 5 ms of parse CPU.",
    ),
    "not told apart anywhere": (
        {1: (-0.05, 0.1), 5: (0.05, 0.1)},
        "undecided", 3, None, None,
        (
            "processes and threads are not told apart at any parse cost measured, up to 5 ms of parse CPU; their"
            " medians cross at 3 ms."
        ),
    ),
    "ahead from somewhere on": (
        {1: (0.05, 0.1), 3: (0.15, 0.1), 5: (0.2, 0.1)},
        "undecided", None, None, 2,
        "processes beat threads from 2 ms of parse CPU on; whether also below, the rounds do not tell.",
    ),
    "behind up to somewhere": (
        {1: (-0.2, 0.1), 3: (-0.15, 0.1), 5: (-0.05, 0.1)},
        "undecided", None, 4, None,
        "processes beat threads at no parse CPU up to 4 ms; whether above, the rounds do not tell.",
    ),
    "the wrong way round": (
        {1: (0.3, 0.1), 5: (-0.2, 0.1)},
        "undecided", None, None, None,
        "processes beat threads at some parse costs measured, but there is none from which on that is so.",
    ),
    "there and back": (
        {1: (-0.3, 0.1), 3: (0.3, 0.1), 5: (-0.3, 0.1)},
        "undecided", None, None, None,
        "processes beat threads at some parse costs measured, but there is none from which on that is so.",
    ),
    "ahead, then behind, then ahead for good: the last rise counts": (
        {1: (0.3, 0.1), 3: (-0.3, 0.1), 5: (0.3, 0.1)},
        "crossing", 4, 3 + 2 * 0.2 / 0.6, 3 + 2 * 0.4 / 0.6,
        "processes begin to beat threads at 4 ms of parse CPU (3.67 to 4.33 ms).",
    ),
    "noise that crosses twice is one wide interval": (
        {0: (-0.5, 0.1), 2: (0.05, 0.1), 4: (-0.05, 0.1), 6: (0.5, 0.1)},
        "crossing", 4 + 2 * 0.05 / 0.55, 2 * 0.4 / 0.55, 4 + 2 * 0.15 / 0.55,
        "processes begin to beat threads at 4.18 ms of parse CPU (1.45 to 4.55 ms).",
    ),
    "two levels that cost the same": (
        {0: (-0.2, 0.1), 1e-12: (-0.2, 0.1), 8: (0.6, 0.1)},
        "crossing", 2, 1, 3,
        "processes begin to beat threads at 2 ms of parse CPU (1 to 3 ms).",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("points", "kind", "cost", "low", "high", "text"), CASES.values(), ids=CASES)
def test_each_course_of_the_ratio_has_its_crossover_and_its_sentence(
    points: dict[float, tuple[float, float]],
    kind: str,
    cost: float | None,
    low: float | None,
    high: float | None,
    text: str,
) -> None:
    found = curve(points)
    (crossover,) = found.crossovers
    assert (crossover.faster, crossover.slower, crossover.kind) == ("processes", "threads", kind)
    assert crossover.cost_s == approximately(cost)
    assert crossover.low_s == approximately(low)
    assert crossover.high_s == approximately(high)
    assert told(found) == text


def test_the_finding_has_the_numbers_of_the_crossover() -> None:
    found = curve({0: (-0.2, 0.1), 8: (0.6, 0.1)})
    (finding,) = (f for f in found.findings if f.kind == "crossover")
    assert finding.scope == {"in_flight": "8"}
    assert (finding.cost_s, finding.low_s, finding.high_s) == pytest.approx((0.002, 0.001, 0.003))
    assert (finding.lowest_measured_s, finding.highest_measured_s) == (0.0, 0.008)


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
    assert texts[2].startswith("At server.latency 20ms, processes begin to beat threads at 4 ms")


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
def test_fewer_than_three_rounds_show_where_the_medians_cross_and_decide_nothing(count: int) -> None:
    by_cost = {
        "1ms": {"threads": [100.0] * count, "processes": [80.0] * count},
        "9ms": {"threads": [100.0] * count, "processes": [125.0] * count},
    }
    found = matrix({"": by_cost}, MEASURED)
    (crossover,) = found.crossovers
    assert crossover.kind == "undecided"
    assert crossover.cost_s == pytest.approx(0.005)
    assert (crossover.low_s, crossover.high_s) == (None, None)


def test_invalid_cells_are_left_out_and_named() -> None:
    by_cost = {
        cost: {"threads": [100.0] * 5, "processes": around(y, 0.1)}
        for cost, y in (("0ms", -0.2), ("4ms", 9.0), ("8ms", 0.6))
    }
    measured = {"0ms": 0.0, "4ms": 0.004, "8ms": 0.008}
    found = matrix({"": by_cost}, measured, broken={("", "4ms", "threads"): "late"})
    (crossover,) = found.crossovers
    assert crossover.kind == "crossing"
    assert crossover.cost_s == pytest.approx(0.002)
    assert told(found).endswith("; left out: 4ms, where not both have valid numbers.")
    (pair,) = pairs(found)
    assert pair.left_out == ("4ms",)


def test_with_nothing_valid_on_one_side_the_sentence_says_so() -> None:
    broken = {("", cost, "processes"): "late" for cost in MEASURED}
    by_cost = {cost: {name: TWO[cost][name] for name in ("threads", "processes")} for cost in TWO}
    found = matrix({"": by_cost}, MEASURED, broken=broken)
    assert [(c.kind, c.cost_s) for c in found.crossovers] == [("undecided", None)]
    assert told(found) == (
        "whether processes beat threads at some parse cost is not known, since no cost has numbers of both; left"
        " out: 1ms, 9ms, where not both have valid numbers."
    )


def test_the_cost_is_the_mean_of_what_was_measured_in_both_cells() -> None:
    found = matrix(
        {"": TWO}, MEASURED, parse_cpu_s={("1ms", "processes"): 0.003, ("9ms", "processes"): 0.011}
    )
    pair = pairs(found)[0]
    assert [stage.cost_s for stage in pair.stages] == pytest.approx([0.002, 0.010])
    assert [stage.level for stage in pair.stages] == ["1ms", "9ms"]


def test_a_run_until_precise_takes_its_scatter_from_the_first_rounds() -> None:
    wild_then_quiet = [70.0, 130.0, 100.0, *[101.0, 99.0] * 10]
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


TRUE_S = 0.006
COSTS_S = {"0ms": 0.0, "2ms": 0.002, "5ms": 0.005, "10ms": 0.010, "20ms": 0.020}


def true_log_ratio(cost_s: float) -> float:
    """Of processes to threads with one lock: a page costs threads its parse, processes half of it and more else."""
    fixed_s = 0.004
    more_s = TRUE_S / 2
    return log((fixed_s + cost_s) / (fixed_s + more_s + cost_s / 2))


def test_the_interval_holds_the_true_crossover_in_92_percent_of_noisy_matrices() -> None:
    random = np.random.default_rng(7)
    held = widths = 0.0
    draws = 300
    for _ in range(draws):
        speed = np.exp(np.cumsum(random.normal(0, 0.1, 5)))
        by_cost = {
            level: {
                "threads": list(100 * speed * np.exp(random.normal(0, 0.03, 5))),
                "processes": list(100 * speed * np.exp(true_log_ratio(cost_s) + random.normal(0, 0.03, 5))),
            }
            for level, cost_s in COSTS_S.items()
        }
        (found,) = matrix({"": by_cost}, COSTS_S).crossovers
        assert found.kind == "crossing"
        low_s, high_s = found.low_s or 0.0, found.high_s or float("inf")
        held += low_s <= TRUE_S <= high_s
        widths += min(high_s, 0.020) - low_s
    assert held / draws >= 0.92
    assert widths / draws < 0.008  # an interval over all costs would hold it always
