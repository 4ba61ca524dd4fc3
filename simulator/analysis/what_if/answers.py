"""What virtual changes would do to each strategy of each combination, and whom to take with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.analysis.combinations import Combination, combinations
from simulator.analysis.coming import MOST_JOBS
from simulator.analysis.foreseeing import field_of
from simulator.analysis.predicting import MOST_OF_ALL, predict_cell
from simulator.analysis.situations import Situation
from simulator.analysis.what_if.change import Change
from simulator.analysis.what_if.most import Most, most
from simulator.result.document import CellResult, ResultDocument
from simulator.result.prediction import Prediction
from simulator.result.predictions import Gain, WhatIf

MANY = 60
"""Cells, counted anew for each change, of which few jobs each are simulated: more would take too long."""
FEW_JOBS = 640
"""Then so many; where they are few for each one in flight, mean values are told."""


@dataclass(frozen=True)
class Jobs:
    """How many are simulated of a cell, at the most."""

    closed: int
    """Fewer are enough unless very many are in flight."""
    coming: int
    """Of jobs that come by themselves, all that there are up to so many."""


FEW = Jobs(FEW_JOBS, FEW_JOBS)


@dataclass(frozen=True)
class _Then:
    """A cell with a change."""

    in_flight: int
    found: Prediction
    most: Most

    @property
    def per_s(self) -> float:
        """Return its throughput."""
        return self.found.throughput_per_s.median

    @property
    def keeps_up(self) -> bool | None:
        """Return whether it keeps up with jobs that come by themselves."""
        return None if self.found.arrivals is None else self.found.arrivals.keeps_up

    @property
    def p99_s(self) -> float | None:
        """Return the p99 of the response time where they do."""
        p99 = self.found.response_p99_s
        return None if self.found.arrivals is None or p99 is None else p99.median


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
    cells = max(1, len(known) * (1 + len(changes)))
    jobs = Jobs(MOST_JOBS, max(FEW_JOBS, min(MOST_JOBS, MOST_OF_ALL // cells))) if cells <= MANY else FEW
    before = _then(known, document, jobs)
    then = [_then({id_: change.of(one) for id_, one in known.items()}, document, jobs) for change in changes]
    return tuple(
        _answer(str(change), group, found, before, document)
        for group in combinations(document)
        if any(cell.predicted is not None and cell.id in known for cell in group.cells)
        for change, found in zip(changes, then, strict=True)
    )


def _then(changed: Mapping[str, Situation], document: ResultDocument, jobs: Jobs) -> dict[str, _Then | str]:
    """Return what cells would do with a change, by id, or why they cannot be run so."""
    runnable = {id_: one for id_, one in changed.items() if one.too_many is None}
    mosts = most(list(runnable.values()), document.margin)
    found: dict[str, _Then | str] = {id_: one.too_many for id_, one in changed.items() if one.too_many}
    for (id_, one), best in zip(runnable.items(), mosts, strict=True):
        found[id_] = _solved(one, jobs, best)
    return found


def _solved(one: Situation, jobs: Jobs, best: Most) -> _Then:
    most_jobs = jobs.closed if one.coming is None else jobs.coming
    return _Then(one.shape.in_flight, predict_cell(one, most=most_jobs), best)


def _answer(
    change: str,
    group: Combination,
    found: Mapping[str, _Then | str],
    before: Mapping[str, _Then | str],
    document: ResultDocument,
) -> WhatIf:
    field, names = field_of(group, document), {cell.id: cell.name for cell in group.cells}
    then, now = (
        {id_: each for id_, each in some.items() if isinstance(each, _Then) and id_ in names}
        for some in (found, before)
    )
    take, instead_of = (
        field.likely(
            {id_: worth for id_, each in some.items() if (worth := field.worth(each.found)) is not None}
        )
        for some in (then, now)
    )
    both = None if take is None or instead_of is None else (then[take], now[instead_of])
    return WhatIf(
        change=change,
        levels=dict(group.key),
        take=None if take is None else names[take],
        instead_of=None if instead_of is None else names[instead_of],
        ratio=None if both is None else _more(*both),
        gains=tuple(_gain(cell, found.get(cell.id), before.get(cell.id)) for cell in group.cells),
        p99_ratio=None if both is None else _longer(*both),
    )


def _more(then: _Then, now: _Then) -> float | None:
    """Return the throughput of the one over that of the other; null where that one has no job ready in its duration."""
    return then.per_s / now.per_s if now.per_s else None


def _longer(then: _Then, now: _Then) -> float | None:
    """Return the p99 of the one over that of the other; null where jobs do not come by themselves."""
    return None if then.p99_s is None or now.p99_s is None else then.p99_s / now.p99_s


def _gain(cell: CellResult, then: _Then | str | None, now: _Then | str | None) -> Gain:
    if not isinstance(then, _Then) or not isinstance(now, _Then):
        reason = then if isinstance(then, str) else "nothing is predicted of it"
        return Gain(cell.name, None, None, None, None, None, None, None, reason)
    return Gain(
        strategy=cell.name,
        in_flight=then.in_flight,
        per_s=then.per_s,
        ratio=_more(then, now),
        bound_by=then.found.bound_by,
        most_in_flight=then.most.in_flight,
        most_per_s=then.most.per_s,
        most_ratio=then.most.per_s / now.most.per_s,
        reason=None,
        keeps_up=then.keeps_up,
        p99_s=then.p99_s,
        p99_ratio=_longer(then, now),
    )
