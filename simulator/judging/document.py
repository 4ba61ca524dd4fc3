"""The result document of a run, with all that is concluded from it."""

from dataclasses import replace

from simulator.analysis.summary import summarise
from simulator.judging.verdicts import judge
from simulator.result.document import ResultDocument
from simulator.result.run import Run


def conclude(run: Run) -> ResultDocument:
    """Return the result document of a run, finished or not."""
    document = summarise(run)
    # Last: conditions may be over anything that stands in the document.
    return replace(document, expectations=judge(document, run.header.scenario.get("expect") or ()))
