"""What decides how a command ends, as checks for continuous integration; and where they are written."""

import os
import sys
from collections.abc import Iterable, Iterator

from simulator.export.checks import Outcome, Suite, Told, annotations
from simulator.judging.verdicts import INVALID
from simulator.probe.expect import Judged
from simulator.report.view.comparison import labels, worse
from simulator.result.comparison import CellComparison, Comparison, decided
from simulator.result.document import ResultDocument


def of_run(document: ResultDocument, *, strict: bool) -> Suite:
    """Return a run's expectations and its cells that failed; `strict`: an expectation that is undecided is an error."""
    return Suite(
        str(document.scenario["name"]),
        tuple(_of_run(document, strict=strict)),
        document.id,
        document.started_at,
    )


def _of_run(document: ResultDocument, *, strict: bool) -> Iterator[Told]:
    for cell in document.cells:
        if cell.status == "failed":
            yield Told(cell.id, "error", cell.reason or "failed")
    for expectation in document.expectations:
        outcome: Outcome = "passed"
        if expectation.verdict == "not held":
            outcome = "failure"
        elif expectation.verdict == "undecided":
            counts = strict or expectation.numbers.get("lacking") == INVALID
            outcome = "error" if counts else "skipped"
        condition = " ".join(expectation.that.split())
        because = f"{expectation.verdict}: {condition}: {expectation.because}"
        yield Told(expectation.claim or condition, outcome, because)


def of_comparison(comparison: Comparison) -> Suite:
    """Return the cells of a comparison: a regression is a failure, what cannot be told an error where nothing can."""
    names = labels(comparison.cells)
    return Suite(
        comparison.b.name,
        tuple(
            Told(f"{names[cell.id]}: {comparison.metric}", *_of_cell(cell, comparison))
            for cell in comparison.cells
        ),
        comparison.b.id,
        comparison.b.started_at,
    )


def _of_cell(cell: CellComparison, comparison: Comparison) -> tuple[Outcome, str]:
    if cell.regression:
        return "failure", worse(cell, comparison)
    because = ": ".join(filter(None, (cell.verdict, cell.reason)))
    if cell.verdict not in ("cannot tell", "only in A", "only in B"):
        return "passed", because
    # A cell of revisions that failed just now ends the program with 1; one of a run of old does not.
    failed = comparison.run is not None and any(
        side is not None and side.status == "failed" for side in (cell.a, cell.b)
    )
    return "error" if failed or not decided(comparison) else "skipped", because


def of_probe(target: str, judged: Iterable[Judged]) -> Suite:
    """Return the conditions of a probe; one that is undecided is an error, since the probe ends so."""
    outcomes: dict[str, Outcome] = {"held": "passed", "not held": "failure", "undecided": "error"}
    return Suite(
        target,
        tuple(
            Told(one.condition.text, outcomes[one.verdict], f"{one.verdict}: {one.because}") for one in judged
        ),
    )


def annotate(suite: Suite) -> bool:
    """Write annotations where GitHub runs this; tells whether it does."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return False
    # On standard error, which its runner reads as well: standard output may be a document.
    for line in annotations(suite):
        sys.stderr.write(f"{line}\n")
    return True
