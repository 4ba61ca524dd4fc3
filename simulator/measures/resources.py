"""What of the machine the job takes, and what the mock server beside it."""

from simulator.measures.dimension import DURATION, PLAIN, SIZE
from simulator.measures.measure import Measure, Unit

MEASURES = (
    Measure(
        name="memory",
        dimension=SIZE,
        meaning="upper estimate of the peak over all its processes",
        repetition="memory_bytes",
        better="less",
        heading="mem",
        title="peak memory",
        says="it holds {}",
        whole=True,
    ),
    Measure(
        name="cpu",
        dimension=DURATION,
        meaning="CPU of the whole driver per page",
        repetition="cpu_per_page_s",
        better="less",
        heading="CPU",
        title="CPU per page",
        says="a page takes {} of CPU",
    ),
    Measure(
        name="cores",
        dimension=PLAIN,
        meaning="cores that the driver used on average",
        repetition="cores_used",
    ),
    Measure(
        name="run_queue",
        dimension=PLAIN,
        meaning="threads of the driver that could have run and had no core, on average",
        repetition="run_queue_cores",
        better="less",
        title="number of threads without a core",
        floor=0.001,
    ),
    Measure(
        name="moved",
        dimension=SIZE,
        meaning="pickled on the way to another interpreter and back, per page",
        repetition="moved_bytes_per_page",
        better="less",
        shown=Unit("kB", -3),
        title="data moved per page",
        lacking="nothing is moved to another interpreter",
    ),
    Measure(
        name="server_cores",
        dimension=PLAIN,
        meaning="cores that the mock server used on average",
        repetition="server.cpu_cores",
    ),
    Measure(
        name="delay_error",
        dimension=DURATION,
        meaning="how much later than asked for the mock server began to answer: mean over its requests",
        repetition="server.delay_error_s.mean",
        pooled="samples",
        lacking="no request was stamped",
    ),
)
