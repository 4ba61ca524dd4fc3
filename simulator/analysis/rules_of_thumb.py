"""What rules of thumb would have chosen: whom to take and with how many jobs in flight, and what that costs here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.analysis.combinations import Combination, along, combinations, contrasted
from simulator.analysis.demanded import demands_of
from simulator.analysis.predicting import predict
from simulator.analysis.situations import Situation, situations
from simulator.analysis.what_if.most import Most, most
from simulator.measures.factors import IN_FLIGHT, STRATEGY
from simulator.model.demands import Demands
from simulator.result.document import CellResult, ResultDocument
from simulator.result.rules import RuleName, RuleOfThumb
from simulator.scenario.cluster import split
from simulator.scenario.strategy import Variant

POOL_MOST, POOL_MORE = 32, 4
"""Of ThreadPoolExecutor: min(32, cores + 4)."""


@dataclass(frozen=True)
class _Choice:
    rule: RuleName
    strategy: str
    in_flight: int
    workers: int
    """Processes, where it has some."""


@dataclass(frozen=True)
class _Done:
    strategy: str
    in_flight: int
    per_s: float


def rules_of_run(document: ResultDocument) -> tuple[RuleOfThumb, ...]:
    """Return what rules of thumb would have chosen in a run in which the jobs in flight vary; of any other, none."""
    varies = contrasted(document) == STRATEGY and bool(along(document, IN_FLIGHT))
    return rules(document, situations(document)) if varies else ()


def rules(document: ResultDocument, known: Mapping[str, Situation]) -> tuple[RuleOfThumb, ...]:
    """Return what each rule would have chosen in each combination of the levels but the jobs in flight.

    None where strategies are not contrasted, or nothing is known of a job.

    Args:
        document: what was measured, or predicted.
        known: the situations of its cells, by id.
    """
    known = {id_: one for id_, one in known.items() if one.coming is None}  # else more workers do no more
    if contrasted(document) != STRATEGY or not known:
        return ()
    groups = along(document, IN_FLIGHT) or combinations(document)
    mosts = dict(zip(known, most(list(known.values()), document.margin), strict=True))
    return tuple(rule for group in groups for rule in _of(group, known, mosts))


def _of(
    group: Combination, known: Mapping[str, Situation], mosts: Mapping[str, Most]
) -> Iterator[RuleOfThumb]:
    base = next(
        (known[cell.id] for cell in group.cells if cell.id in known and cell.baseline_id is None), None
    )
    measured = [_measured(cell) for cell in group.cells if cell.status == "ok" and cell.throughput_per_s]
    predicted = [_predicted(cell) for cell in group.cells if cell.predicted is not None]
    if base is None or not predicted:
        return
    predicted.append(_most(group, known, mosts))
    most_in_flight = max(cell.in_flight for cell in group.cells)
    levels = {path: level for path, level in group.key if path != IN_FLIGHT}
    for choice in _choices(base.demands, base.cores, most_in_flight):
        done = next((each for each in measured if _is(each, choice)), None)
        others: Sequence[_Done] = measured
        if done is None:
            done = _foreseen(choice, group.cells, known)
            others = predicted if done is None else [*predicted, done]
        best = max(others, key=lambda each: each.per_s)
        yield RuleOfThumb(
            rule=choice.rule,
            levels=levels,
            strategy=choice.strategy,
            in_flight=choice.in_flight,
            per_s=None if done is None else done.per_s,
            best_strategy=best.strategy,
            best_in_flight=best.in_flight,
            best_per_s=best.per_s,
            of_best=None if done is None else done.per_s / best.per_s,
            measured=done is not None and others is measured,
        )


def _choices(demands: Demands, cores: int, most_in_flight: int) -> Iterator[_Choice]:
    """Yield what each rule chooses, from what one job waits and computes."""
    wait_s = sum(demands.waits_s) / len(demands.waits_s) + demands.transport.mean_s
    computing = (demands.client_held, demands.client_free, demands.parse_held, demands.parse_free)
    compute_s = sum(each.mean_s for each in computing)
    waits = wait_s / compute_s if compute_s > 0 else float(most_in_flight)
    yield _Choice("goetz", "threads", max(1, round(cores * (1 + waits))), 0)
    yield _Choice("executor", "threads", min(POOL_MOST, cores + POOL_MORE), 0)
    processes, threads = split(cores)
    yield _Choice("dask", "processes" if threads == 1 else "processes_of_threads", cores, processes)
    if waits > 1:
        yield _Choice("asyncio", "asyncio", most_in_flight, 0)
    else:
        yield _Choice("asyncio", "processes", cores, cores)


def _is(done: _Done, choice: _Choice) -> bool:
    return (done.strategy, done.in_flight) == (choice.strategy, choice.in_flight)


def _measured(cell: CellResult) -> _Done:
    done = cell.throughput_per_s
    return _Done(cell.strategy, cell.in_flight, 0.0 if done is None else done.median)


def _predicted(cell: CellResult) -> _Done:
    done = cell.predicted
    return _Done(cell.strategy, cell.in_flight, 0.0 if done is None else done.throughput_per_s.median)


def _most(group: Combination, known: Mapping[str, Situation], mosts: Mapping[str, Most]) -> _Done:
    """Return what would do most of all, with any number of jobs in flight."""
    cell = max((cell for cell in group.cells if cell.id in mosts), key=lambda cell: mosts[cell.id].per_s)
    return _solved(cell.strategy, replace(known[cell.id], in_flight=mosts[cell.id].in_flight))


def _solved(strategy: str, found: Situation) -> _Done:
    shape = found.shape
    done = predict(shape, found.demands, found.machine)
    return _Done(strategy, shape.in_flight, done.throughput_per_s.median)


def _foreseen(choice: _Choice, cells: Sequence[CellResult], known: Mapping[str, Situation]) -> _Done | None:
    """Return what a choice would do by the model; null where its hand-over or its client was not measured."""
    like = next((cell for cell in cells if cell.id in known and cell.strategy == choice.strategy), None)
    like = like or next((cell for cell in cells if cell.id in known and cell.baseline_id is None), None)
    if like is None or like.calibration is None:
        return None
    found = known[like.id]
    variant = Variant.model_validate({"name": choice.strategy, "base": choice.strategy})
    cell = replace(found.cell, variant=variant, parallelism=choice.workers or "cores")
    planned = cell.planned(choice.in_flight, found.cores)
    demands = demands_of(replace(cell, plan=planned), like.calibration)
    if demands is None or (planned.pickles and demands.over_main.mean_s == 0):
        return None
    return _solved(choice.strategy, Situation(cell, demands, found.machine, choice.in_flight, found.cores))
