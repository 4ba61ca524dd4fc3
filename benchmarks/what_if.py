"""Whether virtual changes come true: five are predicted from one setting, and then really made and measured.

    python -m benchmarks.what_if [--quick]

All settings are cases of one run, whose rounds are interleaved. Of each strategy the gain that is predicted from the
setting without the change stands beside the ratio of what was measured with it and without it. Ends with 1 where a
direction is wrong or a size more than 10 % off.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.experiments import LENIENT, asked_quick, measured, scenario_of
from simulator.analysis.situations import situations
from simulator.analysis.what_if.answers import what_if
from simulator.analysis.what_if.parsing import parse_change
from simulator.experiment.design import design
from simulator.measures.factors import BASELINE, CASE
from simulator.result.document import ResultDocument
from simulator.text.numbers import factor, share

TOLERANCE = 0.1
"""How far a predicted gain may be from the measured one."""
NO_CHANGE = 0.05
"""Of a gain that is no farther from 1 than that nobody can tell the direction."""


@dataclass(frozen=True)
class Change:
    """A virtual change, and the cases that measure it."""

    text: str
    without: str
    case: str
    """With it."""
    settings: str = ""
    """Of that case, beside what all have; empty: it is there anyway."""


CHANGES = (
    Change("parse * 0.5", "base", "half", "job.parse_cost: 3ms"),
    Change("latency * 2", "base", "farther", "server.latency: 40ms"),
    Change("parse releases the GIL", "base", "released", "job.parser: sha256"),
    Change("in flight * 4", "base", "more", "in_flight: 16"),
    Change("cores = 2", "one core", "base"),
)
COMMON = {
    "job.parser": "spin",
    "job.parse_cost": "6ms",
    "server.latency": "20ms",
    "in_flight": "4",
}


@dataclass(frozen=True)
class Told:
    """One strategy under one change."""

    change: str
    strategy: str
    predicted: float
    measured: float

    @property
    def holds(self) -> bool:
        """Whether the direction is right and the size near."""
        moved = abs(self.measured - 1) > NO_CHANGE
        right = not moved or (self.predicted > 1) == (self.measured > 1)
        return right and abs(self.predicted / self.measured - 1) <= TOLERANCE


def scenario_text(*, quick: bool) -> str:
    """Return the scenario: a case without a change, one on a single core, and one for each change."""
    cases = {"base": "", "one core": "affinity.driver: [0]"}
    made = CHANGES[:1] if quick else CHANGES
    cases |= {change.case: change.settings for change in made if change.settings}
    return "\n".join(
        (
            "name: what if",
            f"strategies: [{'threads' if quick else 'threads, asyncio, processes'}]",
            f"rounds: {1 if quick else 5}",
            "job: {client: {blocking: http.client, asyncio: aiohttp}, parser: spin"
            + (", pages: 16}" if quick else "}"),
            LENIENT if quick else "",
            "cases:",
            *(f"  {name}: {{{_settings(own)}}}" for name, own in cases.items()),
        )
    )


def _settings(own: str) -> str:
    path = own.partition(":")[0]
    common = [f"{name}: {value}" for name, value in COMMON.items() if name != path]
    return ", ".join([*common, *([own] if own else [])])


def told(document: ResultDocument) -> Iterator[Told]:
    """Yield every strategy under every change, where all of it was measured."""
    rates = {
        (str(cell.factors[CASE]), cell.strategy): cell.throughput_per_s.median
        for cell in document.cells
        if cell.status == "ok" and cell.throughput_per_s is not None
    }
    known = situations(document)
    for change in CHANGES:
        answers = what_if(document, known, [parse_change(change.text)])
        answer = next(each for each in answers if each.levels[CASE] == change.without)
        for gain in answer.gains:
            without, with_it = (rates.get((case, gain.strategy)) for case in (change.without, change.case))
            if gain.strategy != BASELINE and gain.ratio is not None and without and with_it:
                yield Told(change.text, gain.strategy, gain.ratio, with_it / without)


def main() -> int:
    """Measure and print; returns the exit code."""
    quick = asked_quick(__doc__)
    planned = design(scenario_of(scenario_text(quick=quick), "what if"))
    found = list(told(measured(replace(planned, needs=True))))
    print(f"{'change':24} {'strategy':12} predicted  measured  error")
    for each in found:
        error = share(each.predicted / each.measured - 1)
        mark = "" if each.holds else "  !"
        print(
            f"{each.change:24} {each.strategy:12} {factor(each.predicted):>9} {factor(each.measured):>9}"
            f"  {error}{mark}"
        )
    wrong = sum(not each.holds for each in found)
    print(
        f"{len(found) - wrong} of {len(found)} hold: the direction is right, the size within {share(TOLERANCE)}"
    )
    return 0 if quick or (found and not wrong) else 1


if __name__ == "__main__":
    sys.exit(main())
