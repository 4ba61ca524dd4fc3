"""`simulator tune`: which strategy, in_flight and parallelism are best for a scenario, by a search."""

import os
from dataclasses import dataclass, replace

from rich.console import Console

from simulator import environment
from simulator.cli import exits
from simulator.cli.again import reproducing
from simulator.cli.keeping import Keeping, rescue
from simulator.cli.progress import open_progress
from simulator.cli.run import (
    Options,
    find_python,
    load_scenario,
    measure,
    prepare_experiment,
    verdict_of,
)
from simulator.cli.show import show
from simulator.experiment.experiment import Experiment
from simulator.experiment.plan import allowance_of, planned_cells
from simulator.experiment.preparation import Preparation, Search
from simulator.measures.registry import RANKING, unranked
from simulator.scenario.candidates import candidates
from simulator.scenario.cells import Cell
from simulator.scenario.combinations import Factors, resolve, strategy_names
from simulator.scenario.load import from_document
from simulator.scenario.model import Scenario
from simulator.schedule.interface import Schedule
from simulator.schedule.tune import Candidate, Tune
from simulator.store import Store, StoreError, default_path

SHARE = 0.35
"""Of the repetitions that all rounds of all candidates would take: what a search may spend."""
FEWEST = 12
"""What it may spend in any case: less decides nothing."""


@dataclass(frozen=True)
class TuneOptions:
    """What the command line says beside what `run` takes."""

    goal: str
    max_in_flight: int | None
    case: str | None

    @property
    def words(self) -> tuple[str, ...]:
        """Return it as it is typed."""
        words = ["--goal", self.goal]
        words += [] if self.max_in_flight is None else ["--max-in-flight", str(self.max_in_flight)]
        words += [] if self.case is None else ["--case", self.case]
        return tuple(words)


def tune_scenario(options: Options, wanted: TuneOptions) -> int:
    """Search and show; returns the exit code. Raises Stop for what the user gave wrong."""
    if wanted.goal not in RANKING:
        exits.usage(f"--goal {wanted.goal}: {unranked(wanted.goal)}")
    command = reproducing(options.given, os.environ, "tune", wanted.words)
    # Expectations speak of the scenario's own cells; a search has others, and looks for a choice.
    options = replace(options, overrides=("expect=[]", *options.overrides))
    scenario = one_setting(load_scenario(options.file, options.overrides), options, wanted)
    options.wanted.check()
    most = wanted.max_in_flight or scenario.in_flight
    prepared = prepare_experiment(scenario, options, find_python(options.python), command)
    experiment = search(prepared, wanted.goal, most)
    errors = Console(stderr=True, soft_wrap=True)
    try:
        with Store.open(options.store or default_path(os.environ)) as store, open_progress() as progress:
            keeper = Keeping(store, errors)
            experiment = replace(experiment, keeper=keeper, progress=progress)
            code, message = measure(experiment)
    except StoreError as error:
        exits.usage(str(error))
    document = experiment.document()
    if keeper.failed:
        rescue(document, errors)
    show(document, options.wanted, experiment.samples)
    if message:
        errors.print(f"simulator: {message}", style="red", highlight=False, markup=False)
    return code or verdict_of(document)


def one_setting(scenario: Scenario, options: Options, wanted: TuneOptions) -> Scenario:
    """Return the scenario as one setting: with the case that was asked for, without `cases` and `vary`. Raises Stop."""
    cases = scenario.cases or {}
    if wanted.case is not None and wanted.case not in cases:
        listed = ", ".join(cases) or "none"
        exits.usage(f"--case {wanted.case}: {options.file} has no such case (there are: {listed})")
    if cases and wanted.case is None:
        exits.usage(
            f"{options.file} has {len(cases)} cases, and a search is for one setting;"
            f" name one with --case: {', '.join(cases)}"
        )
    if scenario.vary:
        paths = ", ".join(scenario.vary)
        exits.usage(
            f"{options.file} varies {paths}, and a search is for one setting; give --set vary=null, and each value"
            " with a --set of its own"
        )
    if len(scenario.runtimes) > 1:
        names = ", ".join(runtime.level for runtime in scenario.runtimes)
        exits.usage(
            f"{options.file} lists the runtimes {names}, and a search is for one of them; give for example"
            f" --set 'runtimes=[{scenario.runtimes[0].level}]'"
        )
    if wanted.case is None:
        return scenario
    document = scenario.document()
    points = Factors(document, strategy_names(document)).points()
    point = next(point for point in points if point.case == wanted.case)
    return from_document(resolve(document, point), str(options.file), scenario.source_dir)


def search(experiment: Experiment, goal_name: str, max_in_flight: int) -> Experiment:
    """Return the experiment with the candidates as its cells and the search as its schedule."""
    goal, scenario = RANKING[goal_name], experiment.scenario
    cells = candidates(
        scenario,
        environment.usable_cores(),
        max_in_flight,
        memory_limit_bytes=experiment.memory_limit_bytes,
        usable_cpus=environment.usable_cpus(),
        missing_runtimes={
            cell.runtime: cell.unsupported
            for cell in experiment.cells
            if cell.runtime is not None
            and cell.unsupported is not None
            and experiment.interpreters is not None
            and cell.runtime not in experiment.interpreters.located
        },
    )
    possible = [cell for cell in cells if cell.unsupported is None]
    most = max(FEWEST, int(SHARE * len(possible) * scenario.rounds))

    def schedule(prepared: Preparation) -> Schedule:
        return Tune(
            [candidate_of(ready.cell) for ready in prepared.ready.values()],
            goal,
            most=most,
            seed=scenario.seed,
            allowance=allowance_of(scenario, prepared),
        )

    document = {
        **scenario.document(),
        "tune": {
            "goal": goal_name,
            "max_in_flight": max_in_flight,
            "grid": len(possible),
            "rounds": scenario.rounds,
        },
    }
    return replace(
        experiment,
        cells=cells,
        header=replace(experiment.header, scenario=document, cells=planned_cells(cells)),
        schedule=schedule,
        turns=None,
        search=Search(most / max(1, len(possible)), goal.fewest_jobs),
    )


def candidate_of(cell: Cell) -> Candidate:
    """Return what the search needs to know of a cell."""
    strategy = str(cell.factors["strategy"])
    line = strategy
    if "parallelism" in cell.factors and cell.factors["parallelism"] != cell.plan.in_flight:
        line += f", parallelism {cell.factors['parallelism']}"
    return Candidate(cell.id, line, cell.plan.in_flight, f"{line} {cell.plan.in_flight}")
