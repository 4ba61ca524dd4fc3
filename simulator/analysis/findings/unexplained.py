"""Which strategy is farthest from what the model predicts: what a person should look at."""

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

from simulator.result.document import CellResult
from simulator.result.findings.beside_model import Unexplained


def unexplained(scope: Mapping[str, Any], cells: Sequence[CellResult], margin: float) -> list[Unexplained]:
    """Return the worst of the cells that surely lie outside their band by more than the margin; none: all do within."""
    found = [each for cell in cells if (each := _outside(scope, cell, margin)) is not None]
    return sorted(found, key=lambda each: -abs(log(each.of_predicted)))[:1]


def _outside(scope: Mapping[str, Any], cell: CellResult, margin: float) -> Unexplained | None:
    done, predicted, share = cell.throughput_per_s, cell.predicted, cell.of_predicted
    if done is None or predicted is None or share is None or done.kind == "range":
        return None
    if all(each.disturbed for each in cell.repetitions if each.status == "ok"):
        return None  # other programs explain it
    band = predicted.throughput_per_s
    if band.low <= done.high * (1 + margin) and done.low <= band.high * (1 + margin):
        return None
    return Unexplained(
        scope=scope, strategy=cell.name, throughput_per_s=done, predicted_per_s=band, of_predicted=share
    )
