"""Who answers soonest of those that keep up."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables, foreseen
from simulator.result.findings.answers import Rival, Soonest
from simulator.text.numbers import times
from simulator.text.words import form, listed, names, plural


def _sentence(found: Soonest) -> str:
    best, tail = found.best, found.tail
    high = "" if tail is None else f"; {tail.percentile} {as_in_tables(tail.percentile, tail.value_s)}"
    answers = f"a response in {_reached(found, high)}"
    near = [one.strategy for one in found.rivals if one.verdict in ("as fast", "a little faster")]
    open_ = [one.strategy for one in found.rivals if one.verdict == "cannot tell"]
    slower = [
        f"{one.strategy} {_takes(one, found)} {times(one.ratio)} as long ({found.by})"
        for one in found.rivals
        if one.verdict == "faster"
    ]
    if not found.enough_rounds:
        text = f"{best} gave {answers}, sooner than the rest; fewer than 3 rounds cannot tell if that is luck"
        return f"{text}."
    if not near and not open_:
        answer = "would answer" if found.predicted else form(best, "answers", "answer")
        text = f"{best} {answer} soonest: {answers}"
    else:
        text = f"{best} {'would give' if found.predicted else 'gave'} {answers}"
        if near:
            text += f"; {names(near)} {plural(near, 'is', 'are')} as fast"
        if open_:
            text += f"; of {names(open_)} the {'bands' if found.predicted else 'rounds'} cannot tell"
    return foreseen(f"{text}; {listed(slower)}." if slower else f"{text}.", predicted=found.predicted)


def _takes(one: Rival, found: Soonest) -> str:
    return "would take" if found.predicted else form(one.strategy, "takes", "take")


def _reached(found: Soonest, high: str) -> str:
    if found.p50_s is None:
        return f"an unknown time{high}"
    return f"{as_in_tables('p50', found.p50_s)} (median, from the planned start{high})"


KIND = Kind(Soonest, "answer", _sentence)
