"""A probe in a few lines, as for a pull request."""

from collections.abc import Sequence

from simulator.probe.expect import Judged
from simulator.probe.report import answer, holds, python_of, side_by_side
from simulator.probe.result import ProbeResult
from simulator.report.view.document import Summary, Tally
from simulator.report.view.parts import Verdict


def build_summary(result: ProbeResult, judged: Sequence[Judged], command: str) -> Summary:
    """Return the summary.

    Args:
        result: of the probe.
        judged: what became of its conditions.
        command: what probes the same again.
    """
    verdict, table = answer(result), side_by_side(result)
    return Summary(
        verdict=Verdict(verdict.title, (*verdict.sentences, f"Holds the GIL: {holds(result.measured)}")),
        table=table,
        expectations=Tally.of([(one.verdict, one.condition.text) for one in judged]),
        cautions=table.notes,
        left_out=(),
        machine=python_of(result.measured),
        command=command,
        again=True,
    )
