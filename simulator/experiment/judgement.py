"""From what was observed of a repetition to a judged one: measures, equality of its records, validity."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from mockserver.config import RecordedContent, ServerConfig
from mockserver.content import ContentError
from mockserver.delay_file import ObservedDelaysError
from mockserver.delays import asked_delays
from mockserver.faults import drawer
from mockserver.manifest import read_manifest
from simulator.analysis.equality import Reference, compare
from simulator.analysis.measures import measure
from simulator.analysis.validity import Injected, Limits, judge
from simulator.driver.shared.place import is_explained
from simulator.result.observation import Broken, Observed
from simulator.result.repetition import Repetition, RepetitionStatus
from simulator.result.run import Run
from simulator.scenario.cells import Cell
from simulator.scenario.model import Scenario

_BROKEN: Mapping[str, RepetitionStatus] = {"unsupported": "unsupported", "invalid": "invalid"}


LIMITED = "status: 429"
"""What a job's error is called where the rate limit refused its last attempt."""


def injected(server: ServerConfig) -> Injected:
    """Return what tells, of a page, an attempt and its error, whether the server was to make it fail."""
    drawn, limited = drawer(server.faults, server.seed), server.rate_limit is not None
    recorded = _recorded_statuses(server)

    def meant(page: int, attempt: int, kind: str) -> bool:
        if recorded and kind == f"status: {recorded[page % len(recorded)]}":
            return True
        return (limited and kind == LIMITED) or drawn(page, attempt) is not None

    return meant


def _recorded_statuses(server: ServerConfig) -> tuple[int, ...]:
    """Return the status of each recorded page; nothing of other content, or where it is gone meanwhile."""
    if not isinstance(server.content, RecordedContent):
        return ()
    try:
        return tuple(page.status for page in read_manifest(server.content.path).pages)
    except ContentError:
        return ()


class Judge:
    """Judges the repetitions of one run; knows the records that the first of each job gave.

    Args:
        scenario: whose validity limits apply.
        started_at: stands for the start of a repetition that never began.
        earlier: the same run before it was interrupted; null: a new run.
        rerun: disturbed rounds are done again; otherwise what a disturbance did to one is a warning.
    """

    def __init__(
        self, scenario: Scenario, started_at: str, earlier: Run | None, *, rerun: bool = True
    ) -> None:
        self._rerun = rerun
        self._gate = scenario.validity
        self._lengthen = "job.pages" if scenario.budget_ns is None else "budget"
        self._started_at = started_at
        self._earlier = earlier
        self._references: dict[str, Reference] = {}
        self._delays: dict[str, Callable[[int], int] | None] = {}

    def of(self, cell: Cell, outcome: Observed | Broken) -> Repetition:
        """Return the judged repetition; what it was compared with is remembered for the next."""
        if isinstance(outcome, Broken):
            return Repetition(
                cell_id=outcome.cell_id,
                round=outcome.round,
                started_at=outcome.started_at or self._started_at,
                status=_BROKEN.get(outcome.status, "failed"),
                reason=outcome.reason,
                measures=None,
                last_words=outcome.last_words,
            )
        equality, note = compare(self._reference(cell), outcome)
        gate = self._gate
        verdict = judge(
            outcome,
            measure(outcome, equality),
            limits=Limits(
                min_window_s=gate.min_window_ns / 1e9,
                min_jobs_per_slot=gate.min_jobs_per_slot,
                delay_tolerance_s=gate.delay_tolerance_ns / 1e9,
                max_server_busy=gate.max_server_busy,
                lengthen=self._lengthen,
                disturbed_counts=not self._rerun,
                failures_allowed=cell.job.failures == "allowed",
            ),
            in_flight=cell.plan.in_flight,
            server_workers=cell.server.workers,
            delay_ns=self._delay(cell.server),
            opens=cell.opens,
            injected=injected(cell.server),
        )
        repetition = Repetition(
            cell_id=cell.id,
            round=outcome.round,
            started_at=outcome.started_at,
            status="invalid" if verdict.reasons else "ok",
            reason="; ".join(verdict.reasons) or None,
            measures=verdict.measures,
            warnings=verdict.warnings,
            disturbed=verdict.disturbed,
            environment=outcome.environment,
            last_words=outcome.last_words,
        )
        if (
            (outcome.samples.error >= 0).all()
            and outcome.errors
            and is_explained(outcome.errors[0]["message"])
        ):
            # The strategy runs the parser where it cannot run: not this repetition is to blame.
            return replace(repetition, status="failed")
        if equality == "differs":
            return replace(repetition, status="failed", reason=f"the records differ: {note}")
        if self._changed_since(repetition):
            reason = "the records differ from those that this cell gave before the run was interrupted"
            return replace(repetition, status="failed", reason=reason)
        if equality == "unchecked":
            warning = f"records were not compared: {note}"
            return replace(repetition, warnings=(*repetition.warnings, warning))
        return repetition

    def _changed_since(self, repetition: Repetition) -> bool:
        """Whether this cell gave other records before an interruption, of which only the digest over all is kept."""
        digest = repetition.measures.digest if repetition.measures is not None else None
        before = {
            r.measures.digest
            for r in (self._earlier.repetitions if self._earlier is not None else ())
            if r.cell_id == repetition.cell_id and r.measures is not None and r.measures.digest is not None
        }
        return digest is not None and bool(before) and digest not in before

    def _delay(self, server: ServerConfig) -> Callable[[int], int] | None:
        """Return the delay of each page id that this configuration asks for; null: its file is gone meanwhile."""
        key = repr((server.latency, server.seed, server.content))
        if key not in self._delays:
            try:
                self._delays[key] = asked_delays(server)
            except (ObservedDelaysError, ContentError):
                self._delays[key] = None
        return self._delays[key]

    def _reference(self, cell: Cell) -> Reference:
        """Return the reference records of this cell's job: cells with the same pages and parser share them."""
        key = repr((cell.server.content, cell.server.seed, cell.job.parser))
        return self._references.setdefault(key, Reference())
