"""Which strategy to take and why, in a sentence without intervals; then the numbers."""

from collections.abc import Sequence

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import by_nature
from simulator.result.findings.answers import Rival, Winner
from simulator.text.numbers import factor, number, rate, share, times
from simulator.text.words import form, listed, names, plural, sentence

_WHILE = {"waiting": "while it waits, ", "computing": "while it computes, ", "both": "", None: ""}
HEAVIER = 1.5
"""Times the memory of what is taken, from which on another is worth a word."""


def _sentence(found: Winner) -> str:
    marked = "predicted: " if found.predicted else ""
    if not found.rivals:
        alone = (
            f"{found.best}{by_nature(found.own_in_flight)} {_did(found)} {_reached(found)}{_behind(found)}."
        )
        return sentence(marked + alone) if marked else alone
    return sentence(f"{marked}{_headline(found)} {_numbers(found)}")


def _headline(found: Winner) -> str:
    """Return whom to take and why: at most 25 words for four strategies."""
    if not found.enough_rounds:
        return f"{found.best} did most; fewer than 3 rounds cannot tell whether that is luck."
    near = [one for one in found.rivals if one.verdict in ("as fast", "a little faster")]
    open_ = [one.strategy for one in found.rivals if one.verdict == "cannot tell"]
    slower = [one.strategy for one in found.rivals if one.verdict == "faster"]
    where = _WHILE[found.job]
    if found.behind_sequential:
        return f"{where}take one job after the other: sequential is faster than all of them."
    if found.take not in (found.best, *(one.strategy for one in near)):
        gain = f"no strategy gains more than {share(found.margin)}"
        return f"{where}take one job after the other: {gain}."
    take = f"{where}take {found.take}"
    if open_:
        rounds = "the bands" if found.predicted else "the rounds"
        rounds = rounds if found.rounds is None else f"{found.rounds} rounds"
        return (
            f"{take} or {' or '.join(open_)}: {rounds} cannot tell which is faster{_are(slower, 'slower')}."
        )
    if near:
        return f"{take}: {_as_fast(found, near)}{_are(slower, 'slower')}{_memory(found, near)}."
    lead = found.rivals[0]
    by = "" if lead.ratio is None else f"{factor(lead.ratio.median)} times "
    nobody = "" if len(found.rivals) == 1 else ", the next"
    does = form(lead.strategy, "does", "do")
    return f"{take}: {form(found.take, 'it does', 'they do')} {by}what {lead.strategy} {does}{nobody}."


def _as_fast(found: Winner, near: Sequence[Rival]) -> str:
    others = [name for name in (found.best, *(one.strategy for one in near)) if name != found.take]
    return f"{names(others)} {plural(others, 'is', 'are')} {'no faster' if len(others) == 1 else 'as fast'}"


def _are(who: Sequence[str], what: str) -> str:
    return f"; {names(who)} {plural(who, 'is', 'are')} {what}" if who else ""


def _memory(found: Winner, near: Sequence[Rival]) -> str:
    heavy = [one for one in near if one.strategy != found.take and (one.memory_ratio or 0) >= HEAVIER]
    if not heavy:
        return ""
    most = max(heavy, key=lambda one: one.memory_ratio or 0)
    return f", and {most.strategy} {form(most.strategy, 'needs', 'need')} {number(most.memory_ratio)} times the memory"


def _numbers(found: Winner) -> str:
    ratios = [f"{times(one.ratio)} {one.strategy}" for one in found.rivals if one.ratio is not None]
    text = f"{found.best} {_did(found)} {_reached(found)}{_bound(found)}"
    if ratios:
        text += f"; {form(found.best, 'it is', 'they are')} {listed(ratios)}"
    return f"{sentence(text)}{_more(found)}."


def _did(found: Winner) -> str:
    return "would do" if found.predicted else "did"


def _reached(found: Winner) -> str:
    reached = rate(found.throughput_per_s, "pages")
    return reached if found.speedup is None else f"{reached}, {times(found.speedup)} sequential"


def _bound(found: Winner) -> str:
    """Say the bound; one that was exceeded, for want of a quiet machine, bounds nothing."""
    if found.bound_speedup is None or found.bound_by is None or found.speedup is None:
        return ""
    if found.speedup.median > found.bound_speedup:
        return ""
    by = "the cores" if found.bound_by == "cores" else found.bound_by
    return f", of at most {factor(found.bound_speedup)} by {by}"


def _more(found: Winner) -> str:
    """Say what would have shown where the rounds cannot tell, and how many would decide."""
    if found.would_show is None:
        return ""
    text = f"; a difference of {share(found.would_show)} would have shown"
    if found.rounds_to_decide is not None:
        text += f", some {found.rounds_to_decide} rounds would decide"
    return text


def _behind(found: Winner) -> str:
    return "; sequential is faster" if found.behind_sequential else ""


KIND = Kind(Winner, "answer", _sentence)
