"""On which Pythons threads compute in parallel."""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.across import Runtimes
from simulator.text.numbers import times
from simulator.text.words import sentence

_BECAUSE = {
    "no GIL, or one": ": without a GIL threads compute in parallel, with one they take turns",
    "no GIL": ": without a GIL threads compute in parallel",
    "GIL let go": ": threads compute in parallel there although there is a GIL, so this work lets go of it",
    "GIL": ": with a GIL threads take turns at computing",
    None: "",
}


def _sentence(found: Runtimes) -> str:
    best, *others = sorted(found.runtimes, key=lambda one: one.speedup.median, reverse=True)
    reached = [
        f"on {best.runtime} threads reach {times(best.speedup.median)} sequential",
        *(f"on {one.runtime} {times(one.speedup.median)}" for one in others),
    ]
    first, *rest = found.runtimes
    alone = ", ".join(f"{times(one.of_first)} on {one.runtime}" for one in rest)
    return (
        f"{sentence(', '.join(reached))}{_BECAUSE[found.because]}. One job after the other, of the pages/s on"
        f" {first.runtime}: {alone}."
    )


KIND = Kind(Runtimes, "overall", _sentence)
