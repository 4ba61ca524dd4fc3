import dataclasses
import json
import random
import subprocess
import sys
from collections import OrderedDict, UserDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path, PurePosixPath
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import numpy as np
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.catalogue import page_of_items
from simulator.driver.difference import difference, digest
from simulator.driver.parsers import load
from simulator.driver.shared.canonical import MAX_DEPTH, NotCanonicalError, canonical

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclasses.dataclass
class Item:
    name: str
    price: float
    seen: float = dataclasses.field(default=0.0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Other:
    name: str
    price: float


class Pair(NamedTuple):
    name: str
    price: float


@attrs.define
class Attrs:
    name: str
    price: float
    seen: float = attrs.field(default=0.0, eq=False)


class Model(pydantic.BaseModel):
    name: str
    price: float


class Root(pydantic.RootModel[list[int]]):
    pass


class Struct:
    """As msgspec declares its fields."""

    __struct_fields__ = ("name", "price")

    def __init__(self, name: str, price: float) -> None:
        self.name, self.price = name, price


class Colour(Enum):
    RED = 1
    BLUE = 2


class Level(IntEnum):
    ONE = 1


class Word(StrEnum):
    A = "a"


class Access(Flag):
    READ = 1
    WRITE = 2


Point = namedtuple("Point", ["x"])  # noqa: PYI024 - the untyped kind


class Text(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return "<text>"

    __str__ = __repr__


hashable = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.datetimes()
    | st.dates()
    | st.uuids()
    | st.sampled_from(Colour),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(inner, max_size=4),
    max_leaves=6,
)
records = st.recursive(
    hashable,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(hashable, inner, max_size=5)
        | st.dictionaries(st.text(max_size=4), inner, max_size=5)
        | st.sets(hashable, max_size=5)
        | st.builds(Pair, inner, inner)
        | st.builds(Item, inner, inner)
    ),
    max_leaves=20,
)


def shuffled(value: Any, shuffle: Callable[[list[Any]], None]) -> Any:
    """Rebuild a record with the keys of its dicts and the members of its sets in another order."""
    if isinstance(value, dict):
        pairs = [(key, shuffled(item, shuffle)) for key, item in value.items()]
        shuffle(pairs)
        return dict(pairs)
    if isinstance(value, set):
        members = list(value)
        shuffle(members)
        return set(members)
    if type(value) is list:
        return [shuffled(item, shuffle) for item in value]
    return value


class TestEqualRecords:
    @settings(deadline=None, max_examples=40)
    @given(records, st.integers())
    def test_have_one_text_whatever_their_order(self, record: Any, seed: int) -> None:
        shuffle = random.Random(seed).shuffle  # noqa: S311 - an order, not a secret
        assert canonical(shuffled(record, shuffle)) == canonical(record)

    @settings(deadline=None, max_examples=40)
    @given(records)
    def test_have_a_text_that_reads_back(self, record: Any) -> None:
        text = canonical(record)
        assert text.isascii()
        json.loads(text)
        assert difference(text, text) is None

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"a": 1, "b": 2}, OrderedDict(b=2, a=1)),
            ({"a": 1}, defaultdict(int, a=1)),
            ({"a": 1}, MappingProxyType({"a": 1})),
            ({"a": 1}, UserDict(a=1)),
            ("x", Text("x")),
            ({"x": "y"}, {Text("x"): Text("y")}),
            (1.5, np.float64(1.5)),
            (Item("a", 1.0, seen=1.0), Item("a", 1.0, seen=2.0)),
            (Attrs("a", 1.0, seen=1.0), Attrs("a", 1.0, seen=2.0)),
            (PurePosixPath("/a/b"), Path("/a/b")),
        ],
    )
    def test_examples(self, one: Any, other: Any) -> None:
        assert canonical(one) == canonical(other)

    def test_do_not_depend_on_the_hash_seed(self) -> None:
        script = (
            "from simulator.driver.shared.canonical import canonical\n"
            "print(canonical({'a': set('abcdefgh'), 'b': {'x': 1}}))"
        )
        texts = {
            subprocess.run(
                [sys.executable, "-c", script],
                cwd=REPOSITORY,
                env={"PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
                timeout=60,
            ).stdout
            for seed in ("1", "2", "3")
        }
        assert len(texts) == 1


class TestDifferentRecords:
    def test_of_many_kinds_have_different_texts(self) -> None:
        moment = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
        different: list[Any] = [
            None, True, False, 0, 1, 1.0, 0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1j,
            "", "1", "null", "None", '["list"]', "\ud800", b"", b"1", bytearray(b"1"), memoryview(b"1"), 10**5000,
            10**5000 + 1, [], (), {}, set(), frozenset(), deque(), ["list"], [[]], [1, 2], [2, 1], (1, 2), {1, 2},
            frozenset({1, 2}), deque([1, 2]), {"a": 1}, {"a": 1.0}, {"a": True}, {1: "a"}, {"1": "a"}, {b"1": "a"},
            {1: "a", "1": "a"}, {(1, 2): "a"}, {Word.A: 1}, Decimal(1), Decimal("1.0"), Fraction(1, 2), moment,
            moment.replace(tzinfo=None), moment.replace(tzinfo=None, fold=1), moment.isoformat(),
            moment.astimezone(timezone(timedelta(hours=1))), date(2024, 2, 29), time(12, 0), timedelta(1), UTC,
            UUID(int=1), str(UUID(int=1)), PurePosixPath("a"), "a", Colour.RED, Colour.BLUE, Level.ONE, Word.A,
            Access.READ, Access.READ | Access.WRITE, Access(0), range(3), range(4), ["object", "Item", {}],
            Item("a", 1.0), Item("b", 1.0), Other("a", 1.0), Pair("a", 1.0), ("a", 1.0), Attrs("a", 1.0),
            Model(name="a", price=1.0), Struct("a", 1.0), SimpleNamespace(name="a", price=1.0),
            {"name": "a", "price": 1.0}, Root([1]), [1],
        ]  # fmt: skip
        texts = [canonical(value) for value in different]
        assert len(set(texts)) == len(texts)
        assert len({digest(text) for text in texts}) == len(texts)

    @settings(deadline=None, max_examples=40)
    @given(records, records)
    def test_are_told_apart(self, one: Any, other: Any) -> None:
        left, right = canonical(one), canonical(other)
        found = difference(left, right)
        assert (found is None) == (left == right)
        if found is not None:
            assert found[1] != found[2]
            assert all(len(value) <= 82 for value in found[1:])


class TestRefusals:
    @pytest.mark.parametrize(
        ("record", "type_name", "path"),
        [
            (object(), "object", "record"),
            ({"a": [1, {"b c": object()}]}, "object", "a[1]['b c']"),
            ([(number for number in range(3))], "generator", "[0]"),
            ({"f": len}, "builtin_function_or_method", "f"),
            ({"kind": Item}, "type", "kind"),
            (Item("a", {1: object()}), "object", "price[1]"),  # type: ignore[arg-type] # on purpose
            ({"s": {object()}}, "object", "s{…}"),
            ([Point(object())], "object", "[0].x"),
        ],
    )
    def test_name_type_and_path(self, record: Any, type_name: str, path: str) -> None:
        with pytest.raises(NotCanonicalError) as raised:
            canonical(record)
        assert (raised.value.type_name, raised.value.path) == (type_name, path)
        assert str(raised.value).startswith(f"{path}: {type_name} has no canonical form; return ")

    def test_cycles(self) -> None:
        record: dict[str, Any] = {"children": []}
        record["children"].append({"parent": record})
        with pytest.raises(NotCanonicalError, match=r"children\[0\]\.parent: dict contains itself"):
            canonical(record)

    def test_the_same_object_twice_is_no_cycle(self) -> None:
        shared = {"a": 1}
        assert canonical([shared, shared]) == canonical([{"a": 1}, {"a": 1}])

    @pytest.mark.parametrize(
        "wrap", [lambda x: [x], lambda x: {"a": x}, lambda x: {1: x}, lambda x: Pair("n", x)]
    )
    def test_depth(self, wrap: Callable[[Any], Any]) -> None:
        record: Any = 1
        for _ in range(MAX_DEPTH):
            record = wrap(record)
        text = canonical(record)
        assert difference(text, canonical(1)) is not None
        for _ in range(100_000):
            record = wrap(record)
        with pytest.raises(NotCanonicalError, match=rf"is nested deeper than {MAX_DEPTH} levels"):
            canonical(record)

    def test_a_deep_difference_is_found(self) -> None:
        left: Any = 1
        right: Any = 2
        for _ in range(MAX_DEPTH):
            left, right = {"a": left}, {"a": right}
        found = difference(canonical(left), canonical(right))
        assert found == (".".join("a" * MAX_DEPTH), "1", "2")

    def test_a_model_that_raises(self) -> None:
        class Moody:
            def model_dump(self) -> None:
                raise RuntimeError("not today")

        with pytest.raises(NotCanonicalError, match=r"^a: .*Moody cannot be read: RuntimeError: not today"):
            canonical({"a": Moody()})

    def test_can_cross_processes(self) -> None:
        error = NotCanonicalError("Thing", "a.b", "is odd")
        kind, arguments = error.__reduce__()
        assert str(kind(*arguments)) == str(error) == "a.b: Thing is odd"


class TestDifference:
    @pytest.mark.parametrize(
        ("one", "other", "found"),
        [
            ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ("b", "2", "3")),
            ({"a": 1}, {}, ("a", "1", "(absent)")),
            ([1, 2], [1], ("[1]", "2", "(absent)")),
            ({"p": [{"price": 1.5}]}, {"p": [{"price": None}]}, ("p[0].price", "1.5", "None")),
            ({"p": [1]}, {"p": [True]}, ("p[0]", "1", "True")),
            (0.0, -0.0, ("record", "0.0", "-0.0")),
            ([1], (1,), ("record", "[1]", "tuple(1)")),
            ({"n": float("nan")}, {"n": 1.0}, ("n", "nan", "1.0")),
            ({"b": b"ab"}, {"b": b"ac"}, ("b", "b'ab'", "b'ac'")),
            ({1: "x"}, {1: "y"}, ("[1]", "'x'", "'y'")),
            ({1: "x"}, {"1": "x"}, ("record", "{1: 'x'}", "{'1': 'x'}")),
            ({"s": {1, 2, 3}}, {"s": {1, 2, 4}}, ("s{…}", "3", "4")),
            ({"s": {1, 2}}, {"s": {1}}, ("s{…}", "2", "(absent)")),
            ([Item("a", 1.0)], [Item("a", 2.0)], ("[0].price", "1.0", "2.0")),
            (
                Item("a", 1.0),
                Other("a", 1.0),
                ("record", "Item(name='a', price=1.0)", "Other(name='a', price=1.0)"),
            ),
            ({"odd key": 1}, {"odd key": 2}, ("['odd key']", "1", "2")),
            (Colour.RED, Colour.BLUE, ("record", "Colour.RED", "Colour.BLUE")),
            (Decimal(1), Decimal(2), ("record", "Decimal('1')", "Decimal('2')")),
        ],
    )
    def test_names_the_first_field(self, one: Any, other: Any, found: tuple[str, str, str]) -> None:
        assert difference(canonical(one), canonical(other)) == found

    def test_long_values_are_cut_around_where_they_differ(self) -> None:
        found = difference(canonical("x" * 5000 + "left" + "y" * 5000), canonical("x" * 5000 + "right"))
        assert found is not None
        assert all(len(value) <= 82 for value in found)
        assert "left" in found[1]
        assert "right" in found[2]

    def test_refuses_what_is_no_canonical_text(self) -> None:
        with pytest.raises(ValueError, match="Expecting value"):
            difference("not JSON", "1")

    def test_of_two_catalogue_pages(self) -> None:
        parser = load({"name": "html.parser"})
        left, right = (canonical(parser(page_of_items(seed, 0, 40), "")) for seed in (1, 2))
        found = difference(left, right)
        assert found is not None
        assert found[0].startswith("links[")


def test_digest_is_blake2b_of_32_digits() -> None:
    assert digest("") == "cae66941d9efbd404e4d88758ea67670"
