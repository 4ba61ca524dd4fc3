import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from mockserver.units import (
    BandwidthBps,
    DurationNs,
    RatePerS,
    SizeBytes,
    format_bandwidth,
    format_duration,
    format_rate,
    format_size,
    parse_bandwidth,
    parse_duration,
    parse_rate,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("250ms", 250_000_000),
        ("1m30s", 90_000_000_000),
        ("40us", 40_000),
        ("40\u00b5s", 40_000),
        ("40\u03bcs", 40_000),
        ("7ns", 7),
        ("1.5s", 1_500_000_000),
        ("1.1ms", 1_100_000),
        ("1h2m3.5s", 3_723_500_000_000),
        ("0ms", 0),
        (" 3ms ", 3_000_000),
    ],
)
def test_durations(text: str, ns: int) -> None:
    assert parse_duration(text) == ns


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0ms"),
        (250_000_000, "250ms"),
        (90_000_000_000, "1m30s"),
        (1_500_000, "1.5ms"),
        (40_000, "40us"),
        (999, "999ns"),
        (3_600_000_000_000, "1h"),
        (3_600_000_000_001, "1h0.000000001s"),
        (60_000_000_000, "1m"),
    ],
)
def test_durations_are_written_as_a_person_would(ns: int, text: str) -> None:
    assert format_duration(ns) == text


@given(st.integers(min_value=0, max_value=10**22))
def test_durations_round_trip(ns: int) -> None:
    assert parse_duration(format_duration(ns)) == ns


@pytest.mark.parametrize(
    ("text", "ns"), [("40 ms", 40_000_000), ("1.5 s", 1_500_000_000), ("1 m30 s", 90_000_000_000)]
)
def test_a_duration_is_read_as_reports_write_it(text: str, ns: int) -> None:
    assert parse_duration(text) == ns


@given(st.integers(min_value=0, max_value=10**18))
def test_sizes_round_trip(size_bytes: int) -> None:
    assert parse_size(format_size(size_bytes)) == size_bytes
    assert parse_bandwidth(format_bandwidth(size_bytes)) == size_bytes


@given(st.floats(min_value=0, allow_infinity=False))
def test_rates_round_trip(per_s: float) -> None:
    assert parse_rate(format_rate(per_s)) == per_s


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (64_000, "64kB"),
        (65_536, "64KiB"),
        (1_500, "1.5kB"),
        (0, "0B"),
        (9_000, "9kB"),
        (1 << 30, "1GiB"),
        (3, "3B"),
    ],
)
def test_sizes(size_bytes: int, text: str) -> None:
    assert format_size(size_bytes) == text
    assert parse_size(text) == size_bytes


def test_rates() -> None:
    assert parse_rate("50/s") == 50
    assert parse_rate("3000/m") == 50
    assert parse_rate("36/h") == 0.01
    assert format_rate(50) == "50/s"


@pytest.mark.parametrize(
    ("parse", "text", "sentence"),
    [
        (parse_duration, "40", "40 has no unit; write 40ms or 40s"),
        (parse_duration, "1.5", "1.5 has no unit; write 1.5ms or 1.5s"),
        (parse_duration, "1e3", "1e3 has no unit"),
        (parse_duration, "-40ms", "-40ms is negative; a duration is not"),
        (parse_duration, "", "a duration is missing; write for example 40ms"),
        (parse_duration, "0,5s", "'0,5s' has a comma; write 0.5s"),
        (parse_duration, "0,123", "'0,123' has a comma; write 0.123ms or 0.123s"),
        (parse_duration, "1,500ms", "'1,500ms' has a comma; write 1.500ms or 1500ms"),
        (parse_duration, "1,2,3ms", "'1,2,3ms' is not a duration"),
        (parse_size, "1,5kB", "'1,5kB' has a comma; write 1.5kB"),
        (parse_rate, "2,5/s", "'2,5/s' has a comma; write 2.5/s"),
        (parse_duration, "40  ms", "'40  ms' is not a duration; write a number and a unit"),
        (parse_duration, "40\tms", "is not a duration"),
        (parse_duration, "ms", "'ms' is not a duration"),
        (parse_duration, "4\u0660ms", "is not a duration"),  # an Arabic-Indic digit
        (parse_duration, "9" * 5_000 + "ms", "characters long"),
        (parse_size, "64", "64 has no unit; write 64B, 64kB or 64KiB"),
        (parse_size, "64KB", "'64KB' is not a size"),
        (parse_size, "1.5B", "1.5B is not a whole number of bytes"),
        (parse_rate, "50", "50 has no unit; write 50/s or 50/m"),
        (parse_rate, "50/d", "'50/d' is not a rate"),
        (parse_bandwidth, "200kB", "'200kB' is not a bandwidth"),
        (parse_bandwidth, "200", "200 has no unit; write 200B/s or 200kB/s"),
    ],
)
def test_refusals_say_what_to_write(parse: Callable[[str], object], text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse(text)


@pytest.mark.parametrize("write", [format_duration, format_size, format_bandwidth, format_rate])
def test_negative_numbers_are_not_written(write: Callable[[int], str]) -> None:
    with pytest.raises(ValueError, match=r"negative|not a rate"):
        write(-1)


class Model(BaseModel):
    duration: DurationNs
    size: SizeBytes
    rate: RatePerS
    bandwidth: BandwidthBps


def test_models_hold_numbers_and_show_text() -> None:
    texts = {"duration": "1m30s", "size": "64kB", "rate": "50/s", "bandwidth": "200kB/s"}
    model = Model.model_validate(texts)
    assert (model.duration, model.size, model.rate, model.bandwidth) == (
        90_000_000_000,
        64_000,
        50.0,
        200_000,
    )
    assert model.model_dump(mode="json") == texts
    assert Model.model_validate_json(model.model_dump_json()) == model


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (40, "40 has no unit; write 40ms or 40s"),
        (1.5, "1.5 has no unit"),
        (-3, "-3 is negative; a duration is not"),
        (True, "True is not a duration; write for example 40ms"),
        (None, "None is not a duration"),
        ([1], "is not a duration"),
    ],
)
def test_a_model_takes_text_only(value: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(DurationNs).validate_python(value)
    assert sentence in str(caught.value)


def test_the_schema_has_a_pattern_that_fits() -> None:
    for kind, good, bad in (
        (DurationNs, "1m30s", "40"),
        (SizeBytes, "64kB", "64KB"),
        (RatePerS, "50/s", "50"),
        (BandwidthBps, "200kB/s", "200kB"),
    ):
        schema = TypeAdapter(kind).json_schema()
        assert schema["type"] == "string"
        assert re.search(schema["pattern"], good)
        assert not re.search(schema["pattern"], bad)
        json.dumps(schema)
