"""What it costs that an executor hands the jobs out."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables, by_nature
from simulator.result.findings.idiom import HandedOut, Idiom
from simulator.text.numbers import times
from simulator.text.words import form, listed, plural

WORTH_S = 10e-6
"""CPU per page that is worth a word."""


def _sentence(found: Idiom) -> str:
    told = [each for each in found.handed_out if each.effect not in ("as fast", "cannot tell")]
    parts = [_one(each, found.over) for each in told]
    alike = [each for each in found.handed_out if each.effect == "as fast"]
    if alike:
        are = plural([each.strategy for each in alike], "is", "are")
        parts.append(f"{listed([_who(each) for each in alike])} {are} as fast as {found.over}")
    open_ = [each for each in found.handed_out if each.effect == "cannot tell"]
    if open_:
        about = [f"{each.strategy} ({times(each.ratio.median)})" for each in open_]
        parts.append(f"the rounds cannot tell {listed(about)} from {found.over}")
    return f"Handed out by an executor, not claimed by the workers themselves: {'; '.join(parts)}."


def _one(found: HandedOut, over: str) -> str:
    little = ", less than the margin" if found.effect.endswith("a little") else ""
    does, others = form(found.strategy, "does", "do"), form(over, "does", "do")
    return f"{_who(found)} {does} {times(found.ratio)} what {over} {others}{little}{_cpu(found)}"


def _who(found: HandedOut) -> str:
    return f"{found.strategy}{by_nature(found.own_in_flight)}"


def _cpu(found: HandedOut) -> str:
    more_s = found.cpu_more_s
    if more_s is None or abs(more_s) < WORTH_S:
        return ""
    return f", for {as_in_tables('cpu', abs(more_s))} {'more' if more_s > 0 else 'less'} CPU a page"


KIND = Kind(Idiom, "answer", _sentence)
