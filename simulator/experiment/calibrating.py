"""A scenario that is only calibrated: the document of a run of which nothing has been measured but single jobs."""

from collections.abc import Sequence
from dataclasses import replace

from simulator.experiment.design import Design
from simulator.experiment.experiment import Experiment
from simulator.experiment.handlers import Handler
from simulator.experiment.judgement import Judge
from simulator.experiment.preparation import Preparation, size_all, work_of
from simulator.judging.document import conclude
from simulator.result.document import ResultDocument
from simulator.result.run import Run


def calibrating(design: Design, handlers: Sequence[Handler] = ()) -> Experiment:
    """Return the experiment whose `dry_run` calibrates all cells, also those whose repetitions would be too short."""
    scenario = design.scenario
    limits = scenario.validity.model_copy(update={"min_window_ns": 0, "min_jobs_per_slot": 0})
    loosened = scenario.model_copy(update={"budget_ns": None, "validity": limits})
    return Experiment(replace(design, scenario=loosened, needs=True), handlers=handlers)


def document_of(design: Design, prepared: Preparation) -> ResultDocument:
    """Return the document of what was prepared: every cell that can run has its calibration, and none was measured."""
    judge = Judge(design.scenario, design.header.started_at, None)
    cells = {cell.id: cell for cell in design.cells}
    known = {cell_id: replace(ready.calibration, jobs=None) for cell_id, ready in prepared.ready.items()}
    works = {cell_id: work_of(cells[cell_id], each, design.cores) for cell_id, each in known.items()}
    # As many jobs as a run would have: the last ones have fewer beside them.
    unbound = design.scenario.model_copy(update={"budget_ns": None})
    sizes = size_all(unbound, [cells[cell_id] for cell_id in known], works, known, None)
    header = replace(design.header, scenario={**design.header.scenario, "expect": []})
    return conclude(
        Run(
            header=header,
            status="complete",
            calibrations={
                cell_id: replace(each, jobs=sizes[cell_id].pages) for cell_id, each in known.items()
            },
            repetitions=tuple(judge.of(cells[broken.cell_id], broken) for broken in prepared.broken),
            samples=lambda _cell, _round: None,
        )
    )
