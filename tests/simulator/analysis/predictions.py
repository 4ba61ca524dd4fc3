"""Documents whose cells have predictions, of which every number can be worked out."""

from collections.abc import Mapping
from dataclasses import replace

from simulator.model.bounds import Resource
from simulator.result.document import ResultDocument
from simulator.result.prediction import Band, Prediction


def band(middle: float, reach: float = 0.1) -> Band:
    """Return a band that reaches so far to both sides, as a share."""
    return Band(middle, middle / (1 + reach), middle * (1 + reach))


def prediction(
    per_s: float, *, reach: float = 0.1, in_flight: int = 8, bound_by: Resource = "the GIL"
) -> Prediction:
    """Return what is predicted of a cell."""
    response_s = in_flight / per_s
    return Prediction(
        throughput_per_s=band(per_s, reach),
        response_mean_s=band(response_s, reach),
        response_p50_s=band(response_s, reach),
        response_p95_s=band(response_s * 1.5, reach),
        cores_used=1.0,
        bound_per_s=per_s * 1.2,
        bound_by=bound_by,
        by="simulation",
    )


def with_predictions(
    document: ResultDocument, rates: Mapping[str, float], *, reach: float = 0.1
) -> ResultDocument:
    """Return the document in which so much is predicted of these cells, by id."""
    cells = (
        replace(cell, predicted=prediction(rates[cell.id], reach=reach, in_flight=cell.in_flight))
        if cell.id in rates
        else cell
        for cell in document.cells
    )
    return replace(document, cells=tuple(cells))
