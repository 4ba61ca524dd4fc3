"""Where the time of a job goes, and how long an event loop stands still. Means are over the jobs without errors."""

from simulator.measures.dimension import DURATION
from simulator.measures.measure import FEW, Better, Measure

_FLOOR_S = 1e-6
"""What clocks tell apart."""
_NO_WAY = "a thread's times or the server's stamps cannot be read there"
_NO_LOOP = "it runs on no event loop, or no tick was due"


def _phase(name: str, meaning: str, title: str) -> Measure:
    phase, _, kind = name.partition("_")
    return Measure(
        name=name,
        dimension=DURATION,
        meaning=f"{meaning}: mean per job",
        repetition=f"{phase}.{kind}_s",
        pooled="mean",
        better="less",
        title=title,
        floor=_FLOOR_S,
    )


def _part(name: str, meaning: str, field: str, heading: str, *, better: Better | None = "less") -> Measure:
    """Return a part of a job's way; all of them add up to its service time."""
    return Measure(
        name=name,
        dimension=DURATION,
        meaning=meaning,
        repetition=f"job_time.{field}",
        pooled="mean",
        better=better,
        heading=heading,
        lacking=_NO_WAY,
        floor=_FLOOR_S,
    )


MEASURES = (
    _phase("fetch_wall", "from the start of a fetch to its end", "wall time of a fetch"),
    _phase("fetch_cpu", "CPU of a fetch; on a loop all but parsing", "CPU of a fetch"),
    _phase("fetch_stall", "off CPU in a fetch with neither network nor core to wait for", "stall in a fetch"),
    _phase("parse_wall", "from the start of a parse to its end", "wall time of a parse"),
    _phase("parse_cpu", "CPU of a parse", "CPU of a parse"),
    _phase("parse_stall", "off CPU in a parse with no core to wait for", "stall in a parse"),
    Measure(
        name="network",
        dimension=DURATION,
        meaning="time that the server held the request: mean per job",
        repetition="network_s",
    ),
    Measure(
        name="server_queue",
        dimension=DURATION,
        meaning="time that the server held the request in its queue, before it began to serve it: mean per job",
        repetition="server_queue_s",
        better="less",
        heading="server queue",
        title="wait in the server's queue",
        lacking="the server has no capacity, so nothing queues there",
        floor=_FLOOR_S,
    ),
    Measure(
        name="resume_lag",
        dimension=DURATION,
        meaning="from the last byte that the server handed over until the client goes on: p99",
        repetition="resume_lag_s.p99",
        pooled="samples",
        better="less",
        lacking=FEW,
        missing="fewer than 10 jobs lie beyond it; raise job.pages or job.duration to 1,000 jobs a round",
        fewest_jobs=1010,
        floor=_FLOOR_S,
    ),
    Measure(
        name="loop_lag",
        dimension=DURATION,
        meaning="how late the latest 10 ms tick on the loop was",
        repetition="loop_lag_s.max",
        better="less",
        heading="worst",
        title="worst loop lag",
        lacking=_NO_LOOP,
        floor=_FLOOR_S,
    ),
    Measure(
        name="loop_lag_p99",
        dimension=DURATION,
        meaning="a 10 ms tick on the loop: p99 of its lateness",
        repetition="loop_lag_s.p99",
        better="less",
        heading="loop lag",
        title="p99 of the loop lag",
        lacking=f"{_NO_LOOP}, or fewer than 10 ticks lie beyond it",
        floor=_FLOOR_S,
    ),
    _part("way_again", "attempts that failed, and the waits after them", "again_s", "again"),
    _part(
        "way_to_server",
        "from the start of a job's last attempt until the server has the request",
        "before_server_s",
        "to server",
    ),
    _part("way_network", "the server holds the request", "network_s", "network", better=None),
    _part(
        "way_resume",
        "from the last byte handed over until the client goes on: the resume lag",
        "resume_s",
        "resume",
    ),
    _part(
        "way_to_parser",
        "from there until the parse begins: waits for a pool, and the way to it",
        "to_parser_s",
        "to parse",
    ),
    _part("way_parse", "wall time of a parse", "parse_s", "parse"),
    _part("way_back", "until the driver's main interpreter holds the record", "back_s", "back"),
)
