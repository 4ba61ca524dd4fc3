"""The pages that are parsed once more are the share that was asked for, spread evenly."""

import pytest

from simulator.driver.shared.work import bind, chooser

FRACTIONS = (0.03, 0.1, 0.25, 0.4, 0.5, 0.618, 0.75, 0.9)


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_a_share_is_what_was_asked_for(fraction: float) -> None:
    for seed in range(100):
        is_chosen = chooser(fraction, seed)
        assert abs(sum(map(is_chosen, range(1000))) - 1000 * fraction) <= 2, seed


@pytest.mark.parametrize("fraction", FRACTIONS)
def test_no_run_of_pages_has_more_than_its_share(fraction: float) -> None:
    is_chosen = chooser(fraction, 7)
    for first in range(0, 1000, 37):
        assert abs(sum(map(is_chosen, range(first, first + 100))) - 100 * fraction) <= 3


def test_every_content_has_its_share_though_pages_repeat() -> None:
    is_chosen = chooser(0.4, 1)
    for content in range(10):
        assert abs(sum(map(is_chosen, range(content, 1000, 10))) - 40) <= 4


def test_seeds_choose_differently() -> None:
    assert len({tuple(map(chooser(0.5, seed), range(64))) for seed in range(100)}) > 50


def test_all_and_none() -> None:
    assert all(map(chooser(1.0, 3), range(100)))
    assert not any(map(chooser(0.0, 3), range(100)))


def test_a_chosen_page_is_parsed_once_more() -> None:
    calls: list[str] = []
    parse = bind(lambda _body, url: calls.append(url), 2, 0.5, None, 1)
    for page in range(100):
        parse(page, b"")
    assert len(calls) == 2 * 100 + sum(map(chooser(0.5, 1), range(100)))
