"""What it costs that an executor hands the jobs out."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables, by_nature
from simulator.result.findings.idiom import HandedOut, Idiom
from simulator.text.numbers import times
from simulator.text.words import form

WORTH_S = 10e-6
"""CPU per page that is worth a word."""


def _sentence(found: Idiom) -> str:
    return (
        "Handed out by an executor, not claimed by the workers themselves:"
        f" {'; '.join(_one(each, found.over) for each in found.handed_out)}."
    )


def _one(found: HandedOut, over: str) -> str:
    who = f"{found.strategy}{by_nature(found.own_in_flight)}"
    if found.effect == "cannot tell":
        return f"of {who} beside {over} the rounds cannot tell ({times(found.ratio)})"
    if found.effect == "as fast":
        return f"{who} {form(found.strategy, 'is', 'are')} as fast as {over}{_cpu(found)}"
    little = ", less than the margin" if found.effect.endswith("a little") else ""
    does, others = form(found.strategy, "does", "do"), form(over, "does", "do")
    return f"{who} {does} {times(found.ratio)} what {over} {others}{little}{_cpu(found)}"


def _cpu(found: HandedOut) -> str:
    more_s = found.cpu_more_s
    if more_s is None or abs(more_s) < WORTH_S:
        return ""
    amount = as_in_tables("cpu", abs(more_s))
    return f", for {amount} {'more' if more_s > 0 else 'less'} CPU a page"


KIND = Kind(Idiom, "answer", _sentence)
