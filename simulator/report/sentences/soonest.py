"""Who answers soonest of those that keep up."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables
from simulator.result.findings.answers import Soonest
from simulator.text.numbers import times
from simulator.text.words import form, listed, names, plural


def _sentence(found: Soonest) -> str:
    best, tail = found.best, found.tail
    high = "" if tail is None else f"; {tail.percentile} {as_in_tables(tail.percentile, tail.value_s)}"
    answers = f"a response in {_reached(found, high)}"
    near = [one.strategy for one in found.rivals if one.verdict in ("as fast", "a little faster")]
    open_ = [one.strategy for one in found.rivals if one.verdict == "cannot tell"]
    slower = [
        f"{one.strategy} {form(one.strategy, 'takes', 'take')} {times(one.ratio)} as long ({found.by})"
        for one in found.rivals
        if one.verdict == "faster"
    ]
    if not found.enough_rounds:
        text = f"{best} gave {answers}, sooner than the rest; fewer than 3 rounds cannot tell if that is luck"
        return f"{text}."
    if not near and not open_:
        text = f"{best} {form(best, 'answers', 'answer')} soonest: {answers}"
    else:
        text = f"{best} gave {answers}"
        if near:
            text += f"; {names(near)} {plural(near, 'is', 'are')} as fast"
        if open_:
            text += f"; of {names(open_)} the rounds cannot tell"
    return f"{text}; {listed(slower)}." if slower else f"{text}."


def _reached(found: Soonest, high: str) -> str:
    if found.p50_s is None:
        return f"an unknown time{high}"
    return f"{as_in_tables('p50', found.p50_s)} (median, from the planned start{high})"


KIND = Kind(Soonest, "answer", _sentence)
