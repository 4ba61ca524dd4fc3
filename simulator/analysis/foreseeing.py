"""The prediction document of a run, or of a scenario that was only calibrated: its cells predicted and compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.analysis.combinations import Combination, combinations
from simulator.analysis.findings.character import COMPUTING, WAITING
from simulator.analysis.keeping_up import compared_by, open_findings, soonness
from simulator.measures.factors import STRATEGY
from simulator.model.demands import Demands
from simulator.result.document import CellResult, ResultDocument
from simulator.result.findings.answers import FallsBehind, KeepsUp, Rival, Soonest, Winner
from simulator.result.prediction import Band, Prediction
from simulator.result.predictions import SCHEMA, PredictedCell, PredictedCombination, PredictionDocument
from simulator.scenario.shards import pushed, simplicity, unmodelled
from simulator.stats.contrasts import Contrast, verdict
from simulator.stats.intervals import Interval

WHEN = "when its jobs come is not known here; predict it where the recording is that tells"
PUSHED = (
    "an executor hands its jobs over, and what that costs is not in the model; what it resembles is predicted"
)
UNCALIBRATED = (
    "what its job needs was not measured (an older run, or less than half a minute); predict its scenario"
)


def foreseen(
    document: ResultDocument, demands: Mapping[str, Demands], run: str | None = None
) -> PredictionDocument:
    """Return what is predicted of a document's cells.

    Args:
        document: its cells have their predictions.
        demands: of the cells, by id.
        run: id of the run whose calibration they are made from; null: calibrated for this.
    """
    groups = combinations(document)
    compared = [compare(group, document) for group in groups]
    by_id = {cell.id: cell for cell in document.cells}
    found = [each for one in compared for each in _found(one, by_id, demands, document.margin)]
    return PredictionDocument(
        schema=SCHEMA,
        kind="prediction",
        name=str(document.scenario["name"]),
        run=run,
        scenario=document.scenario,
        environment=document.environment,
        made_at=document.started_at,
        margin=document.margin,
        cells=tuple(_cell(cell, document) for cell in document.cells),
        combinations=tuple(compared),
        findings=tuple(found),
    )


def _cell(cell: CellResult, document: ResultDocument) -> PredictedCell:
    return PredictedCell(
        id=cell.id,
        factors=cell.factors,
        baseline_id=cell.baseline_id,
        in_flight=cell.in_flight,
        marked=cell.marked,
        level=cell.level,
        predicted=cell.predicted,
        reason=None if cell.predicted is not None else _why_not(cell, document),
    )


def _why_not(cell: CellResult, document: ResultDocument) -> str:
    if cell.status in ("unsupported", "failed") and cell.reason is not None:
        return cell.reason
    if cell.strategy in pushed(document.scenario):
        return PUSHED
    unknown = unmodelled(document.scenario)
    if cell.strategy in unknown:
        return unknown[cell.strategy]
    known = cell.calibration is not None and cell.calibration.needs is not None
    open_ = cell.arrivals is not None or document.scenario.get("arrivals") is not None
    return WHEN if known and open_ else UNCALIBRATED


def compare(group: Combination, document: ResultDocument) -> PredictedCombination:
    """Return how the cells of one combination compare by what is predicted of them."""
    field = field_of(group, document)
    predictions = {cell.id: cell.predicted for cell in group.cells if cell.predicted is not None}
    contrasts = field.contrasts(predictions)
    return PredictedCombination(
        levels=dict(group.key),
        cells=tuple(cell.id for cell in group.cells),
        contrasts=contrasts,
        best=contrasts[0].of if contrasts else next(iter(field.bands(predictions)), None),
        recommended=field.recommended(predictions),
        contrast=group.contrast,
        by=field.by,
    )


@dataclass(frozen=True)
class Field:
    """Who competes in a combination."""

    base: str | None
    """Id of the baseline, which is taken where nothing surely gains anything over it."""
    rivals: tuple[str, ...]
    """Ids of those that are compared: with equal jobs in flight."""
    order: Mapping[str, int]
    """Of them, in which those that are as fast as the best are taken."""
    margin: float
    """The smallest difference that matters."""
    by: str = "throughput"
    """What is compared, or a percentile of the response time of those that keep up."""

    def worth(self, found: Prediction) -> float | None:
        """Return by how much a cell is compared, more being better; null of what does not keep up with what comes."""
        band = self._band(found)
        return None if band is None else band.median

    def bands(self, found: Mapping[str, Prediction]) -> dict[str, Band]:
        """Return what is compared, the best first: throughputs, or how many such response times a second has."""
        bands = ((id_, self._band(found[id_])) for id_ in self.rivals if id_ in found)
        known = {id_: each for id_, each in bands if each is not None}
        return dict(sorted(known.items(), key=lambda each: -each[1].median))

    def _band(self, found: Prediction) -> Band | None:
        return found.throughput_per_s if self.by == "throughput" else soonness(found, self.by)

    def contrasts(self, found: Mapping[str, Prediction]) -> tuple[Contrast, ...]:
        """Return the contrasts of the best over each other, the best first."""
        bands = self.bands(found)
        best = next(iter(bands), None)
        if best is None:
            return ()
        ratios = ((id_, ratio(bands[best], band)) for id_, band in bands.items() if id_ != best)
        return tuple(Contrast(best, id_, each, verdict(each, self.margin)) for id_, each in ratios)

    def recommended(self, found: Mapping[str, Prediction]) -> str | None:
        """Return the simplest of the best and those surely as fast, or slower by less than the margin."""
        bands, alone = self.bands(found), found.get(self.base or "")
        best = next(iter(bands), None)
        if best is None:
            return None
        if alone is not None and self.by == "throughput":
            gain = ratio(bands[best], alone.throughput_per_s)
            if gain.high < 1 or verdict(gain, self.margin) in ("as fast", "a little faster"):
                return self.base
        near = [best]
        near += [
            each.over for each in self.contrasts(found) if each.verdict in ("as fast", "a little faster")
        ]
        return min(near, key=lambda each: (self.order[each], near.index(each)))

    def likely(self, per_s: Mapping[str, float]) -> str | None:
        """Return the simplest of those that lie within the margin of the best, surely or not; more is better."""
        known = {id_: per_s[id_] for id_ in self.rivals if id_ in per_s}
        if not known:
            return None
        least = max(known.values()) / (1 + self.margin)
        if self.base is not None and self.by == "throughput" and per_s.get(self.base, 0.0) >= least:
            return self.base
        return min((id_ for id_, each in known.items() if each >= least), key=lambda id_: self.order[id_])


def field_of(group: Combination, document: ResultDocument) -> Field:
    """Return who competes in a combination, and by what: as where it was measured."""
    by = compared_by([cell.predicted for cell in group.cells if cell.predicted is not None])
    if group.contrast != STRATEGY:
        ids = tuple(cell.id for cell in group.cells)
        return Field(None, ids, {id_: rank for rank, id_ in enumerate(ids)}, document.margin, by)
    base = next((cell.id for cell in group.cells if cell.baseline_id is None), None)
    simple = simplicity(document.scenario)
    rivals = [cell for cell in group.cells if cell.baseline_id is not None and not cell.marked]
    order = {cell.id: simple.get(cell.strategy, len(simple)) for cell in rivals}
    return Field(base, tuple(order), order, document.margin, by)


def ratio(of: Band, over: Band) -> Interval:
    """Return the ratio of two bands that know nothing of one another."""
    return Interval(of.median / over.median, of.low / over.high, of.high / over.low)


def _found(
    found: PredictedCombination,
    by_id: Mapping[str, CellResult],
    demands: Mapping[str, Demands],
    margin: float,
) -> Sequence[Winner | KeepsUp | FallsBehind | Soonest]:
    if found.by != "throughput":
        # The baseline competes with nobody: as where it was measured.
        cells = [by_id[each] for each in found.cells]
        told = [cell for cell in cells if found.contrast != STRATEGY or cell.baseline_id is not None]
        return open_findings(found, told)
    winner = _winner(found, by_id, demands, margin)
    return [] if winner is None else [winner]


def _winner(
    found: PredictedCombination,
    by_id: Mapping[str, CellResult],
    demands: Mapping[str, Demands],
    margin: float,
) -> Winner | None:
    """Return whom to take; null where nothing is predicted."""
    best = by_id.get(found.best or "")
    if best is None or best.predicted is None:
        return None
    base = by_id.get(best.baseline_id or "")
    done, alone = best.predicted, None if base is None else base.predicted
    speedup = None if alone is None else ratio(done.throughput_per_s, alone.throughput_per_s)
    bound = None
    if alone is not None and done.bound_per_s is not None:
        bound = done.bound_per_s / alone.throughput_per_s.median
    return Winner(
        scope=found.levels,
        job=_job(demands.get(best.id)),
        best=best.name,
        take=by_id[found.recommended or best.id].name,
        own_in_flight=best.in_flight if best.marked else None,
        throughput_per_s=done.throughput_per_s.median,
        speedup=speedup,
        bound_speedup=bound,
        bound_by=done.bound_by,
        margin=margin,
        rounds=None,
        enough_rounds=True,
        rivals=tuple(
            Rival(strategy=by_id[each.over].name, ratio=each.ratio, verdict=each.verdict)
            for each in found.contrasts
        ),
        would_show=None,
        rounds_to_decide=None,
        behind_sequential=speedup is not None and found.contrast == STRATEGY and speedup.high < 1,
        predicted=True,
    )


def _job(demands: Demands | None) -> Literal["waiting", "computing", "both"] | None:
    if demands is None:
        return None
    wait_s = sum(demands.waits_s) / len(demands.waits_s)
    cpu = (demands.client_held, demands.client_free, demands.parse_held, demands.parse_free)
    all_s = wait_s + sum(each.mean_s for each in cpu)
    share = wait_s / all_s if all_s > 0 else 0.0
    return "waiting" if share >= WAITING else "computing" if share <= COMPUTING else "both"
