"""What a search found, as parts of a report."""

from simulator.analysis.tuning import Choice, Tried, choose, fragment
from simulator.report.build import machine
from simulator.report.numbers import NONE, ms, number
from simulator.report.parts import Column, Fragment, Part, Table, Verdict
from simulator.result.document import CellResult, ResultDocument
from simulator.stats.intervals import differs

COLUMNS = (
    Column("strategy", "", "how the jobs share the machine", numeric=False),
    Column("in flight", "", "jobs started and not finished"),
    Column("tried", "", "valid repetitions"),
    Column("beside", "best", "how good it is beside the choice, the machine's drift taken out"),
    Column("pages", "/s", "records ready per second: median"),
    Column("p50", "ms", "response time: median"),
    Column("p99", "ms", "response time: 99th percentile; – with fewer than 1,000 samples"),
    Column("CPU", "ms", "CPU of the whole driver per page"),
    Column("mem", "MB", "upper estimate of the peak over all its processes"),
)
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
    share = choice.spent / (grid * rounds)
    spent = (
        f"It took {choice.spent} repetitions of {len(choice.tried)} of {grid} candidates;"
        f" {rounds} rounds of all would be {grid * rounds} ({share:.0%})."
    )
    if document.partial:
        spent += " The search was ended early."
    table = Table(
        "what was tried", COLUMNS, tuple(_row(tried) for tried in choice.tried), _notes(document, choice), ()
    )
    return (
        Verdict(title, (_answer(choice), *_runner_up(choice), choice.limit, spent)),
        table,
        Fragment("to paste into a scenario", fragment(choice.cell, document.scenario)),
        machine(document),
    )


def label(cell: CellResult) -> str:
    """Return strategy, in_flight and parallelism in a few words."""
    words = f"{cell.factors['strategy']} with {cell.in_flight} in flight"
    if "parallelism" in cell.factors and cell.factors["parallelism"] != cell.in_flight:
        words += f" and parallelism {cell.factors['parallelism']}"
    return words


def _answer(choice: Choice) -> str:
    return f"Take {label(choice.cell)}: {_value(choice, choice.cell)}."


def _value(choice: Choice, cell: CellResult) -> str:
    rate = cell.throughput_per_s
    pages = f"{number(rate.median)} pages/s" if rate is not None else "an unknown rate"
    match choice.goal.name:
        case "p99":
            p99 = cell.response_time_s.p99 if cell.response_time_s is not None else None
            return f"99 % of its response times are below {ms(p99)} ms, at {pages}"
        case "memory":
            return f"it holds {_mb(cell)} MB, at {pages}"
        case "cpu":
            return f"a page takes {ms(cell.cpu_per_page_s)} ms of CPU, at {pages}"
        case "throughput":
            return pages


def _runner_up(choice: Choice) -> tuple[str, ...]:
    other, lead = choice.runner_up, choice.lead
    if other is None:
        return ()
    rival = f"{label(other)} ({_value(choice, other)})"
    if lead is None:
        return (f"Next comes {rival}; the two did not run side by side.",)
    span = (
        f"{lead.median:.2f} × ({'range ' if lead.kind == 'range' else ''}{lead.low:.2f} to {lead.high:.2f})"
    )
    if differs(lead) and lead.median > 1:
        return (f"That is sure: it is {span} as good as the runner-up, {rival}.",)
    if lead.kind == "range":
        return (f"The runner-up is {rival}: {span}, in too few rounds to tell whether that is luck.",)
    return (f"It is not told apart from the runner-up, {rival}: {span}. Take whichever is simpler for you.",)


def _row(tried: Tried) -> tuple[str, ...]:
    cell = tried.cell
    response = cell.response_time_s
    strategy = str(cell.factors["strategy"])
    if "parallelism" in cell.factors and cell.factors["parallelism"] != cell.in_flight:
        strategy += f", parallelism {cell.factors['parallelism']}"
    return (
        strategy,
        str(cell.in_flight),
        str(tried.repetitions),
        "1" if tried.relative > ALMOST_ALL else f"{tried.relative:.2f}",
        NONE if cell.throughput_per_s is None else number(cell.throughput_per_s.median),
        ms(response.p50 if response is not None else None),
        ms(response.p99 if response is not None else None),
        ms(cell.cpu_per_page_s),
        _mb(cell),
    )


def _mb(cell: CellResult) -> str:
    return NONE if cell.memory_bytes is None else f"{cell.memory_bytes / 1e6:.0f}"


def _notes(document: ResultDocument, choice: Choice) -> tuple[str, ...]:
    tried = {one.cell.id for one in choice.tried}
    notes = [
        f"{label(cell)}: {cell.status}: {cell.reason}"
        for cell in document.cells
        if cell.status in ("invalid", "failed", "unsupported")
    ]
    disturbed = [r for cell in document.cells if cell.id in tried for r in cell.repetitions if r.disturbed]
    if disturbed:
        notes.append(f"{len(disturbed)} repetitions were disturbed from outside; they count for less")
    return tuple(notes)
