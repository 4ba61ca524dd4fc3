"""What an exchange over a socket waits for beside threads that compute."""

from collections.abc import Sequence
from itertools import groupby

from simulator.report.sentences.interface import Kind
from simulator.result.findings.across import Beside, Convoy
from simulator.text.numbers import duration, number, rate, share, times
from simulator.text.words import listed

_WAITS_FOR = {
    "switch interval": (
        " The wait grows as the switch interval does, so it is the GIL's switch interval that is waited for."
    ),
    "less than a turn": (
        " That is no turn of each: a thread often took the lock back before a spinning one woke up."
    ),
    "something else": (
        " The wait does not grow as the switch interval does, so something else is waited for as well."
    ),
    None: "",
}


def _sentence(found: Convoy) -> str:
    rows = "; ".join(
        _row(interval_s, list(points))
        for interval_s, points in groupby(found.points, lambda point: point.switch_interval_s)
    )
    return (
        f"An exchange takes {duration(found.alone_s)} alone. Beside threads that compute, {rows}."
        f" {found.near} of {len(found.points)} are within {share(found.near_share)} of 1 / (d + {found.calls_by_law} n"
        f" I); an exchange waited {times(found.calls)} n I (median).{_control(found)}{_WAITS_FOR[found.waits_for]}"
    )


def _row(interval_s: float, points: Sequence[Beside]) -> str:
    measured = listed([number(point.measured_per_s) for point in points])
    predicted = listed([number(point.predicted_per_s) for point in points])
    beside = listed([str(point.spinners) for point in points])
    return f"at a switch interval of {duration(interval_s)} {measured} pages/s beside {beside} ({predicted} predicted)"


def _control(found: Convoy) -> str:
    if found.control_low_per_s is None or found.control_high_per_s is None:
        return ""
    least, most = rate(found.control_low_per_s, "pages"), rate(found.control_high_per_s, "pages")
    return f" With the computing in processes there were {least}{'' if least == most else f' to {most}'}."


KIND = Kind(Convoy, "overall", _sentence)
