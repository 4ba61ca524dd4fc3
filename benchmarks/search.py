"""Does `simulator tune` choose as well as a full grid, for a third of its repetitions?

    python -m benchmarks.search

Three settings: waiting, mixed, computing. For each: the search; then every candidate in five rounds; then, where the
two name different cells, both again, interleaved, in ten rounds. Passed: the search's choice reaches 95 % of the grid's
best, or the interleaved rounds do not tell them apart; with at most 35 % of the grid's repetitions. About 15 minutes.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from math import exp
from pathlib import Path

from simulator import environment
from simulator.analysis.goals import scores
from simulator.cli.run import Options, prepare_experiment
from simulator.cli.tune import search
from simulator.experiment.experiment import Experiment, Progress
from simulator.experiment.preparation import Preparation
from simulator.measures.work import THROUGHPUT
from simulator.report.tuning import label
from simulator.result.document import ResultDocument
from simulator.runner.driver_process import default_python
from simulator.scenario.load import load_text
from simulator.schedule import Block, Fixed, Rounds, Schedule
from simulator.stats.intervals import differs, paired_ratio
from simulator.stats.layout import effects, ratios

SCENARIO = """
name: {name}
seed: 1
server: {{latency: {latency}, content: {{kind: catalogue, count: 100, items: 8}}}}
job: {{client: {{blocking: http.client, asyncio: aiohttp}}, parser: {parser}, parse_cost: {cost}}}
strategies: [threads, asyncio, processes]
in_flight: 16
rounds: 5
budget: {budget}
"""
SETTINGS = (
    ("waiting", "50ms", "spin", "0ms"),
    ("mixed", "30ms", "html.parser", "5ms"),
    ("computing", "0ms", "html.parser", "20ms"),
)
AGAIN = 10
WITHIN = 0.95
SHARE = 0.35


def scores_of(document: ResultDocument) -> dict[tuple[str, int], float]:
    """Return (cell id, round) -> log throughput of the valid repetitions."""
    return scores(THROUGHPUT, [r for cell in document.cells for r in cell.repetitions])


def in_rounds(experiment: Experiment, cells: Sequence[str], rounds: int) -> ResultDocument:
    """Run these candidates in fixed rounds, as one block, and return what they gave."""

    def schedule(prepared: Preparation) -> Schedule:
        del prepared
        return Rounds([Block(cells[0], tuple(cells))], Fixed(rounds), 1)

    kept = [cell for cell in experiment.cells if cell.id in cells]
    one = replace(experiment, cells=kept, schedule=schedule, search=experiment.search)
    one.run()
    return one.document()


def judge(name: str, latency: str, parser: str, cost: str) -> bool:
    """Measure one setting and print a line on it; returns whether it passed."""
    text = SCENARIO.format(name=name, latency=latency, parser=parser, cost=cost, budget="75s")
    scenario = load_text(text, name, Path.cwd())
    options = Options(Path(name), (), None, None, None, None, None)

    def tell(progress: Progress) -> None:
        sys.stderr.write(f"\r{name}: {progress.done}/{progress.planned} {progress.doing:60.60}")

    def fresh() -> Experiment:
        return search(
            replace(prepare_experiment(scenario, options, default_python()), progress=tell), "throughput", 16
        )

    searching = fresh()
    searching.run()
    found = searching.document()
    spent = sum(len(cell.repetitions) for cell in found.cells)
    effect = effects(scores_of(found), {})
    choice = max(effect, key=lambda cell: effect[cell])
    possible = [cell.id for cell in searching.cells if cell.unsupported is None]
    grid = in_rounds(fresh(), possible, scenario.rounds)
    grid_effect = effects(scores_of(grid), {})
    best = max(grid_effect, key=lambda cell: grid_effect[cell])
    by_id = {cell.id: cell for cell in grid.cells}
    reached = exp(grid_effect.get(choice, float("-inf")) - grid_effect[best])
    share = spent / (len(possible) * scenario.rounds)
    told = "the same cell"
    passed = True
    if choice != best:
        both = scores_of(in_rounds(fresh(), [choice, best], AGAIN))
        values = ratios(both, choice, best)
        again = paired_ratio(values, [1.0] * len(values))
        assert again is not None  # noqa: S101 - ten rounds
        passed = not differs(again) or again.median >= WITHIN
        told = f"interleaved {again.median:.3f} ({again.low:.3f} to {again.high:.3f}) of it"
    passed = (passed or reached >= WITHIN) and share <= SHARE
    sys.stderr.write("\r" + " " * 100 + "\r")
    print(
        f"{name}: search {label(by_id[choice])}; grid {label(by_id[best])}; {reached:.3f} of the best in the grid,"
        f" {told}; {spent} of {len(possible) * scenario.rounds} repetitions ({share:.0%})"
        f"  {'ok' if passed else 'MISSED'}"
    )
    return passed


def main() -> int:
    """Measure all settings; returns the exit code."""
    print(f"{environment.usable_cores()} usable cores")
    passed = [judge(*setting) for setting in SETTINGS]  # all of them, also after one was missed
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
