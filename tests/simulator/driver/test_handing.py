from dataclasses import dataclass
from typing import Any

import pytest

from simulator.driver.probe.session import Session
from simulator.driver.shared.handing import heaviest, weigh, why_not
from simulator.driver.shared.preflight import examine


class Tree:
    """As a string of Beautiful Soup: its record drags the whole tree along."""

    def __reduce__(self) -> Any:
        raise RecursionError("maximum recursion depth exceeded")


@dataclass
class Shop:
    name: str
    owner: object


@pytest.mark.parametrize(
    ("record", "place"),
    [
        ({"title": Tree(), "links": ["a"]}, "title: Tree"),
        ({"links": ["a", {"unit price": Tree()}]}, "links[1]['unit price']: Tree"),
        (Shop("x", [Tree()]), "owner[0]: Tree"),
        (Tree(), "record: Tree"),
        ({"code": lambda: None}, "code: function"),
    ],
)
def test_what_cannot_be_pickled_is_named_with_its_type(record: object, place: str) -> None:
    try:
        weigh(record)
    except BaseException:  # noqa: BLE001 - as the driver catches it
        said = why_not(record)
    assert said.startswith(f"{place} (")


def test_the_reason_stands_behind_it() -> None:
    found = examine(
        lambda _body, _url: {"title": Tree()}, [(3, b"page", "/pages/3")], lambda: 0, lambda *_: None
    )
    assert found["unpicklable"].startswith(
        "page 3: title: Tree (RecursionError: maximum recursion depth exceeded"
    )


def test_what_weighs_most_is_named() -> None:
    assert heaviest({"title": "x" * 5_000, "links": ["a"]}) == "title: str"
    assert heaviest({"a": "x" * 100, "b": "y" * 100, "c": "z" * 100}) == "record: dict"


class Counted:
    """It is pickled so often."""

    pickled = 0

    def __reduce__(self) -> Any:
        type(self).pickled += 1
        return Counted, ()


def test_a_record_of_many_parts_is_weighed_once_beside_them() -> None:
    record = [Counted() for _ in range(300)]
    assert heaviest(record) == "record: list"
    assert Counted.pickled == 2 * len(record)


def test_a_record_is_said_to_be_heavy_only_beside_its_page() -> None:
    page = b"x" * 1_000
    for times, named in ((1, None), (5, "title: str")):
        record = {"title": "y" * 1_000 * times}
        found = examine(
            lambda _body, _url, record=record: record, [(0, page, "")], lambda: 0, lambda *_: None
        )
        assert found["heaviest"] == named


def test_a_probe_says_what_a_record_weighs_or_why_it_cannot_be_handed_over() -> None:
    assert Session._handing({"n": 7}, 1_000)["to_blame"] is None
    assert Session._handing({"title": "y" * 9_000}, 1_000)["to_blame"] == "title: str"
    refused = Session._handing({"title": Tree()}, 1_000)
    assert (refused["bytes"], refused["to_blame"].partition(" (")[0]) == (None, "title: Tree")
