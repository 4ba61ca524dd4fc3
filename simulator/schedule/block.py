"""Cells that run side by side: a baseline and all that is measured against it, or the levels of what is contrasted."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

from simulator.result.repetition import Repetition


@dataclass(frozen=True)
class Block:
    """The cells of one baseline, or of what is contrasted.

    Ratios are paired within a block only, so a block is what is run again as a whole.

    Running its cells one after another, instead of scattered over a pass of many minutes, is what makes the pairing
    worth something on a machine whose speed drifts.
    """

    baseline: str
    """Its id, or another name of the block where it has several."""
    cells: tuple[str, ...]
    """The baseline's id among them, if it can be run."""
    rivals: tuple[tuple[str, ...], ...] = ()
    """Where a factor other than the strategy is contrasted, the cells of each combination; else none."""

    def alive(self, dead: Collection[str]) -> tuple[str, ...]:
        """Return the cells that can still be run."""
        return tuple(cell for cell in self.cells if cell not in dead)


def blocks_of(cells: Iterable[tuple[str, str]]) -> tuple[Block, ...]:
    """Group (cell id, baseline id) pairs, in the order in which the baselines first appear."""
    grouped: dict[str, list[str]] = {}
    for cell_id, baseline_id in cells:
        grouped.setdefault(baseline_id, []).append(cell_id)
    return tuple(Block(baseline, tuple(members)) for baseline, members in grouped.items())


def contrasted(cells: Iterable[tuple[str, str, Hashable]]) -> tuple[Block, ...]:
    """Group (cell id, block, combination), in the order in which they first appear."""
    grouped: dict[str, dict[Hashable, list[str]]] = {}
    order: dict[str, list[str]] = {}
    for cell_id, block, combination in cells:
        grouped.setdefault(block, {}).setdefault(combination, []).append(cell_id)
        order.setdefault(block, []).append(cell_id)
    return tuple(
        Block(block, tuple(order[block]), tuple(map(tuple, rivals.values())))
        for block, rivals in grouped.items()
    )


def broken(done: Sequence[Repetition]) -> frozenset[str]:
    """Return the cells that failed, cannot run here or cannot count; they are not tried again."""
    return frozenset(
        r.cell_id
        for r in done
        if r.status in ("failed", "unsupported") or (r.status == "invalid" and r.measures is None)
    )
