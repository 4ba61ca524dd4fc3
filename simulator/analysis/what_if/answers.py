"""What virtual changes would do to each strategy of each combination, and whom to take with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.analysis.combinations import Combination, combinations
from simulator.analysis.foreseeing import field_of
from simulator.analysis.predicting import predict
from simulator.analysis.what_if.change import Change, Situation
from simulator.analysis.what_if.most import Most, most
from simulator.result.document import CellResult, ResultDocument
from simulator.result.prediction import Prediction
from simulator.result.predictions import Gain, WhatIf


@dataclass(frozen=True)
class _Then:
    """A cell with a change."""

    in_flight: int
    predicted: Prediction
    most: Most


def what_if(
    document: ResultDocument, known: Mapping[str, Situation], changes: Sequence[Change]
) -> tuple[WhatIf, ...]:
    """Return what each change would do in each combination; a combination of which nothing is known has none.

    Args:
        document: its cells have their predictions.
        known: the situations of its cells, by id.
        changes: each for itself.
    """
    if not changes:
        return ()
    # Anew: what a run is compared with has as many jobs as it, of which the last ones have fewer beside them.
    before = _then(known, document)
    then = [_then({id_: change.of(one) for id_, one in known.items()}, document) for change in changes]
    return tuple(
        _answer(str(change), group, found, before, document)
        for group in combinations(document)
        if any(cell.predicted is not None and cell.id in known for cell in group.cells)
        for change, found in zip(changes, then, strict=True)
    )


def _then(changed: Mapping[str, Situation], document: ResultDocument) -> dict[str, _Then | str]:
    """Return what cells would do with a change, by id, or why they cannot be run so."""
    runnable = {id_: one for id_, one in changed.items() if one.too_many is None}
    mosts = most(list(runnable.values()), document.margin)
    found: dict[str, _Then | str] = {id_: one.too_many for id_, one in changed.items() if one.too_many}
    for (id_, one), best in zip(runnable.items(), mosts, strict=True):
        shape = one.shape
        found[id_] = _Then(shape.in_flight, predict(shape, one.demands, one.machine), best)
    return found


def _answer(
    change: str,
    group: Combination,
    found: Mapping[str, _Then | str],
    before: Mapping[str, _Then | str],
    document: ResultDocument,
) -> WhatIf:
    field, names = field_of(group, document), {cell.id: cell.name for cell in group.cells}
    then, now = (
        {id_: each.predicted for id_, each in some.items() if isinstance(each, _Then) and id_ in names}
        for some in (found, before)
    )
    take, instead_of = field.likely(then), field.likely(now)
    return WhatIf(
        change=change,
        levels=dict(group.key),
        take=None if take is None else names[take],
        instead_of=None if instead_of is None else names[instead_of],
        ratio=None if take is None or instead_of is None else _over(then[take], now[instead_of]),
        gains=tuple(_gain(cell, found.get(cell.id), before.get(cell.id)) for cell in group.cells),
    )


def _gain(cell: CellResult, then: _Then | str | None, now: _Then | str | None) -> Gain:
    if not isinstance(then, _Then) or not isinstance(now, _Then):
        reason = then if isinstance(then, str) else "nothing is predicted of it"
        return Gain(cell.name, None, None, None, None, None, None, None, reason)
    return Gain(
        strategy=cell.name,
        in_flight=then.in_flight,
        throughput_per_s=then.predicted.throughput_per_s,
        ratio=_over(then.predicted, now.predicted),
        bound_by=then.predicted.bound_by,
        most_in_flight=then.most.in_flight,
        most_per_s=then.most.per_s,
        most_ratio=then.most.per_s / now.most.per_s,
        reason=None,
    )


def _over(of: Prediction, over: Prediction) -> float:
    return of.throughput_per_s.median / over.throughput_per_s.median
