"""What a search found, as parts of a report."""

from simulator.analysis.tuning import Choice, Tried, choose, fragment
from simulator.measures.measure import Measure
from simulator.measures.work import THROUGHPUT
from simulator.report.view.columns import STRATEGY, Shown, columns_of, measured, row_of, with_symbol
from simulator.report.view.machine import machine
from simulator.report.view.parts import Column, Fragment, Part, Table, Verdict
from simulator.result.document import CellResult, ResultDocument
from simulator.stats.intervals import differs
from simulator.text.numbers import factor, number, rate, share, times
from simulator.text.words import listed

_SEARCH = (
    STRATEGY,
    Column("in flight", "", "jobs started and not finished"),
    Column("tried", "", "valid repetitions"),
    Column("beside", "best", "how good it is beside the choice, the machine's drift taken out"),
)
_ALWAYS = {
    "throughput": measured("throughput", "records ready per second: median"),
    "p50": measured("p50", "response time: median"),
    "p99": measured("p99", "response time: 99th percentile; – with fewer than 1,000 samples"),
    "cpu": measured("cpu"),
    "memory": measured("memory"),
}
ALMOST_ALL = 0.995


def build_tuning(document: ResultDocument) -> tuple[Part, ...]:
    """Return the parts of a search's report; the document is of a run that `simulator tune` made."""
    options = document.scenario["tune"]
    title = f"{document.scenario['name']}: the best for {options['goal']}"
    choice = choose(document, options["goal"])
    if choice is None:
        reasons = dict.fromkeys(
            cell.reason for cell in document.cells if cell.reason and cell.status != "skipped"
        )
        return (
            Verdict(
                title, ("Nothing valid was measured, so there is nothing to choose from.", *map(str, reasons))
            ),
            machine(document),
        )
    grid, rounds = options["grid"], options["rounds"]
    spent_share = choice.spent / (grid * rounds)
    spent = (
        f"It took {choice.spent} repetitions of {len(choice.tried)} of {grid} candidates;"
        f" {rounds} rounds of all would be {grid * rounds} ({share(spent_share)})."
    )
    if document.partial:
        spent += " The search was ended early."
    measures = shown_for(choice.goal)
    table = Table(
        "what was tried",
        (*_SEARCH, *columns_of(measures)),
        tuple((*_row(tried), *row_of(measures, tried.cell)) for tried in choice.tried),
        _notes(document, choice),
        (),
    )
    return (
        Verdict(title, (_answer(choice), *_runner_up(choice), choice.limit, *_allowed(choice), spent)),
        table,
        Fragment("to paste into a scenario", fragment(choice.cell, document.scenario)),
        machine(document),
    )


def shown_for(goal: Measure) -> tuple[Shown, ...]:
    """Return the columns of measures: those that always matter, and what was looked for."""
    if goal.name in _ALWAYS:
        return tuple(_ALWAYS.values())
    return (measured(goal.name, heading=goal.name.replace("_", " ")), *_ALWAYS.values())


def label(cell: CellResult) -> str:
    """Return strategy, in_flight and parallelism in a few words."""
    words = f"{cell.factors['strategy']} with {cell.in_flight} in flight"
    if "parallelism" in cell.factors and cell.factors["parallelism"] != cell.in_flight:
        words += f" and parallelism {cell.factors['parallelism']}"
    return words


def _answer(choice: Choice) -> str:
    return f"Take {label(choice.cell)}: {_value(choice, choice.cell)}."


def _value(choice: Choice, cell: CellResult) -> str:
    per_s = cell.throughput_per_s
    pages = rate(per_s.median, "pages") if per_s is not None else "an unknown rate"
    if choice.goal is THROUGHPUT:
        return pages
    return f"{choice.goal.clause.format(with_symbol(choice.goal.of_cell(cell), choice.goal))}, at {pages}"


def _allowed(choice: Choice) -> tuple[str, ...]:
    if len(choice.allowed) < 2:  # noqa: PLR2004 - nothing rises
        return ()
    reached = choice.cell.throughput_per_s
    if reached is not None and reached.median > dict(choice.allowed).get(
        choice.cell.in_flight, reached.median
    ):
        return ()  # what was exceeded, for want of a quiet machine, bounds nothing
    (least, first), *rest = choice.allowed
    steps = [f"{number(per_s)} with {in_flight}" for in_flight, per_s in rest]
    who = choice.cell.strategy
    return (
        f"By what a page needs, {who} can do {rate(first, 'pages')} at most with {least} in flight, {listed(steps)}.",
    )


def _runner_up(choice: Choice) -> tuple[str, ...]:
    other, lead = choice.runner_up, choice.lead
    if other is None:
        return ()
    rival = f"{label(other)} ({_value(choice, other)})"
    if lead is None:
        return (f"Next comes {rival}; the two did not run side by side.",)
    span = times(lead)
    if differs(lead) and lead.median > 1:
        return (f"That is sure: it is {span} as good as the runner-up, {rival}.",)
    if lead.kind == "range":
        return (f"The runner-up is {rival}: {span}, in too few rounds to tell whether that is luck.",)
    return (
        f"The rounds cannot tell it from the runner-up, {rival}: {span}. Take whichever is simpler for you.",
    )


def _row(tried: Tried) -> tuple[str, ...]:
    cell = tried.cell
    strategy = cell.strategy
    if "parallelism" in cell.factors and cell.factors["parallelism"] != cell.in_flight:
        strategy += f", parallelism {cell.factors['parallelism']}"
    return (
        strategy,
        str(cell.in_flight),
        str(tried.repetitions),
        "1" if tried.relative > ALMOST_ALL else factor(tried.relative),
    )


def _notes(document: ResultDocument, choice: Choice) -> tuple[str, ...]:
    tried = {one.cell.id for one in choice.tried}
    notes = [
        f"{label(cell)}: {cell.status}: {cell.reason}"
        for cell in document.cells
        if cell.status in ("invalid", "failed", "unsupported")
    ]
    lacking = [label(cell) for cell in document.cells if cell.status == "ok" and cell.id not in tried]
    if lacking:
        notes.append(f"{', '.join(lacking)}: no {choice.goal.called} ({choice.goal.why_missing})")
    disturbed = [r for cell in document.cells if cell.id in tried for r in cell.repetitions if r.disturbed]
    if disturbed:
        notes.append(f"{len(disturbed)} repetitions were disturbed from outside; they count for less")
    return tuple(notes)
