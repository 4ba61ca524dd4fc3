"""What an experiment is to do: worked out from a scenario, on this machine, before anything is measured."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from simulator import environment
from simulator.experiment.folders import import_path, look_through
from simulator.experiment.launch import Launch, find
from simulator.experiment.possible import possible
from simulator.experiment.preparation import Preparation, Search
from simulator.experiment.refining import rows_of, share_of
from simulator.experiment.searching import Tuning, search
from simulator.measures.factors import STRATEGY
from simulator.result.run import PlannedCell, Run, RunHeader
from simulator.runner.driver_process import default_python
from simulator.scenario.candidates import candidates
from simulator.scenario.cells import Cell, expand
from simulator.scenario.model import Scenario
from simulator.scenario.refined import refined
from simulator.schedule import Block, Fixed, Precise, Refine, Rounds, Schedule, blocks_of, contrasted


@dataclass(frozen=True)
class Design:
    """All that decides what is measured, and how."""

    scenario: Scenario
    cells: tuple[Cell, ...]
    """The scenario's, expanded for this machine, or a search's candidates."""
    header: RunHeader
    launch: Launch
    import_path: tuple[str, ...]
    """Folders in which the user's parser is looked for."""
    remark: str | None
    """What in them has a name that is taken; null: nothing."""
    cores: int
    """That the driver may use."""
    memory_limit_bytes: int | None
    """Of this machine or container; null: unknown."""
    schedule: Callable[[Preparation], Schedule]
    """Makes the schedule from what can be run."""
    search: Search | None = None
    """Sizes for a search instead of for rounds of every cell."""
    server_url: str | None = None
    """A mock server that runs already; null: start own ones."""
    server_token: str | None = None
    """For its admin side."""
    server_ca: Path | None = None
    """The file of the certificate that it is verified with, where it speaks TLS."""
    turns: int | None = None
    """Of how many cells, at the most, it is seen who runs when, after all is measured; null: of none."""
    rerun: bool = True
    """Disturbed rounds are done again; otherwise they count as they are, with a warning."""
    needs: bool | None = None
    """Whether it is measured before, what predictions rest on; null: where the run is long enough to be worth it."""
    earlier: Run | None = None
    """The same run as far as it got before it was interrupted; null: a new run."""


def design(
    scenario: Scenario,
    *,
    python: str | None = None,
    command: str = "",
    server_url: str | None = None,
    server_token: str | None = None,
    server_ca: Path | None = None,
    turns: int | None = None,
    tuning: Tuning | None = None,
    rerun: bool = True,
) -> Design:
    """Work out what an experiment with a scenario is, here and now.

    Args:
        scenario: what to measure.
        python: the interpreter that runs the job; null: the one that runs this.
        command: what a person types to measure the same again, for the report.
        server_url: a mock server that runs already; null: start own ones.
        server_token: for its admin side.
        server_ca: the file of the certificate that it is verified with, where it speaks TLS.
        turns: of how many cells, at the most, it is seen who runs when, after all is measured; null: of none.
        tuning: search for the best candidate, instead of running every cell of the scenario in every round.
        rerun: do disturbed rounds again; otherwise they count as they are.

    Raises:
        ScenarioError: it cannot be run from these folders, or its parser is not to be found.
    """
    memory_limit, cores = environment.memory_limit_bytes(), environment.usable_cores()
    python = python or default_python()
    launch, missing = find(scenario, python)
    document = scenario.document()
    cells_of = expand if tuning is None else partial(candidates, max_in_flight=tuning.max_in_flight)
    folders = import_path(scenario.source_dir)
    cells = possible(
        cells_of(
            refined(scenario) if tuning is None else scenario,
            cores,
            memory_limit_bytes=memory_limit,
            usable_cpus=environment.usable_cpus(),
            missing_runtimes=missing,
        ),
        folders,
        own_server=server_url is None,
    )
    schedule, sizes = in_rounds(scenario, rerun=rerun), None
    if scenario.refine and tuning is None:
        sizes = share_of(cells, document, scenario.rounds)
    if tuning is not None:
        schedule, sizes, document["tune"] = search(scenario, tuning, cells)
    return Design(
        scenario=scenario,
        cells=cells,
        header=RunHeader(
            id=secrets.token_hex(4),
            name=scenario.name,
            scenario=document,
            scenario_resolved=scenario.resolved(),
            rounds=scenario.rounds,
            environment={**environment.describe(), "command": command},
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            cells=planned_cells(cells),
        ),
        launch=launch,
        import_path=folders,
        remark=look_through(scenario, cells, python),
        cores=cores,
        memory_limit_bytes=memory_limit,
        schedule=schedule,
        search=sizes,
        server_url=server_url,
        server_token=server_token,
        server_ca=server_ca,
        turns=turns,
        rerun=rerun,
    )


def in_rounds(scenario: Scenario, *, rerun: bool = True) -> Callable[[Preparation], Schedule]:
    """Return what makes the schedule that the scenario itself asks for."""
    planned, precision = scenario.rounds, scenario.precision

    def schedule(prepared: Preparation) -> Schedule:
        goal = Fixed(planned) if precision is None else Precise(planned, precision)
        if scenario.refine:
            rows = rows_of(prepared.ready, scenario.document())
            return Refine(
                rows, goal, scenario.seed, scenario.margin, prepared.allowance(scenario), rerun=rerun
            )
        return Rounds(
            blocks(scenario.contrast, [ready.cell for ready in prepared.ready.values()]),
            goal,
            scenario.seed,
            prepared.allowance(scenario),
            rerun=rerun,
        )

    return schedule


def blocks(contrast: str, cells: Sequence[Cell]) -> tuple[Block, ...]:
    """Return which cells run side by side, where this factor is contrasted."""
    if contrast == STRATEGY:
        return blocks_of((cell.id, cell.baseline_id) for cell in cells)
    return contrasted((cell.id, cell.block, _beside(contrast, cell)) for cell in cells)


def _beside(contrast: str, cell: Cell) -> frozenset[tuple[str, object]]:
    return frozenset((path, level) for path, level in cell.factors.items() if path != contrast)


def planned_cells(cells: Sequence[Cell]) -> tuple[PlannedCell, ...]:
    """Return what is kept of each cell's plan."""
    return tuple(
        PlannedCell(
            id=cell.id,
            factors=dict(cell.factors),
            baseline_id=None if cell.baseline_id == cell.id else cell.baseline_id,
            in_flight=cell.plan.in_flight,
            marked=cell.plan.marked and cell.baseline_id != cell.id,
            unsupported=cell.unsupported,
        )
        for cell in cells
    )
