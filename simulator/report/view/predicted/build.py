"""The parts of a report on what is predicted."""

from collections import Counter
from collections.abc import Iterator, Mapping

from simulator.analysis.combinations import Key
from simulator.report.sentences.registry import sentence
from simulator.report.view.columns import STRATEGY, headed
from simulator.report.view.machine import summary
from simulator.report.view.parts import Column, Facts, Part, Remarks, Table, Verdict
from simulator.report.view.predicted.check import check_tables, checked
from simulator.report.view.predicted.coming import coming_table
from simulator.report.view.predicted.titles import Title, key, name, reach, titles
from simulator.report.view.predicted.what_if import answered, in_all, what_if_table
from simulator.report.view.rules import rules_tables
from simulator.report.view.verdicts import words_of
from simulator.result.prediction import Band, Prediction
from simulator.result.predictions import PredictedCell, PredictedCombination, PredictionDocument
from simulator.text.numbers import NONE, ms, number
from simulator.text.words import counted

MOST_TABLES = 6
"""More than these bury the answer: then a line for each combination is all, unless they are asked for."""

COLUMNS = (
    STRATEGY,
    Column("verdict", "", "take: the simplest that is surely as fast as the best", numeric=False),
    Column("pages", "/s", "predicted"),
    Column("90 %", "", "band: between which the measured number lies in 90 % of cells like this"),
    Column("at most", "/s", "what physics allows, by what a job needs"),
    Column("by", "", "what sets that", numeric=False),
    Column("p50", "ms", "response time of a job: median, predicted"),
    Column("p95", "ms", "response time that 95 % of the jobs stay within, predicted"),
    Column("p99", "ms", "that 99 % stay within, predicted"),
    Column("cores", "", "busy with the job in the mean, predicted", spared=1),
)
OVERVIEW = (
    Column("combination", "", "the levels of all factors but the one that is compared", numeric=False),
    Column("take", "", "the simplest that is surely as fast as the best", numeric=False),
    Column("or", "", "of which the bands cannot tell whether they are as fast", numeric=False),
    Column("pages", "/s", "of the fastest, predicted"),
    Column("90 %", "", "band of it"),
    Column("by", "", "what bounds the fastest", numeric=False),
)


def build_prediction(document: PredictionDocument, *, all_tables: bool = False) -> tuple[Part, ...]:
    """Return the parts in the order in which they are read.

    Args:
        document: what is predicted.
        all_tables: show the table of every combination, however many there are.
    """
    called = titles(document.combinations)
    few = len(document.combinations) <= MOST_TABLES or all_tables
    parts: list[Part] = [Verdict(_headline(document), tuple(_sentences(document, called, few=few)))]
    for found in document.combinations if few else ():
        parts.append(_table(found, document, called[key(found.levels)]))
        parts.extend(coming_table(found, document, called[key(found.levels)]))
        parts.extend(what_if_table(found, document, called[key(found.levels)]))
    if not few:
        left_out = counted(len(document.combinations), "table")
        hint = f"{left_out} are left out, one for each combination; --tables shows them"
        parts += [_overview(document, called), Remarks("", (), hint)]
    parts.extend(rules_tables(document.rules) if few else ())
    if document.check is not None:
        parts.extend(check_tables(document.check))
    machine = summary(document.environment)
    return (*parts, Facts("Machine", (("machine", machine),) if machine else ()))


def _headline(document: PredictionDocument) -> str:
    whence = "from one job alone" if document.run is None else f"from the calibration of run {document.run}"
    return f"{document.name}: predicted {whence}, not measured"


def _sentences(document: PredictionDocument, called: Mapping[Key, Title], *, few: bool) -> Iterator[str]:
    if not document.findings:
        reasons = dict.fromkeys(cell.reason for cell in document.cells if cell.reason)
        yield f"Nothing can be predicted: {'; '.join(reasons) or 'there is nothing to compare'}."
        return
    if few:
        yield from (called[key(found.scope)].before(sentence(found)) for found in document.findings)
    else:
        yield _picture(document)
    if len(document.combinations) == 1:
        yield from map(answered, document.changes)
    elif not few:
        yield from in_all(document.changes)
    if document.check is not None:
        yield checked(document.check)


def _picture(document: PredictionDocument) -> str:
    """Say in how many combinations it is told whom to take."""
    cells = {cell.id: cell for cell in document.cells}
    known = [found for found in document.combinations if found.recommended is not None]
    sure = Counter(
        name(cells[found.recommended or ""])
        for found in known
        if all(each.verdict != "cannot tell" for each in found.contrasts)
    )
    parts = [f"take {who} in {count}" for who, count in sure.most_common()]
    if open_ := len(known) - sum(sure.values()):
        parts.append(f"the bands cannot tell in {open_}")
    return f"Predicted: of {counted(len(known), 'combination')}, {', '.join(parts)}."


def _table(found: PredictedCombination, document: PredictionDocument, title: Title) -> Table:
    cells = {cell.id: cell for cell in document.cells}
    said = words_of([found])
    rows = tuple(_row(cells[id_], said.get(id_, "")) for id_ in found.cells)
    notes = tuple(f"{name(cells[id_])}: {cells[id_].reason}" for id_ in found.cells if cells[id_].reason)
    return Table(f"{title.headline}: predicted", headed(COLUMNS, found.contrast), rows, notes, ())


def _row(cell: PredictedCell, said: str) -> tuple[str, ...]:
    found = cell.predicted
    if found is None:
        return (name(cell), said, *[NONE] * (len(COLUMNS) - 2))
    return (
        name(cell),
        said,
        number(found.throughput_per_s.median),
        reach(found.throughput_per_s),
        number(found.bound_per_s),
        found.bound_by or NONE,
        ms(_median(found.response_p50_s)),
        ms(_median(found.response_p95_s)),
        ms(_median(found.response_p99_s)),
        number(found.cores_used),
    )


def _median(band: Band | None) -> float | None:
    return None if band is None else band.median


def _overview(document: PredictionDocument, called: Mapping[Key, Title]) -> Table:
    cells = {cell.id: cell for cell in document.cells}
    rows = []
    for found in document.combinations:
        title = called[key(found.levels)].label
        best = cells.get(found.best or "")
        done: Prediction | None = None if best is None else best.predicted
        if best is None or done is None or found.recommended is None:
            rows.append((title, *[NONE] * (len(OVERVIEW) - 1)))
            continue
        open_ = [name(cells[each.over]) for each in found.contrasts if each.verdict == "cannot tell"]
        rows.append(
            (
                title,
                name(cells[found.recommended]),
                ", ".join(open_) or NONE,
                number(done.throughput_per_s.median),
                reach(done.throughput_per_s),
                done.bound_by or NONE,
            )
        )
    return Table("Whom to take: predicted", OVERVIEW, tuple(rows), (), ())
