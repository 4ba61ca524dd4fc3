"""How numbers are written: what the docstring of `simulator.text` promises, value by value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.stats.intervals import Interval
from simulator.text.numbers import (
    NONE,
    clock,
    duration,
    durations,
    factor,
    mb,
    ms,
    number,
    percent,
    rate,
    share,
    shares,
    size,
    times,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (8, "8"),
        (0.5, "0.5"),
        (0.5003, "0.500"),
        (0.0123, "0.012"),
        (0.00042, "0.00042"),
        (9.87, "9.87"),
        (9.999, "10.0"),
        (12.34, "12.3"),
        (99.96, "100"),
        (123.4, "123"),
        (98765.4, "98,765"),
        (12_345_678, "12,345,678"),
        (-1.234, "-1.23"),
        (1.5e15, "1.5e+15"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (None, NONE),
    ],
)
def test_numbers_have_three_digits_or_those_that_they_have(value: float | None, text: str) -> None:
    assert number(value) == text


@given(st.floats(-1e300, 1e300))
def test_a_number_is_off_by_half_of_its_last_digit_at_most(value: float) -> None:
    read = float(number(value).replace(",", ""))
    assert abs(read - value) <= max(0.00051, 0.0051 * abs(value))


def test_columns_have_one_unit() -> None:
    assert (ms(0.0123), ms(2.5), ms(None)) == ("12.3", "2,500", NONE)
    assert (mb(41_260_000), mb(None)) == ("41.3", NONE)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.000012, "12 µs"),
        (0.00010004, "0.100 ms"),
        (0.05, "50 ms"),
        (0.01234, "12.3 ms"),
        (1, "1 s"),
        (12.34, "12.3 s"),
    ],
)
def test_durations_have_the_unit_that_suits_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_unit_that_both_ends_have_is_said_once() -> None:
    assert durations(0.002101, 0.0034) == "2.10 to 3.4 ms"
    assert durations(0.81, 1.2004) == "810 ms to 1.20 s"
    assert shares(0.851, 1.0) == "85.1 to 100 %"


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(12, "12 B"), (64_000, "64 kB"), (41_260_000, "41.3 MB"), (4e9, "4 GB")]
)
def test_sizes_have_the_unit_that_suits_them(size_bytes: float, text: str) -> None:
    assert size(size_bytes) == text


def test_rates_say_what_they_are_of() -> None:
    assert (rate(12.34), rate(1234.5, "pages")) == ("12.3/s", "1,234 pages/s")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.000123, "0"),
        (0.05, "5"),
        (0.125, "12.5"),
        (0.0025, "0.25"),
        (0.98513, "98.5"),
        (0.05031, "5.0"),
        (1.0, "100"),
        (-0.01234, "-1.2"),
        (None, NONE),
    ],
)
def test_shares_have_one_decimal_but_those_that_somebody_asked_for(value: float | None, text: str) -> None:
    assert percent(value) == text
    assert value is None or share(value) == f"{text} %"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2.00"),
        (1, "1.000"),
        (0.998, "0.998"),
        (1.049, "1.049"),
        (1.06, "1.06"),
        (0.0764, "0.076"),
        (0.0998, "0.10"),
        (0, "0.00"),
        (9.996, "10.0"),
        (12.34, "12.3"),
        (1234.5, "1,234"),
        (None, NONE),
    ],
)
def test_ratios_are_never_whole_and_show_on_which_side_of_1_they_are(value: float | None, text: str) -> None:
    assert factor(value) == text


def test_a_ratio_is_written_with_its_interval() -> None:
    assert times(Interval(1.2, 0.998, 1.4)) == "1.20 × (0.998 to 1.40)"
    assert times(Interval(1.2, 1.1, 1.4, "range")) == "1.20 × (range 1.10 to 1.40)"
    assert times(Interval(2.0, 2.0, 2.0)) == "2.00 ×"
    assert (times(0.5), times(None)) == ("0.50 ×", "")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (59.0, "59 s"), (95.0, "1 min 35 s"), (3661.0, "1 h 01 min")]
)
def test_times_of_minutes_are_in_words_and_never_too_short(seconds: float, text: str) -> None:
    assert clock(seconds) == text
