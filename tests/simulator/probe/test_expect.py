import pytest

from simulator.probe.expect import ConditionError, judge, parse
from simulator.stats.intervals import Interval
from tests.simulator.probe.measurements import held, measured, ratio


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("gil_held > 0.9", "held"),
        ("gil_held < 0.2", "not held"),
        ("gil_held<0.98", "undecided"),
        ("speedup(2) < 1.2", "held"),
        ("speedup(4) >= 1.5", "not held"),
        ("processes(2) > 1.5", "held"),
        ("cost < 15ms", "held"),
        ("cost <= 2ms", "not held"),
        ("cost < 10ms", "undecided"),
        ("loop_lag < 50ms", "held"),
        ("subinterpreter", "held"),
        ("keeps_gil_off", "undecided"),
        ("speedup(8) > 1", "undecided"),
    ],
)
def test_conditions_are_held_against_intervals(text: str, verdict: str) -> None:
    assert judge(parse(text), measured()).verdict == verdict


def test_numbers_that_contradict_each_other_decide_nothing() -> None:
    found = measured(gil_held=held(1.0), speedup={2: ratio(1.68)})
    for text in ("speedup(2) > 1.5", "gil_held > 0.9"):
        judged = judge(parse(text), found)
        assert (judged.verdict, "contradict" in judged.because) == ("undecided", True)


def test_fewer_rounds_than_an_interval_needs_decide_nothing() -> None:
    found = measured(gil_held=held(0.1), speedup={2: Interval(1.8, 1.7, 1.9, "range", 2)})
    judged = judge(parse("speedup(2) > 1.5"), found)
    assert judged.verdict == "undecided"
    assert judged.because.startswith(
        "measured 1.80 (1.70 to 1.90); too noisy to tell: 2 rounds, and 3 are needed"
    )


def test_what_is_null_is_undecided_with_its_reason() -> None:
    judged = judge(
        parse("gil_held < 0.2"), measured(gil_held=None, reasons={"gil_held": "this build has no GIL"})
    )
    assert (judged.verdict, judged.because) == ("undecided", "this build has no GIL")


def test_the_numbers_are_said() -> None:
    judged = judge(parse("gil_held < 0.2"), measured(gil_held=held(0.1)))
    assert judged.because == "measured 0.10 (0.08 to 0.12)"
    assert (
        judge(parse("speedup(2) > 1"), measured(gil_held=held(0.1), speedup={2: ratio(1.5)})).because
        == "measured 1.50 (1.45 to 1.55)"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gil_hold < 0.2", "did you mean gil_held"),
        ("gil_held", "comparison is missing"),
        ("gil_held = 0.2", "no condition"),
        ("gil_held < 20ms", "plain number"),
        ("cost < 5", "5ms or 5s"),
        ("cost < 5parsecs", "5parsecs"),
        ("speedup > 1.5", "speedup(2)"),
        ("gil_held(2) < 1", "gil_held alone"),
        ("keeps_gil_off > 0", "write it alone"),
        ("", "no condition"),
    ],
)
def test_mistakes_say_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert said in str(caught.value)
