"""Who answers soonest of those that keep up."""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.answers import Soonest
from simulator.text.numbers import duration, times
from simulator.text.words import form, listed


def _sentence(found: Soonest) -> str:
    best, tail = found.best, found.tail
    high = "" if tail is None else f"; {tail.percentile} {duration(tail.value_s)}"
    answers = f"a response in {duration(found.p50_s)} (median, from the planned start{high})"
    ties = [one.strategy for one in found.rivals if not one.differs]
    slower = [
        f"{one.strategy} {form(one.strategy, 'takes', 'take')} {times(one.ratio)} as long"
        for one in found.rivals
        if one.differs
    ]
    if not found.enough_rounds:
        text = f"{best} gave {answers}, sooner than the rest; fewer than 3 rounds cannot tell if that is luck"
    elif ties:
        text = f"{listed([best, *ties])} are not told apart by response time: {best} gave {answers}"
    else:
        text = f"{best} {form(best, 'answers', 'answer')} soonest: {answers}"
    return f"{text}; {listed(slower)}." if slower else f"{text}."


KIND = Kind(Soonest, "answer", _sentence)
