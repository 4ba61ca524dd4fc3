"""From which parse cost on one strategy beats another."""

from collections.abc import Mapping

from simulator.measures.factors import CASE
from simulator.report.sentences.interface import Kind
from simulator.result.findings.across import CrossoverFinding
from simulator.text.numbers import in_ms, ms, share
from simulator.text.words import form, sentence


def _sentence(found: CrossoverFinding) -> str:
    left_out = ""
    if found.left_out:
        left_out = f"; left out: {', '.join(found.left_out)}, where not both have valid numbers"
    return f"{_place(found.place)}{_course(found)}{left_out}."


def _place(place: Mapping[str, str]) -> str:
    levels = [f"{path} {level}" for path, level in place.items() if path != CASE]
    places = [f"in the case {place[CASE]}"] if CASE in place else []
    if levels:
        places.append(f"at {' and '.join(levels)}")
    return f"{sentence(', '.join(places))}, " if places else ""


def _course(found: CrossoverFinding) -> str:
    a, more = found.faster, f"{found.slower} by more than {share(found.margin)}"
    beat, begin = f"{a} {form(a, 'beats', 'beat')} {more}", f"{a} {form(a, 'begins', 'begin')} to beat {more}"
    if found.lowest_measured_s is None or found.highest_measured_s is None:
        return f"whether {beat} at some parse cost is not known, since no cost has numbers of both"
    lowest, highest = in_ms(found.lowest_measured_s), in_ms(found.highest_measured_s)
    match found.course:
        case "always":
            return f"{beat} at every parse cost measured, from {lowest} of parse CPU on"
        case "never":
            return f"{beat} at no parse cost measured, up to {highest} of parse CPU"
        case "undecided":
            return f"whether {beat} at any parse cost measured, up to {highest} of parse CPU, the rounds do not tell"
    if found.cost_s is not None:
        return f"{begin} at {in_ms(found.cost_s)} of parse CPU ({_interval(found)})"
    return _between(beat, begin, found)


def _between(beat: str, begin: str, found: CrossoverFinding) -> str:
    """Say between which of the costs that were measured it lies; one of the ends is known at least."""
    low_s, high_s = found.low_s, found.high_s
    if low_s is None:
        return f"{beat} from {in_ms(high_s or 0)} of parse CPU on; whether also below, the rounds do not tell"
    if high_s is None:
        return f"{beat} at no parse CPU up to {in_ms(low_s)}; whether above, the rounds do not tell"
    return f"{begin} between {in_ms(low_s)} and {in_ms(high_s)} of parse CPU"


def _interval(found: CrossoverFinding) -> str:
    low, high = found.low_s, found.high_s
    if low is not None and high is not None:
        return f"{ms(low)} to {in_ms(high)}"
    if low is not None:
        return f"{in_ms(low)} at least, perhaps above every cost measured"
    return f"{in_ms(high)} at most, perhaps below every cost measured" if high is not None else "not sure"


KIND = Kind(CrossoverFinding, "crossover", _sentence)
