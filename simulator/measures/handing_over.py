"""What it takes to hand tasks over to workers of a cluster and to bring their results back."""

from simulator.measures.dimension import DURATION, PLAIN
from simulator.measures.measure import NEVER, SHARE, Measure

_FLOOR_S = 1e-6
_NONE = "it is no strategy of Dask"

MEASURES = (
    Measure(
        name="task_hand_over",
        dimension=DURATION,
        meaning="from the submission of a task until its first page begins, and from the end of its last parse until"
        " the driver holds its records: mean per task",
        repetition="task_hand_over_s",
        better="less",
        heading="a task",
        title="hand-over of a task",
        lacking=_NONE,
        floor=_FLOOR_S,
    ),
    Measure(
        name="hand_over",
        dimension=DURATION,
        meaning="the same for each page of a task",
        repetition="hand_over_s",
        better="less",
        heading="a page",
        title="hand-over per page",
        lacking=_NONE,
        floor=_FLOOR_S,
    ),
    Measure(
        name="hand_over_there",
        dimension=DURATION,
        meaning="the part of a task's hand-over that comes before its first page",
        repetition="hand_over_there_s",
        better="less",
        heading="there",
        title="way of a task to its worker",
        lacking=f"{_NONE}, or its workers are on other machines, with clocks of their own",
        floor=_FLOOR_S,
    ),
    Measure(
        name="hand_over_share",
        dimension=PLAIN,
        meaning="share of the time from the submission of a task until the driver holds its records that is hand-over",
        repetition="hand_over_share",
        better="less",
        heading="share",
        shown=SHARE,
        title="share of hand-over",
        lacking=_NONE,
        floor=1e-6,
    ),
    Measure(
        name="done_again",
        dimension=PLAIN,
        meaning="pages that were handed out once more because their worker had ended",
        repetition="done_again",
        better="less",
        heading="again",
        title="pages handed out again",
        lacking=f"{_NONE}, or {NEVER}",
        floor=1.0,
        whole=True,
    ),
)
