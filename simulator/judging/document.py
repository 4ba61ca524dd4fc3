"""The result document of a run, with all that is concluded from it."""

from dataclasses import replace

from simulator.analysis.summary import concluded, summarise
from simulator.judging.verdicts import judge
from simulator.result import version_1
from simulator.result.document import ResultDocument, from_raw, parsed
from simulator.result.run import Run


def conclude(run: Run) -> ResultDocument:
    """Return the result document of a run, finished or not."""
    document = summarise(run)
    # Last: conditions may be over anything that stands in the document.
    return replace(document, expectations=judge(document, run.header.scenario.get("expect") or ()))


def read(text: str) -> ResultDocument:
    """Read what `run --json` wrote; what a document of version 1 said in sentences is concluded anew from its cells.

    Raises:
        NotAResultError: not JSON, no result document, or of a schema that this version does not know.
    """
    raw = parsed(text)
    document = from_raw(raw)
    return concluded(document) if raw["schema"] == version_1.SCHEMA else document
