"""New costs go where the answer flips, on a machine that is made up."""

from dataclasses import replace

from simulator.result.repetition import Repetition
from simulator.schedule import Allowance, Block, Cost, Fixed, Next, Refine, Row
from tests.simulator.analysis.builders import repetition
from tests.simulator.schedule.played import play

LISTED = (0.001, 0.004, 0.016)
NEW = (0.0014, 0.002, 0.0028, 0.0057, 0.008, 0.011)
WAIT_S = 0.02
STRATEGIES = ("sequential", "threads", "processes")


def cost(cost_s: float) -> Cost:
    ids = {name: f"{name} {cost_s}" for name in STRATEGIES}
    return Cost(cost_s, Block(ids["sequential"], tuple(ids.values())), ids, listed=cost_s in LISTED)


ROW = Row(tuple(cost(each) for each in sorted((*LISTED, *NEW))), (("processes", "threads"),))


def kinked(following: Next, _done: list[Repetition]) -> Repetition:
    """Eight in flight: threads run full at 20 / 7 ms of parse, processes on two cores at twice that."""
    name, written = following.cell_id.split(" ")
    cost_s = float(written)
    allowed = {"sequential": 1 / (WAIT_S + cost_s), "threads": 1 / cost_s, "processes": 2 / cost_s}[name]
    rate = min(8 / (WAIT_S + cost_s), allowed) if name != "sequential" else allowed
    return replace(repetition(following.cell_id, following.round, rate), took_s=1.0)


def costs(done: list[Repetition]) -> list[float]:
    return sorted({float(r.cell_id.split(" ")[1]) for r in done})


def test_the_gap_in_which_the_answer_flips_is_halved_twice() -> None:
    done = play(Refine([ROW], Fixed(3), 1, 0.03, Allowance(None, {})), kinked)
    # Between 1 and 4 ms, at 2.86 ms: first 2 ms, then between 2 and 4 ms.
    assert costs(done) == [0.001, 0.002, 0.0028, 0.004, 0.016]
    for each in ROW.costs:
        counts = {sum(r.cell_id == cell for r in done) for cell in each.block.cells}
        assert counts == ({3} if each.cost_s in costs(done) else {0})


def test_where_nothing_flips_nothing_is_new() -> None:
    def flat(following: Next, _done: list[Repetition]) -> Repetition:
        return replace(repetition(following.cell_id, following.round, 100.0), took_s=1.0)

    assert costs(play(Refine([ROW], Fixed(3), 1, 0.03, Allowance(None, {})), flat)) == list(LISTED)


def test_the_budget_keeps_it_to_what_is_listed() -> None:
    allowance = Allowance(28.0, {cell: 1.0 for each in ROW.costs for cell in each.block.cells})
    assert costs(play(Refine([ROW], Fixed(3), 1, 0.03, allowance), kinked)) == list(LISTED)
