from typing import Any

import pytest

from simulator.driver.shared.preflight import PARSE_BUDGET_NS, examine, share_error, time_parse

PAGES = [(number, b"x" * (number + 1), f"/pages/{number}") for number in range(3)]


class Parser:
    """Takes as long as it is told to, on a clock of its own."""

    def __init__(self, costs: dict[int, int]) -> None:
        self._costs = costs
        self.now = 0
        self.parsed: list[int] = []

    def __call__(self, body: bytes, _url: str) -> Any:
        self.parsed.append(len(body) - 1)
        self.now += self._costs[len(body) - 1]
        return {"size": len(body)}

    def clock(self) -> int:
        return self.now


def test_each_page_is_told_before_it_is_parsed() -> None:
    parser = Parser({0: 1, 1: 1, 2: 1})
    told: list[tuple[int, int, int]] = []
    examine(parser, PAGES, parser.clock, lambda page, size: told.append((page, size, len(parser.parsed))))
    assert [(page, size) for page, size, _ in told] == [(0, 1), (1, 2), (2, 3)]
    assert [before for _, _, before in told] == [0, 2, 4]


def test_a_page_that_takes_long_is_parsed_once_in_all() -> None:
    parser = Parser({0: 1, 1: 7_000_000_000, 2: 1})
    found = examine(parser, PAGES, parser.clock, lambda _page, _size: None)
    assert parser.parsed == [0, 0, 1, 2, 2]
    assert time_parse(parser, PAGES, parser.clock, found["costs"]) == ((1 + 7_000_000_000 + 1) / 3, None)
    assert parser.parsed.count(1) == 1


def test_pages_that_cost_little_are_timed_in_passes_of_their_own() -> None:
    parser = Parser({0: 2, 1: 2, 2: 2})
    assert time_parse(parser, PAGES, parser.clock, [100, PARSE_BUDGET_NS // 2]) == (2, 0)


def test_the_error_of_a_mean_is_a_share_of_it() -> None:
    assert share_error([1.0, 3.0]) == pytest.approx(0.5)
    assert share_error([1.0]) is None
    assert share_error([0.0, 0.0]) is None
