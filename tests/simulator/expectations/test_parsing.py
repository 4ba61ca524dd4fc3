import contextlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.expectations.parsing import MAX_CHARACTERS, parse
from simulator.expectations.syntax import (
    Condition,
    ExpectationError,
    Level,
    Measured,
    Operation,
    Quantity,
    Strategy,
    Term,
)
from simulator.measures.dimension import DURATION, PLAIN, RATE, SIZE, Dimension


def metric(name: str, *strategies: str, **levels: str) -> Measured:
    held = tuple(Level(path.replace("__", "."), level) for path, level in levels.items())
    return Measured(name, tuple(map(Strategy, strategies)), held)


def number(text: str, value: float, dimension: Dimension = PLAIN) -> Quantity:
    return Quantity(text, value, dimension)


THREADS = metric("throughput", "threads")


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (
            "throughput(threads) > 5 * throughput(sequential)",
            Condition(THREADS, ">", Operation("*", number("5", 5.0), metric("throughput", "sequential"))),
        ),
        (
            "p99(asyncio, in_flight=64) < 250ms",
            Condition(metric("p99", "asyncio", in_flight="64"), "<", number("250ms", 0.25, DURATION)),
        ),
        (
            "crossover(processes, threads, server.latency=20ms)<=1m30s",
            Condition(
                metric("crossover", "processes", "threads", server__latency="20ms"),
                "<=",
                number("1m30s", 90.0, DURATION),
            ),
        ),
        (
            "memory('pool 4', case=\"a b\") >= 64MiB",
            Condition(metric("memory", "pool 4", case="a b"), ">=", number("64MiB", 64 * 2**20, SIZE)),
        ),
        ("throughput(threads)\n  > 50/s", Condition(THREADS, ">", number("50/s", 50.0, RATE))),
        ("throughput(threads) > 5%", Condition(THREADS, ">", number("5%", 0.05))),
        (
            "p50(threads, strategies.my-uv.loop=uvloop) < 40us",
            Condition(
                Measured("p50", (Strategy("threads"),), (Level("strategies.my-uv.loop", "uvloop"),)),
                "<",
                number("40us", 0.00004, DURATION),
            ),
        ),
    ],
)
def test_conditions_are_read(text: str, condition: Condition) -> None:
    assert parse(text) == condition


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("1 - 2 - 3 < 4", "1 - 2 - 3 < 4"),
        ("1 - (2 - 3) < 4", "1 - (2 - 3) < 4"),
        ("(1 + 2) * 3 / 4 < 5", "(1 + 2) * 3 / 4 < 5"),
        ("((1 * 2)) + 3 < (5)", "1 * 2 + 3 < 5"),
        ("8/(2*2) < 5", "8 / (2 * 2) < 5"),
    ],
)
def test_products_bind_more_than_sums_and_the_left_comes_first(text: str, grouped: str) -> None:
    assert str(parse(text)) == grouped


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "empty"),
        ("a(b)", 5, "the comparison is missing"),
        ("a(b) < ", 7, "found the end; allowed here: a name, a number, ("),
        ("a(b) < 1 < 2", 10, "one comparison"),
        ("a(b) == 1", 6, "found =; compare with one of < <= > >="),
        ("a(b) != 1", 6, "never exactly equal"),
        ("a(b < 3", 5, "found <; allowed here: ), a comma, ="),
        ("a(b, c=) < 3", 8, "a level"),
        ("a(x=1, y) < 3", 8, "strategies come first"),
        ("throughput threads < 3", 12, "allowed here: ("),
        ("a(b) < 250mss", 8, "250mss is no quantity"),
        ("a(b) < 1.5.2", 11, "found ."),
        ("a(b) < -5", 8, "found -; allowed here: a name, a number"),
        ("a(b) < 3 & c", 10, "found &"),
        ("__import__('os').system('true') < 1", 17, "found ."),
        ("a(b) < " + "9" * 200, 8, "too large"),
        ("1 < " + "1 + " * 200 + "1", MAX_CHARACTERS + 1, "at most"),
    ],
)
def test_what_is_wrong_is_said_with_its_column_and_what_is_allowed(
    text: str, column: int, words: str
) -> None:
    with pytest.raises(ExpectationError) as error:
        parse(text)
    assert error.value.column == column, error.value
    assert str(error.value).startswith(f"column {column}: ")
    assert words in str(error.value)


PIECES = st.sampled_from(
    [*"()<>=,+-*/.'\"%&\\ \n", "<=", "threads", "p99", "in_flight", "250ms", "5", "64MB", "50/s", "1.5", "µs"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_any_text_is_a_condition_or_an_error_of_our_own(text: str) -> None:
    with contextlib.suppress(ExpectationError):
        assert parse(str(parse(text))) == parse(text)


NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_ -]{0,9}", fullmatch=True)
LEVELS = st.sampled_from(["20ms", "a b", "{kind: lognormal, median: 40ms}", "it's", 'a "b"', "./x", "=", ""])
PATHS = st.sampled_from(["in_flight", "server.latency", "case", "strategies.my uv.loop", "strategies.4.loop"])
QUANTITIES = st.sampled_from(["5", "1.5", "250ms", "1m30s", "64MiB", "50/s", "5%", "0"]).map(
    lambda text: parse(f"{text} < 1").left
)
TERMS: st.SearchStrategy[Term] = st.recursive(
    QUANTITIES
    | st.builds(
        Measured,
        st.sampled_from(["throughput", "p99_9"]),
        st.lists(st.builds(Strategy, NAMES), max_size=2).map(tuple),
        st.lists(st.builds(Level, PATHS, LEVELS), max_size=2).map(tuple),
    ),
    lambda inner: st.builds(Operation, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.builds(Condition, TERMS, st.sampled_from(["<", "<=", ">", ">="]), TERMS))
def test_what_is_printed_reads_back_as_the_same(condition: Condition) -> None:
    text = str(condition)
    if len(text) <= MAX_CHARACTERS:
        assert parse(text) == condition


def test_the_grammar_is_only_loaded_for_a_condition() -> None:
    code = (
        "import sys, simulator.cli.app, simulator.analysis.summary, simulator.scenario.load\n"
        "assert 'lark' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
