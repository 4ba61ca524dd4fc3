"""Does `simulator tune` choose as well as a full grid, for a third of its repetitions?

    python -m benchmarks.search [--quick]

Three settings: waiting, mixed, computing. For each: the search; then every candidate in five rounds; then, where the
two name different cells, both again, interleaved, in ten rounds. Passed: the search's choice reaches 95 % of the grid's
best, or the interleaved rounds do not tell them apart; with at most 35 % of the grid's repetitions. About 15 minutes.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

from benchmarks.experiments import LENIENT, asked_quick, measured, scenario_of
from simulator import environment
from simulator.analysis.goals import scores
from simulator.experiment.design import Design, design
from simulator.experiment.preparation import Preparation
from simulator.experiment.searching import Tuning
from simulator.measures.work import THROUGHPUT
from simulator.report.view.tuning import label
from simulator.result.document import ResultDocument
from simulator.schedule import Block, Fixed, Rounds, Schedule
from simulator.stats.contrasts import Terms, contrast
from simulator.stats.layout import fit


@dataclass(frozen=True)
class Setting:
    """A job to search for, and in what."""

    name: str
    latency: str
    parser: str
    cost: str
    strategies: str = "[threads, asyncio, processes]"
    in_flight: int = 16
    rounds: int = 5
    again: int = 10
    budget: str = "75s"
    validity: str = ""

    @property
    def text(self) -> str:
        """Return the scenario."""
        return f"""
name: {self.name}
seed: 1
server: {{latency: {self.latency}, content: {{kind: catalogue, count: 100, items: 8}}}}
job: {{client: {{blocking: http.client, asyncio: aiohttp}}, parser: {self.parser}, parse_cost: {self.cost}}}
strategies: {self.strategies}
in_flight: {self.in_flight}
rounds: {self.rounds}
budget: {self.budget}
{self.validity}
"""


SETTINGS = (
    Setting("waiting", "50ms", "spin", "0ms"),
    Setting("mixed", "30ms", "html.parser", "5ms"),
    Setting("computing", "0ms", "html.parser", "20ms"),
)
QUICK = Setting(
    "quick", "2ms", "spin", "1ms", "[threads]", 2, rounds=1, again=3, budget="8s", validity=LENIENT
)
WITHIN = 0.95
SHARE = 0.35


def scores_of(document: ResultDocument) -> dict[tuple[str, int], float]:
    """Return (cell id, round) -> log throughput of the valid repetitions."""
    return scores(THROUGHPUT, [r for cell in document.cells for r in cell.repetitions])


def in_rounds(searching: Design, cells: Sequence[str], rounds: int) -> ResultDocument:
    """Run these candidates in fixed rounds, as one block, and return what they gave."""

    def schedule(prepared: Preparation) -> Schedule:
        del prepared
        return Rounds([Block(cells[0], tuple(cells))], Fixed(rounds), 1)

    kept = tuple(cell for cell in searching.cells if cell.id in cells)
    return measured(replace(searching, cells=kept, schedule=schedule))


def judge(setting: Setting) -> bool:
    """Measure one setting and print a line on it; returns whether it passed."""
    name = setting.name
    scenario = scenario_of(setting.text, name)
    searching = design(scenario, tuning=Tuning("throughput", setting.in_flight))
    found = measured(searching)
    spent = sum(len(cell.repetitions) for cell in found.cells)
    effect = fit(scores_of(found)).effects
    choice = max(effect, key=lambda cell: effect[cell])
    possible = [cell.id for cell in searching.cells if cell.unsupported is None]
    grid = in_rounds(searching, possible, scenario.rounds)
    grid_effect = fit(scores_of(grid)).effects
    best = max(grid_effect, key=lambda cell: grid_effect[cell])
    by_id = {cell.id: cell for cell in grid.cells}
    reached = exp(grid_effect.get(choice, float("-inf")) - grid_effect[best])
    share = spent / (len(possible) * scenario.rounds)
    told = "the same cell"
    passed = True
    if choice != best:
        both = scores_of(in_rounds(searching, [choice, best], setting.again))
        met = contrast(both, choice, best, Terms(1 - WITHIN))
        again = met.ratio
        assert again is not None  # noqa: S101 - several rounds
        passed = again.median >= WITHIN or met.verdict == "cannot tell"
        told = f"interleaved {again.median:.3f} ({again.low:.3f} to {again.high:.3f}) of it"
    passed = (passed or reached >= WITHIN) and share <= SHARE
    print(
        f"{name}: search {label(by_id[choice])}; grid {label(by_id[best])}; {reached:.3f} of the best in the grid,"
        f" {told}; {spent} of {len(possible) * scenario.rounds} repetitions ({share:.0%})"
        f"  {'ok' if passed else 'MISSED'}"
    )
    return passed


def main() -> int:
    """Measure all settings; returns the exit code."""
    settings = (QUICK,) if asked_quick(__doc__) else SETTINGS
    print(f"{environment.usable_cores()} usable cores")
    passed = [judge(setting) for setting in settings]  # all of them, also after one was missed
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
