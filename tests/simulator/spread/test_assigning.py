"""Who measures what next."""

from dataclasses import replace

from simulator.result.repetition import MACHINE
from simulator.spread.assigning import MOST_LOSSES, Assigning
from simulator.spread.units import Unit, dealt
from tests.simulator.analysis.builders import repetition

SHORT, LONG = Unit(("s1", "s2"), 2.0), Unit(("l1", "l2"), 9.0)


def test_the_longest_is_begun_first() -> None:
    assigning = Assigning([SHORT, LONG], 3)
    first = assigning.next_for("a", ["a", "b"])
    assert first is not None
    assert first.unit == LONG
    assert first.planned == 6
    first.running = True
    second = assigning.next_for("b", ["a", "b"])
    assert second is not None
    assert second.unit == SHORT
    second.running = True
    assert assigning.next_for("a", ["a", "b"]) is None


def test_a_machine_goes_on_with_what_is_its_own_and_others_wait_until_it_is_gone() -> None:
    assigning = Assigning([SHORT, LONG], 3)
    own = [replace(repetition("s1", round_), environment={MACHINE: {"name": "a"}}) for round_ in (0, 1)]
    assigning.go_on(own)
    first = assigning.next_for("a", ["a", "b"])
    assert first is not None
    assert first.unit == SHORT
    other = assigning.next_for("b", ["a", "b"])
    assert other is not None
    assert other.unit == LONG
    other.done = True
    assert assigning.next_for("b", ["a", "b"]) is None
    assert assigning.next_for("b", ["b"]) is first


def test_rounds_on_another_machine_count_from_its_first_on() -> None:
    assigning = Assigning([SHORT], 3)
    rows = [("a", 0), ("a", 1), ("b", 2), ("b", 3)]
    assigning.go_on(
        replace(repetition("s1", round_), environment={MACHINE: {"name": name}}) for name, round_ in rows
    )
    (task,) = assigning.tasks
    assert (task.home, task.first_round) == ("b", 2)


def test_what_a_machine_was_lost_with_goes_to_others_first_and_is_given_up_in_the_end() -> None:
    assigning = Assigning([SHORT], 3)
    (task,) = assigning.tasks
    task.home, task.running = "a", True
    assigning.lost(task, "a", "killed")
    assert assigning.next_for("a", ["a", "b"]) is None
    assert assigning.next_for("b", ["a", "b"]) is task
    assert assigning.next_for("a", ["a"]) is task
    for _ in range(MOST_LOSSES - 1):
        assert not assigning.is_done
        assigning.lost(task, "b", "killed")
    assert assigning.is_done


def test_what_is_left_is_shared_by_the_machines() -> None:
    assigning = Assigning([SHORT, LONG, LONG], 3)
    task = assigning.next_for("a", ["a"])
    assert task is not None
    task.running = True
    assert assigning.left_s(2) is None
    task.left_s = 4.0
    assert assigning.left_s(2) == 4.0 + 11.0 / 2


def test_a_plan_deals_the_longest_to_whoever_is_free_first() -> None:
    given = dealt([SHORT, SHORT, LONG], ["a", "b"])
    assert given == {"a": (LONG,), "b": (SHORT, SHORT)}
