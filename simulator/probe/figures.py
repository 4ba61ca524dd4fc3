"""What a probe measured, as figures that a service watches from commit to commit."""

from collections.abc import Iterator

from simulator.export.benchmarks import NS_PER_S, Figure
from simulator.probe.result import Measured


def figures_of(measured: Measured) -> Iterator[Figure]:
    """Yield them; what is not known is left out."""
    target, cost, held = measured.target, measured.cost_s, measured.gil_held
    yield Figure(
        target,
        "throughput",
        "calls/s",
        1 / cost.median,
        more_is_better=True,
        low=1 / cost.high,
        high=1 / cost.low,
    )
    yield Figure(
        target, "latency", "ns", cost.median * NS_PER_S, more_is_better=False, low=cost.low * NS_PER_S,
        high=cost.high * NS_PER_S,
    )  # fmt: skip
    for kind, ratios in (("threads", measured.speedup), ("processes", measured.processes)):
        for n, ratio in ratios.items():
            name = f"speedup-{n}-{kind}"
            yield Figure(target, name, "×", ratio.median, more_is_better=True, low=ratio.low, high=ratio.high)
    if held is not None:
        low, high = 1 - held.high, 1 - held.low
        yield Figure(target, "gil-free", "share", 1 - held.median, more_is_better=True, low=low, high=high)
    if measured.loop_lag_s is not None:
        lag = measured.loop_lag_s.p90 * NS_PER_S
        yield Figure(target, "loop-lag", "ns", lag, more_is_better=False)
