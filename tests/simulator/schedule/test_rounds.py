from hypothesis import given
from hypothesis import strategies as st

from simulator.result.repetition import Repetition
from simulator.schedule import FixedRounds


def repetition(cell: str, round_: int, *, status: str = "ok", disturbed: bool = False) -> Repetition:
    return Repetition(cell, round_, "", status, None, None, disturbed=disturbed)  # type: ignore[arg-type]


def play(schedule: FixedRounds, disturbed: set[int], broken: set[str] = frozenset()) -> list[Repetition]:  # type: ignore[assignment]
    done: list[Repetition] = []
    while (following := schedule.next(done)) is not None:
        status = "failed" if following.cell_id in broken else "ok"
        done.append(
            repetition(
                following.cell_id, following.round, status=status, disturbed=following.round in disturbed
            )
        )
        assert len(done) < 1000
    return done


@given(
    cells=st.integers(1, 6),
    rounds=st.integers(1, 6),
    seed=st.integers(0, 99),
    disturbed=st.sets(st.integers(0, 12)),
)
def test_every_cell_runs_once_a_round_and_enough_rounds_count(
    cells: int, rounds: int, seed: int, disturbed: set[int]
) -> None:
    names = [f"c{i}" for i in range(cells)]
    schedule = FixedRounds(names, rounds, seed)
    done = play(schedule, disturbed)
    ran = sorted({r.round for r in done})
    assert ran == list(range(len(ran)))
    assert len(ran) <= 2 * rounds
    for round_ in ran:
        assert sorted(r.cell_id for r in done if r.round == round_) == names
    counting = set(ran) - schedule.discarded(done)
    assert len(counting) == rounds
    undisturbed = [r for r in ran if r not in disturbed]
    assert counting >= set(undisturbed[:rounds]) - set(undisturbed[rounds:])
    assert schedule.remaining(done) == 0


def test_the_order_is_shuffled_anew_each_round_and_fixed_by_the_seed() -> None:
    names = [f"c{i}" for i in range(8)]
    done = play(FixedRounds(names, 4, 1), set())
    orders = [tuple(r.cell_id for r in done if r.round == k) for k in range(4)]
    assert len(set(orders)) == 4
    assert done == play(FixedRounds(names, 4, 1), set())
    assert done != play(FixedRounds(names, 4, 2), set())


def test_a_broken_cell_is_not_tried_again_and_the_others_go_on() -> None:
    done = play(FixedRounds(["a", "b", "c"], 3, 0), set(), broken={"b"})
    assert sum(r.cell_id == "b" for r in done) == 1
    assert sum(r.cell_id == "a" for r in done) == 3
    assert FixedRounds(["b"], 3, 0).next([repetition("b", 0, status="unsupported")]) is None


def test_remaining_counts_down() -> None:
    schedule = FixedRounds(["a", "b"], 2, 0)
    done: list[Repetition] = []
    counts = [schedule.remaining(done)]
    while (following := schedule.next(done)) is not None:
        done.append(repetition(following.cell_id, following.round))
        counts.append(schedule.remaining(done))
    assert counts == [4, 3, 2, 1, 0]
