"""A probe in a few lines, as for a pull request."""

from collections.abc import Sequence

from simulator.probe.expect import Judged
from simulator.probe.report import build
from simulator.probe.result import ProbeResult
from simulator.report.view.document import Summary, Tally
from simulator.report.view.parts import Facts, Table, Verdict


def build_summary(result: ProbeResult, judged: Sequence[Judged], command: str) -> Summary:
    """Return the summary.

    Args:
        result: of the probe.
        judged: what became of its conditions.
        command: what probes the same again.
    """
    parts = build(result, ())
    verdict = next(part for part in parts if isinstance(part, Verdict))
    table = next(part for part in parts if isinstance(part, Table))
    facts = dict(next(part for part in parts if isinstance(part, Facts)).items)
    held = facts["holds the GIL"]
    return Summary(
        verdict=Verdict(verdict.title, (*verdict.sentences, f"Holds the GIL: {held}")),
        table=table,
        expectations=tally(judged) if judged else None,
        cautions=table.notes,
        left_out=(),
        machine=facts["Python"],
        command=command,
        again=True,
    )


def tally(judged: Sequence[Judged]) -> Tally:
    """Return how many conditions held, and which did not."""
    return Tally(
        sum(one.verdict == "held" for one in judged),
        tuple(
            (verdict, tuple(one.condition.text for one in judged if one.verdict == verdict))
            for verdict in ("not held", "undecided")
        ),
    )
