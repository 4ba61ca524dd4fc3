"""From which parse cost on processes win."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.analysis.crossover import Pair, pairs
from simulator.analysis.pairing import ratio
from simulator.measures.factors import CASE
from simulator.result.document import Crossover, Finding, ResultDocument
from simulator.stats.intervals import differs
from simulator.text.numbers import duration, durations
from simulator.text.words import form, sentence


def crossings(document: ResultDocument) -> list[Finding]:
    """Return a sentence for each crossover of a document that has its crossovers."""
    found = list(zip(pairs(document), document.crossovers, strict=True))
    varied = _varied([crossover.scope for _, crossover in found])
    return [
        Finding(
            "crossover",
            _place(crossover.scope, varied)
            + _sentence(pair, crossover, document.scatter_rounds)
            + _left_out(pair),
            {path: str(level) for path, level in crossover.scope.items()},
            {
                "cost_s": crossover.cost_s,
                "low_s": crossover.low_s,
                "high_s": crossover.high_s,
                "lowest_measured_s": pair.stages[0].cost_s if pair.stages else None,
                "highest_measured_s": pair.stages[-1].cost_s if pair.stages else None,
            },
        )
        for pair, crossover in found
    ]


def _varied(scopes: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the factors that have to be named, because not all combinations have the same level of them."""
    paths = {path for scope in scopes for path in scope}
    return {path for path in paths if len({str(scope.get(path)) for scope in scopes}) > 1}


def _place(scope: Mapping[str, Any], varied: set[str]) -> str:
    levels = [f"{path} {level}" for path, level in scope.items() if path in varied and path != "case"]
    places = [f"in the case {scope[CASE]}"] if CASE in varied and CASE in scope else []
    if levels:
        places.append(f"at {' and '.join(levels)}")
    text = ", ".join(places)
    return f"{sentence(text)}, " if text else ""


def _sentence(pair: Pair, crossover: Crossover, first: int | None) -> str:
    a, b = pair.faster, pair.slower
    beat = f"{a} {form(a, 'beats', 'beat')} {b}"
    if not pair.stages:
        return f"whether {beat} at some parse cost is not known, since no cost has numbers of both"
    lowest, highest = duration(pair.stages[0].cost_s), duration(pair.stages[-1].cost_s)
    match crossover.kind:
        case "always":
            return f"{beat} at every parse cost measured, from {lowest} of parse CPU on"
        case "never":
            return f"{beat} at no parse cost measured, up to {highest} of parse CPU"
        case "crossing" if crossover.cost_s is not None:
            at = f"{duration(crossover.cost_s)} of parse CPU ({_interval(crossover)})"
            return f"{a} {form(a, 'begins', 'begin')} to beat {b} at {at}"
        case _:
            return _undecided(pair, crossover, first, beat)


def _interval(crossover: Crossover) -> str:
    low, high = crossover.low_s, crossover.high_s
    if low is not None and high is not None:
        return durations(low, high)
    if low is not None:
        return f"{duration(low)} at least, perhaps above every cost measured"
    return f"{duration(high)} at most, perhaps below every cost measured" if high is not None else "not sure"


def _undecided(pair: Pair, crossover: Crossover, first: int | None, beat: str) -> str:
    a, b = pair.faster, pair.slower
    if crossover.high_s is not None:
        return f"{beat} from {duration(crossover.high_s)} of parse CPU on; whether also below, the rounds do not tell"
    if crossover.low_s is not None:
        return (
            f"{beat} at no parse CPU up to {duration(crossover.low_s)}; whether above, the rounds do not tell"
        )
    if any(differs(ratio(stage.faster, stage.slower, first)) for stage in pair.stages):
        return f"{beat} at some parse costs measured, but there is none from which on that is so"
    highest = duration(pair.stages[-1].cost_s)
    estimate = (
        f"; their medians cross at {duration(crossover.cost_s)}" if crossover.cost_s is not None else ""
    )
    return (
        f"{a} and {b} are not told apart at any parse cost measured, up to {highest} of parse CPU{estimate}"
    )


def _left_out(pair: Pair) -> str:
    return (
        f"; left out: {', '.join(pair.left_out)}, where not both have valid numbers."
        if pair.left_out
        else "."
    )
