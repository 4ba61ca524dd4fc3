import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.document import Mark, parse
from simulator.scenario.problem import ScenarioError


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        parse(text, "f.yaml")
    return [str(problem) for problem in error.value.problems]


def test_values_are_those_of_yaml_1_2() -> None:
    text = "[1, 0x1f, 0o17, 010, 1_000, -2, 1.5, 1e3, true, null, ~, on, yes, 2020-01-01, 12:30:00, 40ms, !!str 5]"
    assert parse(text, "f").data == [
        *(1, 31, 15, 10, 1000, -2, 1.5, 1000.0, True, None, None),
        *("on", "yes", "2020-01-01", "12:30:00", "40ms", "5"),
    ]


def test_every_key_and_value_has_its_place() -> None:
    document = parse("a: 1\nb:\n  - x\n  - {c: 2}\n", "f")
    assert document.keys["b",] == Mark(2, 1)
    assert document.values["a",] == Mark(1, 4)
    assert document.values["b",] == Mark(2, 1)
    assert document.values["b", 0] == Mark(3, 5)
    assert document.values["b", 1, "c"] == Mark(4, 9)


def test_all_duplicate_keys_are_found_at_once() -> None:
    assert problems("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n") == [
        "f.yaml:4: b.c: duplicate key; it is already in line 3; remove one of the two",
        "f.yaml:5: a: duplicate key; it is already in line 1; remove one of the two",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1\n", "f.yaml:2: found a tab; YAML is indented with spaces"),
        ("a: 1\n b: 2\n", "f.yaml:2: not YAML: mapping values are not allowed here"),
        (
            "a:\n  - [1,\n",
            "f.yaml:3: not YAML: the text ends inside a bracket or quote; close it",
        ),
        ("a: 'x\n", "f.yaml:2: not YAML: the text ends inside a bracket or quote opened in line 1; close it"),
        ("a: *nope\n", "f.yaml:1: not YAML: found undefined alias 'nope'"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2: found a second document after ---; a scenario is one document"),
        ("a: 1\nb: \x00\n", "f.yaml:2: found the control character '\\x00'; remove it"),
        (
            "a: !!python/name:os.system x\n",
            "f.yaml:1: a: found the tag python/name:os.system; a scenario has no tags",
        ),
        ("1: x\n", "f.yaml:1: found 1 as a key; keys are text"),
        ("[a]: x\n", "f.yaml:1: found a list or mapping as a key; keys are text"),
        ("a: &x {b: *x}\n", "nested too deeply or in itself"),
        ("[" * 600, "nested too deeply"),
        ("#" * 1_000_001, "f.yaml: 1000001 characters; a scenario has 1000000 at most"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, expected: str) -> None:
    (found,) = problems(text)
    assert expected in found


def test_aliases_do_not_multiply_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (found,) = problems("\n".join(lines))
    assert "more than 50000 values" in found


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_problem(text: str) -> None:
    with contextlib.suppress(ScenarioError):
        parse(text, "f")
