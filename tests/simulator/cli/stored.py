"""Runs that were never measured, in a results database."""

from pathlib import Path

from simulator.result.run import Run
from simulator.store import Store


def keep(folder: Path, *runs: Run) -> Path:
    """Write runs, with their samples, to the results database of a folder; the last one is `last`."""
    path = folder / "results.sqlite"
    with Store.open(path) as store:
        for made in runs:
            store.begin(made.header)
            for cell_id, calibration in made.calibrations.items():
                store.calibrated(made.header.id, cell_id, calibration)
            for repetition in made.repetitions:
                samples = made.samples(repetition.cell_id, repetition.round)
                store.add(made.header.id, repetition, samples)
            store.finish(made.header.id, made.status)
    return path
