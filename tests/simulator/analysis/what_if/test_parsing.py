"""The language of virtual changes: what it understands, and what it says of the rest."""

import pytest

from simulator.analysis.what_if.asked import AskedChanges, changes_of
from simulator.analysis.what_if.change import Becomes, Lock, Times, Together, Waits
from simulator.analysis.what_if.parsing import ChangeError, parse_change

SCENARIO = {"name": "shop", "server": {"latency": "40ms"}, "job": {"parser": "spin"}}


@pytest.mark.parametrize(
    ("text", "change", "told"),
    [
        ("parse * 0.8", Times("parse", 0.8), "parse × 0.8"),
        ("latency*2", Times("latency", 2), "latency × 2"),
        ("client / 4", Times("client", 0.25), "client × 0.25"),
        ("hand-over * 0", Times("hand-over", 0), "hand-over × 0"),
        ("handover * 50%", Times("hand-over", 0.5), "hand-over × 0.5"),
        ("In flight * 4", Times("in flight", 4), "in flight × 4"),
        ("in_flight = 1000", Becomes("in flight", 1000, "1,000"), "1,000 in flight"),
        ("cores = 32", Becomes("cores", 32, "32"), "32 cores"),
        ("parse = 1.5ms", Becomes("parse", 0.0015, "1.5ms"), "parse 1.5ms"),
        ("Parse  releases the gil", Lock("parse", held=False, text=""), "parse releases the GIL"),
        ("parse holds the GIL", Lock("parse", held=True, text=""), "parse holds the GIL"),
        ("no GIL", Lock("GIL", held=False, text=""), "no GIL"),
    ],
)
def test_changes(text: str, change: Times | Becomes | Lock, told: str) -> None:
    found = parse_change(text)
    assert str(found) == told
    if isinstance(change, Lock):
        assert isinstance(found, Lock)
        assert (found.target, found.held) == (change.target, change.held)
    else:
        assert found == change


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty; write for example 'parse * 0.8'"),
        ("pase * 2", "nothing is called pase; did you mean parse?; there are parse, client, latency,"),
        ("parse release the GIL", "is no change; did you mean 'parse releases the GIL'?"),
        ("parse", "says nothing of parse; write for example 'parse * 0.5'"),
        ("parse *", "ends too early"),
        ("parse ** 2", "column 8: found *"),
        ("parse * -1", "column 9: found -"),
        ("parse * 2x", "column 9: found 2"),
        ("parse / 0", "nothing can be divided by 0"),
        ("cores * 0", "without cores nothing is done"),
        ("cores = 2.5", "cores is a whole number from 1 to"),
        ("latency = 200", "200 has no unit; write 200ms or 200s"),
        ("parse * 99999999999", "too large a number"),
        ("x" * 300, "300 characters; a change has 200 at most"),
    ],
)
def test_what_is_no_change_is_told(text: str, words: str) -> None:
    with pytest.raises(ChangeError) as caught:
        parse_change(text)
    assert words in str(caught.value)


def test_options_are_changes_each_for_itself_and_all_together() -> None:
    asked = AskedChanges(cores=32, in_flight=1000, runtime="3.14t", latency="200ms", changes=("parse * 2",))
    *each, together = changes_of(asked, SCENARIO)
    assert [str(change) for change in each] == [
        "32 cores",
        "1,000 in flight",
        "3.14t (that is, no GIL)",
        "latency 200ms",
        "parse × 2",
    ]
    assert together == Together(tuple(each))
    assert each[3] == Waits((0.2,), "200ms")
    assert len(changes_of(AskedChanges(cores=1), SCENARIO)) == 1
    assert changes_of(AskedChanges(), SCENARIO) == ()


def test_a_latency_may_be_a_distribution() -> None:
    (change,) = changes_of(AskedChanges(latency="{kind: uniform, low: 10ms, high: 30ms}"), SCENARIO)
    assert isinstance(change, Waits)
    assert len(change.waits_s) > 100
    assert 0.010 <= min(change.waits_s) < max(change.waits_s) <= 0.030


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (AskedChanges(cores=0), "--cores 0: from 1 to 100,000 is allowed"),
        (AskedChanges(in_flight=-1), "--in-flight -1: from 1 to 1,000,000 is allowed"),
        (AskedChanges(runtime="pypy"), "--set 'runtimes=[current, pypy]' calibrates on it"),
        (AskedChanges(latency="soon"), "--latency: server.latency"),
        (AskedChanges(changes=("pase * 2",)), "--change 'pase * 2': nothing is called pase"),
    ],
)
def test_a_wrong_option_is_named(asked: AskedChanges, words: str) -> None:
    with pytest.raises(ChangeError) as caught:
        changes_of(asked, SCENARIO)
    assert words in str(caught.value)


def test_a_runtime_that_is_listed_is_predicted_as_it_is() -> None:
    with pytest.raises(ChangeError, match=r"--runtime 3\.14t: the scenario lists it"):
        changes_of(AskedChanges(runtime="3.14t"), {**SCENARIO, "runtimes": ["3.14t"]})
