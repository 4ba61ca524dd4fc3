from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pytest

from simulator.export.flatten import factor_columns, leaves, plain
from simulator.export.interface import Column
from simulator.result.repetition import Measures
from tests.simulator.analysis.builders import measures


@dataclass(frozen=True)
class Inner:
    p50: float | None
    count: int


@dataclass(frozen=True)
class Outer:
    first_s: float
    inner_s: Inner | None
    sure: bool | None
    kind: Literal["a", "b"]
    many: Mapping[str, int]
    listed: tuple[str, ...]


def test_columns_are_the_declared_values_in_their_order() -> None:
    assert [leaf.column for leaf in leaves(Outer)] == [
        Column("first_s", "number"),
        Column("inner_s_p50", "number"),
        Column("inner_s_count", "integer"),
        Column("sure", "boolean"),
        Column("kind", "text"),
    ]
    assert [leaf.column.name for leaf in leaves(Outer, "inner_s", "kind")] == ["first_s", "sure"]


def test_what_is_inside_nothing_is_nothing() -> None:
    whole = Outer(1.5, Inner(None, 3), sure=True, kind="a", many={}, listed=())
    none = Outer(1.5, None, sure=None, kind="a", many={}, listed=())
    assert [leaf.of(whole) for leaf in leaves(Outer)] == [1.5, None, 3, True, "a"]
    assert [leaf.of(none) for leaf in leaves(Outer)] == [1.5, None, None, None, "a"]
    assert [leaf.of(None) for leaf in leaves(Outer)] == [None] * 5


def test_every_measure_of_a_repetition_has_a_column_with_its_unit() -> None:
    names = {leaf.column.name: leaf.of(measures(50.0)) for leaf in leaves(Measures)}
    assert names["throughput_per_s"] == 50
    assert names["response_time_s_p90"] == 0.07
    assert names["fetch_wall_s"] == 0.05
    assert names["server_delay_error_s_mean"] == 0.0002
    assert names["server_saturated"] is False
    assert names["memory_bytes"] == 100_000_000
    assert "errors" not in names


@pytest.mark.parametrize(
    ("levels", "kind"),
    [
        ([1, 2], "integer"),
        ([1, 2.5], "number"),
        ([True, False], "boolean"),
        ([True, 1], "text"),
        (["20ms", 5], "text"),
        ([None, 3], "integer"),
        ([None], "text"),
    ],
)
def test_a_factor_s_column_holds_all_of_its_levels(levels: list[object], kind: str) -> None:
    (column,) = factor_columns([{"in_flight": level} for level in levels])
    assert column == Column("in_flight", kind)  # type: ignore[arg-type] # one of the types
    for level in levels:
        plain(level, column.type)


def test_factors_stand_in_the_order_of_the_cells_also_those_that_only_some_have() -> None:
    columns = factor_columns([{"a": 1, "b": 2}, {"a": 1, "c": 3}])
    assert [column.name for column in columns] == ["a", "b", "c"]


def test_text_that_is_none_and_numbers_that_are_not_finite_become_what_every_format_can_hold() -> None:
    assert plain("\udc80 broken", "text") == "\\udc80 broken"
    assert plain(float("nan"), "number") is None
    assert plain(True, "text") == "true"
