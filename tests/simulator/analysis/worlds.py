"""Runs of invented machines: what is true of them is known, and compared with what is said of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from simulator.result.measured import MeasuredCell, MeasuredRun
from simulator.result.repetition import Repetition
from tests.simulator.analysis.builders import measures

STRATEGIES = ("sequential", "threads", "asyncio", "processes")
CASES = ("idle", "light", "mixed", "heavy", "computing")
FELT = {"idle": 0.05, "light": 0.3, "mixed": 0.5, "heavy": 0.8, "computing": 1.0}
"""Which share of a cell's time the machine's speed changes."""
CELLS = tuple(f"{strategy} {case}" for case in CASES for strategy in STRATEGIES)

_MEASURES = measures()
_REPETITION = Repetition("", 0, "2030-01-01T00:00:00.000+00:00", "ok", None, _MEASURES)


@dataclass(frozen=True)
class World:
    """A machine. All scatter is that of logarithms."""

    noise: float
    """Of a repetition."""
    wild: Mapping[str, float] = field(default_factory=dict)
    """By strategy: how many times as much."""
    day: float = 0.0
    """Of the machine's speed from run to run."""
    drift: float = 0.0
    """From round to round: all cells of a round alike."""
    spin: float = 0.002
    """Of the yardsticks."""
    rounds: int = 5

    def run(
        self,
        random: np.random.Generator,
        changes: Mapping[str, float] | None = None,
        *,
        speed: float = 1.0,
        memory: float = 1.0,
    ) -> MeasuredRun:
        """Measure once.

        Args:
            random: the chance of this run.
            changes: cell, strategy or case -> how many times as fast it is.
            speed: of the machine, beside what chance makes it.
            memory: likewise of its memory, which no cell feels.
        """
        felt = np.array([FELT[cell.split()[1]] for cell in CELLS])
        scatter = self.noise * np.array([self.wild.get(cell.split()[0], 1.0) for cell in CELLS])
        logs = np.log(speed) + random.normal(0, self.day) + random.normal(0, self.drift, self.rounds)
        rates = 100 * np.exp(
            felt[:, None] * logs + scatter[:, None] * random.normal(0, 1, (len(CELLS), self.rounds))
        )
        spins = 0.01 * np.exp(-logs + random.normal(0, self.spin, (len(CELLS), self.rounds)))
        streams = 0.06 / memory * np.exp(random.normal(0, self.spin, (len(CELLS), self.rounds)))
        for name, factor in (changes or {}).items():
            rates[[name in (cell, *cell.split()) for cell in CELLS]] *= factor
        return MeasuredRun(
            id="r1",
            name="shop",
            scenario={"name": "shop"},
            scenario_resolved=None,
            environment={},
            started_at="2030-01-01T00:00:00+00:00",
            cells=tuple(
                MeasuredCell(
                    cell,
                    {"strategy": cell.split()[0], "case": cell.split()[1]},
                    None,
                    tuple(
                        _repetition(cell, felt[i], *values)
                        for values in zip(range(self.rounds), rates[i], spins[i], streams[i], strict=True)
                    ),
                    None,
                    None if cell.startswith("sequential") else f"sequential {cell.split()[1]}",
                )
                for i, cell in enumerate(CELLS)
            ),
        )


def _repetition(
    cell: str, felt: float, round_: int, rate: float, spin_s: float, stream_s: float
) -> Repetition:
    made = replace(
        _MEASURES,
        throughput_per_s=float(rate),
        spin_s=float(spin_s),
        stream_s=float(stream_s),
        cores_used=float(felt),
        run_queue_cores=0.0,
        server=replace(_MEASURES.server, cpu_cores=0.0),
    )
    return replace(_REPETITION, cell_id=cell, round=round_, measures=made)
