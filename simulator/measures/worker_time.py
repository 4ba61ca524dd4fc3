"""Where the time of the workers goes: shares of it. A worker is an OS thread that fetches or parses."""

from simulator.measures.dimension import PLAIN
from simulator.measures.measure import SHARE, Measure, Unit


def _share(
    name: str, meaning: str, field: str, heading: str, *, less: str = "", shown: Unit = SHARE
) -> Measure:
    """Return a share; `less` is what a report calls it of which less is better."""
    return Measure(
        name=name,
        dimension=PLAIN,
        meaning=meaning,
        repetition=f"attribution.{field}",
        pooled="mean",
        better="less" if less else None,
        heading=heading,
        shown=shown,
        title=less,
        floor=0.001 if less else None,
    )


_CPU = Unit("% CPU", 2)

MEASURES = (
    _share(
        "stalled",
        "off CPU with neither network nor core nor work to wait for",
        "stall",
        "stalled",
        less="share of time stalled",
    ),
    _share(
        "no_core",
        "runnable, but no core was free",
        "run_queue",
        "no core",
        less="share of time without a core",
    ),
    _share("idle", "off CPU with no job to work on", "idle", "idle"),
    _share(
        "fetch_share",
        "on CPU between the start of a fetch and its end; on a loop all but parsing",
        "fetch_cpu",
        "fetch",
        shown=_CPU,
    ),
    _share("parse_share", "on CPU in a parse", "parse_cpu", "parse", shown=_CPU),
    _share("other_share", "on CPU between jobs", "other_cpu", "other", shown=_CPU),
    _share("network_share", "off CPU while the server held the request", "network", "network"),
    _share(
        "stalled_in_parse",
        "off CPU in a parse with no core to wait for",
        "stall_parse",
        "in parse",
        less="share of time stalled in a parse",
    ),
    _share("gap", "what the clocks inside and outside the driver do not agree about", "residual", "gap"),
    _share("steal", "of the machine's capacity, taken by its host", "steal", "steal"),
)
