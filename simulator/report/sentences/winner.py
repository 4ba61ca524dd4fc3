"""Who is fastest, by how much, and who is not told apart."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import by_nature
from simulator.result.findings.answers import Winner
from simulator.text.numbers import rate, times
from simulator.text.words import form, listed


def _sentence(found: Winner) -> str:
    best = found.best
    reached = rate(found.throughput_per_s, "pages")
    if found.speedup is not None:
        reached += f", {times(found.speedup)} sequential"
    behind = ""
    if found.behind_sequential:
        behind = "; sequential is faster" + (" than all of them" if found.rivals else "")
    if not found.rivals:
        return f"{best}{by_nature(found.own_in_flight)} did {reached}{behind}."
    ties = [one.strategy for one in found.rivals if not one.differs]
    slower = [f"{times(one.ratio)} {one.strategy}" for one in found.rivals if one.differs]
    if not found.enough_rounds:
        text = f"{best} did most: {reached}; fewer than 3 rounds cannot tell whether that is luck"
    elif ties:
        text = f"{listed([best, *ties])} are not told apart: {best} did {reached}, the rest the same within the noise"
        if slower:
            text += f"; {best} {form(best, 'is', 'are')} {listed(slower)}"
    else:
        text = f"{best} {form(best, 'is', 'are')} fastest: {reached}"
        text += f"; {form(best, 'it is', 'they are')} {listed(slower)}"
    return f"{text}{behind}."


KIND = Kind(Winner, "answer", _sentence)
