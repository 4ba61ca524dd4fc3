from typing import get_args

from simulator.report.view.figures.letters import letters
from simulator.scenario.strategy import StrategyName


def test_the_plain_strategies_have_their_initials_whatever_stands_before_them() -> None:
    found = letters(["processes_of_threads", "threads", "asyncio", "processes"])
    assert (found["threads"], found["asyncio"], found["processes"]) == ("T", "A", "P")
    assert list(found) == ["processes_of_threads", "threads", "asyncio", "processes"]


def test_no_two_are_alike_among_all_strategies_and_many_of_one_initial() -> None:
    every = list(get_args(StrategyName))
    assert len(set(letters(every).values())) == len(every)
    many = [f"t{number}" for number in range(60)] + ["2", "-", "ü"]
    found = letters(many)
    assert len(set(found.values())) == len(many)
    assert found["t0"] == "T"
