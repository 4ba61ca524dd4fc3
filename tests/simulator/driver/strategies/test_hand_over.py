"""What handing tasks over takes, whatever the workers' clocks."""

import pytest

from simulator.driver.shared.recorder import COLUMNS, READY
from simulator.driver.strategies.executors.hand_over import PARSED, START, HandOver


def rows(*jobs: tuple[int, int, int], at: int = 0) -> "list[tuple[list[int], None, str]]":
    """Jobs by start, end of parse and ready; the first two by a clock that is ahead by `at`."""
    made = []
    for start, parsed, ready in jobs:
        numbers = [0] * len(COLUMNS)
        for column, name in enumerate(COLUMNS):
            if name.endswith("_ns") and "cpu" not in name:
                numbers[column] = start + at
        numbers[PARSED], numbers[READY] = parsed + at, ready
        made.append((numbers, None, ""))
    return made


def test_a_task_is_on_its_way_before_its_first_page_and_after_its_last() -> None:
    taken = HandOver(same_clock=True)
    taken.take(100, rows((110, 150, 200), (150, 190, 200)))
    taken.take(200, rows((230, 290, 300)))
    assert taken.told() == {"tasks": 2, "task_ns": 30, "there_ns": 20, "back_ns": 10, "whole_ns": 100}


def test_with_a_clock_of_its_own_the_sum_is_the_same_and_its_parts_are_not_known() -> None:
    taken, moved = HandOver(same_clock=False), rows((110, 150, 200), (150, 190, 200), at=10**12)
    taken.take(100, moved)
    told = taken.told()
    assert (told["task_ns"], told["there_ns"], told["back_ns"]) == (20, None, None)
    # As if it had begun when it was submitted.
    assert [numbers[START] for numbers, _, _ in moved] == [100, 140]
    assert [numbers[PARSED] for numbers, _, _ in moved] == [140, 180]


def test_of_nothing_nothing_is_told() -> None:
    assert HandOver(same_clock=True).told() == {}


@pytest.mark.parametrize("name", ["fetch_cpu_ns", "parse_cpu_ns", "backoff_ns", "ready_ns"])
def test_only_moments_of_the_worker_are_moved(name: str) -> None:
    moved = rows((110, 150, 200))
    before = moved[0][0][COLUMNS.index(name)]
    HandOver(same_clock=False).take(100, moved)
    assert moved[0][0][COLUMNS.index(name)] == before
