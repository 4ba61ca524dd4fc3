"""Every row of the registry, against what is really measured, and against all that takes measures from it."""

import re
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from typer.testing import CliRunner

from docs.generate import measures
from simulator.analysis.comparison import compare_runs
from simulator.analysis.measures import measure
from simulator.analysis.summary import summarise
from simulator.cli.app import app
from simulator.expectations.checking import check
from simulator.expectations.parsing import parse
from simulator.export.rows import cell_rows, repetition_rows
from simulator.measures import arrivals, handing_over, job_time, resources, work, worker_time
from simulator.measures.measure import Measure
from simulator.measures.registry import CROSSOVER, MEASURES, NAMES, RANKING, dimension_of, unranked
from simulator.report.view.comparison import build_comparison
from simulator.report.view.parts import Table, Verdict
from simulator.report.view.tuning import build_tuning
from simulator.result.document import CellResult, ResultDocument
from simulator.result.measured import measured_of
from simulator.result.repetition import Measures, Repetition
from simulator.schedule import Next
from simulator.schedule.tune import Candidate, Tune
from tests.simulator.analysis.builders import observed, planned, repetition, run, samples
from tests.simulator.cli.stored import keep
from tests.simulator.measures.builders import having, jobs, run_of, whole
from tests.simulator.schedule.played import play

THEMES = (work, resources, job_time, worker_time, arrivals, handing_over)
ALL = [pytest.param(row, id=row.name) for row in MEASURES.values()]
RANKED = [pytest.param(row, id=row.name) for row in RANKING.values()]


@pytest.fixture(scope="module")
def documents() -> tuple[ResultDocument, ...]:
    """A run of open arrivals and one of closed ones, in which nothing is lacking."""
    return tuple(
        summarise(
            run_of(
                "sequential",
                "threads",
                make=lambda cell, round_, open_=open_: replace(  # type: ignore[misc] # a default binds the variable
                    repetition(cell, round_), measures=whole(open_=open_)
                ),
            )
        )
        for open_ in (True, False)
    )


def kind_of(model: Any, path: str) -> set[Any]:
    """Return the types of what stands at a dotted path of a dataclass, null aside."""
    kinds = {model}
    for name in path.split("."):
        (kind,) = kinds
        assert is_dataclass(kind), f"{kind} has no {name}"
        hints: dict[str, Any] = get_type_hints(kind)
        declared = hints[name] if name in hints else get_type_hints(getattr(kind, name).fget)["return"]
        kinds = set(without_null(declared))
    return kinds


def without_null(hint: Any) -> Iterator[Any]:
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    yield from (part for part in parts if part is not NoneType)


def test_no_two_rows_have_the_same_name() -> None:
    names = [row.name for theme in THEMES for row in theme.MEASURES]
    assert sorted(names) == sorted({*names})
    assert names == [*MEASURES]
    assert (*names, CROSSOVER) == NAMES


@pytest.mark.parametrize("row", ALL)
def test_each_row_says_what_it_is_and_why_it_may_be_null(row: Measure) -> None:
    assert row.meaning
    assert row.lacking
    assert not row.meaning.endswith(".")


@pytest.mark.parametrize("row", ALL)
def test_each_path_leads_to_numbers(row: Measure) -> None:
    for model, path in ((CellResult, row.cell), (Measures, row.repetition)):
        if path is not None:
            assert kind_of(model, path) <= {int, float}, path


@pytest.mark.parametrize("row", ALL)
def test_each_row_is_read_from_a_repetition_and_a_cell(
    row: Measure, documents: tuple[ResultDocument, ...]
) -> None:
    cells = [document.cells[-1] for document in documents]
    assert any(isinstance(row.of_cell(cell), int | float) for cell in cells)
    measured = [cell.repetitions[0].measures for cell in cells]
    assert any(isinstance(row.of_repetition(each), int | float) for each in measured) == (
        row.repetition is not None
    )
    assert row.of_repetition(None) is None


@pytest.mark.parametrize("row", ALL)
def test_each_row_is_a_term_of_conditions(row: Measure) -> None:
    assert dimension_of(row.name) == row.dimension
    assert check(parse(f"{row.name}(threads) < 2 * {row.name}(asyncio)"), None) == ()


@pytest.mark.parametrize("row", [row for row in MEASURES.values() if row.fewest_jobs > 1])
def test_as_many_jobs_as_a_row_asks_for_give_it(row: Measure) -> None:
    assert row.of_repetition(measure(observed(samples(row.fewest_jobs)), "equal")) is not None
    assert row.of_repetition(measure(observed(samples(int(row.fewest_jobs * 0.98))), "equal")) is None


# --- compare


@pytest.mark.parametrize("row", [row for row in MEASURES.values() if row.repetition is not None])
def test_each_row_of_a_repetition_is_compared(row: Measure) -> None:
    before, after = (
        run_of("threads", make=lambda cell, round_, factor=factor: having(cell, round_, row, (100 + round_) * factor))  # type: ignore[misc] # a default binds the variable
        for factor in (1, 2)
    )  # fmt: skip
    found = compare_runs(measured_of(before), measured_of(after), row, 0.05)
    (cell,) = found.cells
    assert cell.verdict == row.words[1]
    assert cell.regression == (row.better == "less")
    verdict, table, _ = build_comparison(found)
    assert isinstance(verdict, Verdict)
    assert isinstance(table, Table)
    assert verdict.title.endswith(f": {row.called}")
    assert {column.unit for column in table.columns if column.name in "AB"} == {row.unit.symbol}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs that lack nothing."""
    made = (
        run_of(
            "threads",
            make=lambda cell, round_: replace(repetition(cell, round_), measures=whole()),
            run_id=run_id,
        )
        for run_id in ("aaaa", "bbbb")
    )
    return keep(tmp_path_factory.mktemp("store"), *made)


@pytest.mark.parametrize("row", ALL)
def test_each_row_is_one_for_the_command_line(row: Measure, store: Path) -> None:
    done = CliRunner().invoke(app, ["compare", "aaaa", "bbbb", "--metric", row.name, "--store", str(store)])
    wanted = 0 if (row.of_repetition(whole()) or 0) > 0 else 98
    assert done.exit_code == wanted, done.output
    assert row.called in done.output


def test_a_measure_that_is_0_has_no_ratio_and_it_is_said() -> None:
    row = MEASURES["no_core"]
    zero = run_of("threads", make=lambda cell, round_: having(cell, round_, row, 0.0 if round_ else 0.1))
    (cell,) = compare_runs(measured_of(zero), measured_of(zero), row, 0.05).cells
    assert cell.verdict == "cannot tell"
    assert str(cell.reason).startswith(
        "in A 2 of 3 valid rounds have a share of time without a core of 0, and a ratio needs more than that"
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("memry", "did you mean memory? There are throughput, startup, "),
        ("beauty", "there are throughput, startup, "),
        ("cores", "neither more nor less of it is better in itself; there are throughput, "),
        ("speedup", "it takes two cells to have it; there are throughput, "),
    ],
)
def test_what_ranks_nothing_is_answered_with_why_and_with_all_that_does(name: str, why: str) -> None:
    assert unranked(name).startswith(why)
    assert unranked(name).endswith(", ".join(RANKING))


# --- tune


@pytest.mark.parametrize("row", RANKED)
def test_each_row_with_a_direction_is_a_goal_of_the_search(row: Measure) -> None:
    levels = (1, 2, 4, 8)
    good, bad = (1000, 100) if row.better == "more" else (100, 1000)

    def make(following: Next, _done: list[Repetition]) -> Repetition:
        value = good if following.cell_id == "asyncio 8" else bad
        return having(following.cell_id, following.round, row, value + following.round)

    strategies = ("threads", "asyncio")
    candidates = [Candidate(f"{s} {n}", s, n, f"{s} {n}") for s in strategies for n in levels]
    schedule = Tune(candidates, row, most=20, seed=1)
    done = play(schedule, make)
    cells = [replace(planned(s, in_flight=n), id=f"{s} {n}") for s in strategies for n in levels]
    options = {"goal": row.name, "max_in_flight": 8, "grid": 8, "rounds": 5}
    document = summarise(run(cells, done, scenario={"tune": options}, kept=lambda *_: jobs()))
    verdict, table, *_ = build_tuning(document)
    assert isinstance(verdict, Verdict)
    assert isinstance(table, Table)
    assert verdict.sentences[0].startswith("Take asyncio with 8 in flight: ")
    assert {row.column, row.name.replace("_", " ")} & {column.name for column in table.columns}
    assert table.rows[0][:2] == ("asyncio", "8")


def test_a_goal_that_is_0_is_the_best_and_what_lacks_it_is_named() -> None:
    row = MEASURES["loop_lag"]
    made = [
        *(having("asyncio", round_, row, 0.0) for round_ in range(3)),
        *(having("threads_of_asyncio", round_, row, 0.002) for round_ in range(3)),
        *(repetition("threads", round_, 100.0) for round_ in range(3)),
    ]
    cells = [planned(name) for name in ("asyncio", "threads_of_asyncio", "threads")]
    options = {"goal": row.name, "max_in_flight": 8, "grid": 3, "rounds": 3}
    verdict, table, *_ = build_tuning(summarise(run(cells, made, scenario={"tune": options})))
    assert isinstance(verdict, Verdict)
    assert isinstance(table, Table)
    assert verdict.sentences[0].startswith("Take asyncio with 8 in flight: its worst loop lag is 0 ms, at")
    assert table.notes == (
        "threads with 8 in flight: no worst loop lag (it runs on no event loop, or no tick was due)",
    )


# --- the documents


def test_the_reference_has_a_row_for_each_measure_and_a_reason_for_each_null() -> None:
    lines = [*measures()]
    for row in MEASURES.values():
        (line,) = (line for line in lines if re.match(rf"`{row.name}`( \(.*\))?: ", line))
        assert row.meaning in line
        assert f"`{row.cell}`" in line
        assert f"Null, {line[-1]}: {row.lacking}" in lines


@pytest.mark.parametrize("row", [row for row in MEASURES.values() if row.name != "stalled"])
def test_each_row_but_a_sum_of_others_is_a_column_of_exports(
    row: Measure, documents: tuple[ResultDocument, ...]
) -> None:
    for rows, path in ((cell_rows, row.cell), (repetition_rows, row.repetition)):
        if path is not None:
            assert path.replace(".", "_") in [column.name for column in rows(documents[0]).columns]
