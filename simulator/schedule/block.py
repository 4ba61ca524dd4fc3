"""Cells that are compared with one another: a baseline and all that is measured against it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from simulator.result.repetition import Repetition


@dataclass(frozen=True)
class Block:
    """The cells of one baseline. Ratios are paired within a block only, so a block is what is run again as a whole.

    Running its cells one after another, instead of scattered over a pass of many minutes, is what makes the pairing
    worth something on a machine whose speed drifts.
    """

    baseline: str
    cells: tuple[str, ...]
    """The baseline's id among them, if it can be run."""

    def alive(self, dead: Collection[str]) -> tuple[str, ...]:
        """Return the cells that can still be run."""
        return tuple(cell for cell in self.cells if cell not in dead)


def blocks_of(cells: Iterable[tuple[str, str]]) -> tuple[Block, ...]:
    """Group (cell id, baseline id) pairs, in the order in which the baselines first appear."""
    grouped: dict[str, list[str]] = {}
    for cell_id, baseline_id in cells:
        grouped.setdefault(baseline_id, []).append(cell_id)
    return tuple(Block(baseline, tuple(members)) for baseline, members in grouped.items())


def broken(done: Sequence[Repetition]) -> frozenset[str]:
    """Return the cells that failed, cannot run here or cannot count; they are not tried again."""
    return frozenset(
        r.cell_id
        for r in done
        if r.status in ("failed", "unsupported") or (r.status == "invalid" and r.measures is None)
    )
