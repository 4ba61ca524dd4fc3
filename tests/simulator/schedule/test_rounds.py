from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simulator.result.repetition import Disturbance, Repetition
from simulator.schedule import Allowance, Block, Fixed, Next, Rounds, blocks_of
from tests.simulator.analysis.builders import repetition
from tests.simulator.schedule.played import Make, play, steady


def block(*cells: str) -> Block:
    return Block(cells[0], cells)


def troubled(disturbed: set[tuple[str, int]], broken: frozenset[str] = frozenset()) -> Make:
    def make(following: Next, done: list[Repetition]) -> Repetition:
        made = steady(following, done)
        if following.cell_id in broken:
            return replace(made, status="failed")
        return replace(made, disturbed=(following.cell_id, following.round) in disturbed)

    return make


def counting(done: list[Repetition], cell: str) -> list[int]:
    return [r.round for r in done if r.cell_id == cell and r.status != "discarded"]


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    rounds=st.integers(1, 5),
    seed=st.integers(0, 99),
    disturbed=st.sets(
        st.tuples(st.sampled_from([f"c{i}{j}" for i in range(4) for j in range(4)]), st.integers(0, 9))
    ),
)
def test_every_cell_gets_its_rounds_and_only_disturbed_blocks_are_done_again(
    sizes: list[int], rounds: int, seed: int, disturbed: set[tuple[str, int]]
) -> None:
    blocks = [block(*(f"c{i}{j}" for j in range(size))) for i, size in enumerate(sizes)]
    schedule = Rounds(blocks, Fixed(rounds), seed)
    done = play(schedule, troubled(disturbed))
    for one in blocks:
        by_cell = [counting(done, cell) for cell in one.cells]
        assert all(len(ran) == rounds for ran in by_cell), "every cell has as many rounds as were planned"
        assert all(sorted(ran) == sorted(by_cell[0]) for ran in by_cell), "and its block the same ones"
        ran = {r.round for r in done if r.cell_id in one.cells}
        again = {round_ for cell, round_ in disturbed if cell in one.cells} & ran
        assert len(ran) == rounds + min(rounds, len(again)) or len(ran) <= 2 * rounds
        if not again:
            assert len(ran) == rounds, "a block that nothing disturbed is not done again for the others"
    assert schedule.remaining(done) == {}


def test_the_cells_of_a_block_run_one_after_another() -> None:
    blocks = [block(*(f"c{i}{j}" for j in range(3))) for i in range(5)]
    done = play(Rounds(blocks, Fixed(2), 1), steady)
    order = [r.cell_id[:2] for r in done]
    changes = sum(a != b for a, b in pairwise(order))
    assert changes == 2 * 5 - 1


def test_the_order_is_shuffled_anew_each_round_and_fixed_by_the_seed() -> None:
    blocks = [block(f"a{i}", f"b{i}") for i in range(8)]
    done = play(Rounds(blocks, Fixed(4), 1), steady)
    orders = [tuple(r.cell_id for r in done if r.round == k) for k in range(4)]
    assert len(set(orders)) == 4
    assert done == play(Rounds(blocks, Fixed(4), 1), steady)
    assert done != play(Rounds(blocks, Fixed(4), 2), steady)


def test_a_broken_cell_is_not_tried_again_and_the_others_go_on() -> None:
    done = play(Rounds([block("a", "b", "c")], Fixed(3), 0), troubled(set(), frozenset({"b"})))
    assert len(counting(done, "b")) == 1
    assert len(counting(done, "a")) == 3
    assert Rounds([block("b")], Fixed(3), 0).next([repetition("b", 0, status="unsupported")]) is None


def test_remaining_counts_down() -> None:
    schedule = Rounds([block("a", "b")], Fixed(2), 0)
    counts = [sum(schedule.remaining([]).values())]

    def make(following: Next, done: list[Repetition]) -> Repetition:
        made = steady(following, done)
        counts.append(sum(schedule.remaining([*done, made]).values()))
        return made

    play(schedule, make)
    assert counts == [4, 3, 2, 1, 0]


def test_a_rerun_is_only_begun_where_the_budget_bears_it_beside_the_planned_rounds() -> None:
    everything = {(cell, round_) for cell in "abcd" for round_ in range(9)}
    blocks = [block("a", "b"), block("c", "d")]
    expected = dict.fromkeys("abcd", 1.0)
    for budget_s, reruns in ((8.0, 0), (9.9, 0), (10.0, 1), (12.0, 2), (16.0, 4), (99.0, 4)):
        schedule = Rounds(blocks, Fixed(2), 0, Allowance(budget_s, expected))
        done = play(schedule, troubled(everything))
        assert len(done) == 8 + 2 * reruns, f"{budget_s} s"
        assert all(len(counting(done, cell)) == 2 for cell in "abcd"), (
            "a round is dropped only if it is replaced"
        )


def test_planned_rounds_run_even_beyond_the_budget() -> None:
    done = play(Rounds([block("a")], Fixed(3), 0, Allowance(1.0, {"a": 1.0})), steady)
    assert len(done) == 3


def test_an_interrupted_run_goes_on_as_if_nothing_had_happened() -> None:
    blocks = blocks_of([("s", "s"), ("t", "s"), ("u", "u")])
    whole = play(Rounds(blocks, Fixed(3), 5), troubled({("t", 0), ("u", 1)}))
    for cut in range(len(whole)):
        following = Rounds(blocks, Fixed(3), 5).next(whole[:cut])
        if whole[cut].status != "discarded":
            assert following is not None
            assert (following.cell_id, following.round) == (whole[cut].cell_id, whole[cut].round)


def test_a_repetition_is_predicted_to_take_what_it_took_and_others_in_proportion() -> None:
    allowance = Allowance(None, {"a": 1.0, "b": 3.0})
    assert allowance.time_s([], {"a": 2, "b": 1}) == 5.0
    slow = replace(repetition("a", 0), took_s=2.0)
    assert allowance.time_s([slow], {"a": 1, "b": 1}) == 2.0 + 6.0


def test_disturbed_rounds_may_be_taken_as_they_are() -> None:
    schedule = Rounds([block("s", "t")], Fixed(3), 1, rerun=False)
    done = play(schedule, troubled({("s", 0), ("t", 1), ("s", 2)}))
    assert counting(done, "s") == counting(done, "t") == [0, 1, 2]
    assert not schedule.discarded(done)


def test_of_rounds_that_were_all_disturbed_the_least_disturbed_count() -> None:
    taken = dict(enumerate([0.11, 0.6, 0.7, 0.12, 0.65, 0.5]))

    def make(following: Next, done: list[Repetition]) -> Repetition:
        made = steady(following, done)
        assert made.measures is not None
        share = Disturbance(0.0, taken[following.round])
        return replace(made, disturbed=True, measures=replace(made.measures, disturbance=share))

    done = play(Rounds([block("s", "t")], Fixed(3), 1), make)
    assert counting(done, "s") == counting(done, "t") == [0, 3, 5]
