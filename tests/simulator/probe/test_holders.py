"""Which functions hold the GIL longest, from samples to the report."""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.probe import measure
from simulator.probe.diagnosis import conclude, limit
from simulator.probe.holders import longest
from simulator.probe.py_spy import PySpy
from simulator.probe.report import build
from simulator.probe.result import Holder, Python
from simulator.probe.sampling import Function, Look
from simulator.report.view.parts import Table, Verdict
from tests.simulator.probe.measurements import held, measured, ratio

SLOW, QUICK = Function("slow", "/srv/app/mine.py", 3), Function("quick", "/srv/app/mine.py", 9)


def seen(holders: dict[Function | None, int], everything: int = 100) -> Look:
    return Look(Counter(target=everything), Counter(target=sum(holders.values())), Counter(holders))


def test_of_a_share_that_is_not_believed_no_holders_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = Counter(target=100, hold=100, release=100)
    look = Look(everything, Counter(target=60, hold=20), Counter({SLOW: 60}))
    monkeypatch.setattr(measure, "_looks", lambda *_: [look] * 3)
    worker: Any = SimpleNamespace(
        first=SimpleNamespace(gil_enabled=True, free_threaded=False, version="3.11.7")
    )
    reasons: dict[str, str] = {}
    assert measure._held(
        worker, "python", measure.Budget(sampler=PySpy("py-spy")), "mypkg:parse", reasons, lambda _: None
    ) == (None, ())
    assert reasons["holders"] == reasons["gil_held"]
    assert reasons["gil_held"].startswith(
        "too noisy to tell: work that always holds the GIL was measured at 20"
    )


def test_shares_are_of_all_the_time_of_a_call_over_all_looks() -> None:
    found = longest([seen({SLOW: 60, None: 10}), seen({SLOW: 40, QUICK: 30})], "mypkg:parse")
    assert [(one.function, one.line, one.share) for one in found] == [
        ("slow", 3, 0.5),
        ("quick", 9, 0.15),
        ("mypkg:parse", None, 0.05),
    ]


def test_five_at_the_most_and_none_that_hardly_ever_does() -> None:
    many: dict[Function | None, int] = {Function(f"f{n}", "x.py", n): 1000 * n for n in range(1, 8)}
    assert [one.function for one in longest([seen(many, 50_000)], "x:y")] == ["f7", "f6", "f5", "f4", "f3"]
    assert longest([seen({SLOW: 1}, 1000)], "x:y") == ()
    assert longest([], "x:y") == ()


def test_more_samples_with_the_gil_than_without_are_no_more_than_all() -> None:
    (one,) = longest([seen({SLOW: 103})], "x:y")
    assert one.share == 1


def test_the_report_has_them_and_names_the_first() -> None:
    file = "/srv/venv/lib/python3.11/site-packages/bs4/element.py"
    holders = (Holder("find", file, 12, 0.7), Holder("mypkg:parse", None, None, 0.2))
    parts = build(conclude(measured(holders=holders)), ())
    (table,) = (part for part in parts if isinstance(part, Table) and part.title == "Where it holds the GIL")
    assert [row[:2] for row in table.rows] == [("find", "bs4/element.py:12"), ("mypkg:parse", "in C")]
    assert isinstance(parts[0], Verdict)
    assert parts[0].sentences[1] == (
        "What holds threads back: the GIL. Most of it is held in find (bs4/element.py:12), 70 % of a call."
    )


@pytest.mark.parametrize(
    ("by", "said"), [(None, "the GIL"), ("fast", "the GIL, which fast turned on in a build")]
)
def test_an_import_that_turned_the_gil_on_is_named(by: str | None, said: str) -> None:
    python = Python("cpython", "3.13.5", free_threaded=by is not None, gil_enabled=True, gil_enabled_by=by)
    found = limit(replace(measured(gil_held=held(0.98), speedup={2: ratio(1.0)}), python=python))
    assert found is not None
    assert found.startswith(said)
