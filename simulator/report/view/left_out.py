"""What of a content folder was not served: counted, and named once."""

from collections.abc import Iterator

from simulator.result.document import ResultDocument
from simulator.text.numbers import number


def left_out(document: ResultDocument) -> Iterator[str]:
    """Yield a sentence for each folder of which something was left out."""
    told = set()
    for cell in document.cells:
        if cell.calibration is None:
            continue
        problems = cell.calibration.content_problems
        if problems and problems not in told:
            told.add(problems)
            count = cell.calibration.content_left_out  # runs of older versions have only the sentences
            known = "" if count is None else f"{number(count)} left out of the content folder: "
            yield known + "; ".join(problems)
