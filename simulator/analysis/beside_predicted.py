"""What was measured over what was predicted, cell by cell."""

from dataclasses import replace

from simulator.result.document import CellResult, ResultDocument


def beside_predicted(document: ResultDocument) -> ResultDocument:
    """Return the document with `of_predicted` of every cell that was both measured and predicted as a whole."""
    return replace(document, cells=tuple(map(_beside, document.cells)))


def _beside(cell: CellResult) -> CellResult:
    done, predicted = cell.throughput_per_s, cell.predicted
    if cell.status != "ok" or done is None or predicted is None:
        return cell
    return replace(cell, of_predicted=predicted.over_predicted(done.median))
