"""How much is done, how soon, and how long a job takes."""

from simulator.measures.dimension import DURATION, PLAIN, RATE
from simulator.measures.measure import FEW, NEVER, Measure, Unit
from simulator.text.numbers import number


def _percentile(name: str, percent: float) -> Measure:
    """Return a percentile of the response time: as many jobs as are needed, and a few that may fail."""
    jobs = round(10 / (1 - percent / 100))
    return Measure(
        name=name,
        dimension=DURATION,
        meaning=f"response time that {percent:g} % of the jobs stay within",
        repetition=f"response_time_s.{name}",
        pooled="samples",
        better="less",
        title=f"p{percent:g} of the response time",
        says=f"{percent:g} % of its response times are below {{}}",
        lacking=FEW,
        missing=f"fewer than 10 jobs lie beyond it; raise job.pages or job.duration to {number(jobs)} jobs a round",
        fewest_jobs=round(jobs * 1.01),
    )


THROUGHPUT = Measure(
    name="throughput",
    dimension=RATE,
    meaning="records ready per second of makespan",
    repetition="throughput_per_s",
    at="throughput_per_s.median",
    better="more",
    heading="pages",
    title="pages/s",
    lacking=NEVER,
    missing="nothing was done in the window; raise job.pages or job.duration",
    of_window=True,
)
SPEEDUP = Measure(
    name="speedup",
    dimension=PLAIN,
    meaning="pages/s over those of sequential in the same round",
    repetition=None,
    at="speedup.median",
    better="more",
    heading="speed-up",
    shown=Unit("×"),
    lacking=NEVER,
    of_window=True,
)
"""The one measure that needs the repetitions of two cells."""

MEASURES = (
    THROUGHPUT,
    SPEEDUP,
    Measure(
        name="makespan",
        dimension=DURATION,
        meaning="from the start of the window to the last record ready; the more jobs, the longer",
        repetition="makespan_s",
        lacking=NEVER,
        of_window=True,
    ),
    Measure(
        name="startup",
        dimension=DURATION,
        meaning="from starting the interpreter until every worker is up: connected, its parser imported",
        repetition="startup_s",
        better="less",
        heading="start",
        shown=Unit("s"),
        title="start-up",
        lacking=NEVER,
    ),
    Measure(
        name="warmup",
        dimension=DURATION,
        meaning="from then on until every worker has done its jobs that do not count",
        repetition="warmup_s",
        better="less",
        heading="warm-up",
        shown=Unit("s"),
        title="warm-up",
        lacking=NEVER,
        floor=1e-6,
    ),
    Measure(
        name="in_flight_mean",
        dimension=PLAIN,
        meaning="jobs in flight on average, from start to record ready",
        repetition="in_flight_mean",
        title="mean number of jobs in flight",
        lacking=NEVER,
    ),
    Measure(
        name="drain",
        dimension=DURATION,
        meaning="from the last job's start to the last record ready",
        repetition="drain_s",
        better="less",
        lacking=NEVER,
        floor=1e-6,
    ),
    _percentile("p50", 50),
    _percentile("p90", 90),
    _percentile("p95", 95),
    _percentile("p99", 99),
    _percentile("p99_9", 99.9),
    Measure(
        name="slowest",
        dimension=DURATION,
        meaning="the longest response time of a job",
        repetition="response_time_s.max",
        pooled="samples",
        better="less",
        title="longest response time",
        lacking="no job was done",
    ),
    Measure(
        name="pages",
        dimension=PLAIN,
        meaning="records ready inside the window",
        repetition="pages",
        lacking=NEVER,
        whole=True,
    ),
    Measure(
        name="attempts",
        dimension=PLAIN,
        meaning="requests of all jobs",
        repetition="attempts",
        lacking=NEVER,
        whole=True,
    ),
)
