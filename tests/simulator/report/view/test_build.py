from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.beside_predicted import beside_predicted
from simulator.analysis.summary import summarise
from simulator.report.sentences.registry import sentence
from simulator.report.view.build import COLUMNS, build
from simulator.report.view.parts import Facts, Part, Table, Verdict
from simulator.result.document import ResultDocument
from simulator.result.repetition import RepetitionStatus
from simulator.text.numbers import NONE
from tests.simulator.analysis.builders import document, planned, repetition, run, samples
from tests.simulator.analysis.predictions import with_predictions

RATES = {"sequential": [20.0, 21.0, 20.5], "threads": [100.0, 104.0, 102.0], "asyncio": [50.0, 52.0, 51.0]}
HEADERS = [column.name for column in COLUMNS]


def verdict(parts: Sequence[Part]) -> Verdict:
    (found,) = (part for part in parts if isinstance(part, Verdict))
    return found


def tables(parts: Sequence[Part]) -> list[Table]:
    return [part for part in parts if isinstance(part, Table)]


def facts(parts: Sequence[Part]) -> dict[str, str]:
    (found,) = (part for part in parts if isinstance(part, Facts))
    return dict(found.items)


def cell(table: Table, row: int, column: str) -> str:
    return table.rows[row][HEADERS.index(column)]


def sentences(made: ResultDocument, kind: str) -> tuple[str, ...]:
    """Return what the analysis says of this kind; how it says it is shown there."""
    return tuple(sentence(finding) for finding in made.findings if finding.kind == kind)


def test_what_was_measured_over_what_was_predicted_is_a_column_where_it_is_known() -> None:
    made = beside_predicted(with_predictions(document(RATES), {"threads": 98.0}))
    (table,) = tables(build(made))
    assert [column.name for column in table.columns] == [*HEADERS, "of predicted"]
    assert [row[-1] for row in table.rows] == ["–", "1.041", "–"]


def test_the_answer_comes_first_then_a_table_then_the_machine() -> None:
    found = document(RATES)
    parts = build(found)
    assert [type(part) for part in parts] == [Verdict, Table, Facts]
    assert verdict(parts).title == "shop: 3 rounds"
    assert verdict(parts).sentences[:1] == sentences(found, "winner")
    assert facts(parts)["run"] == "r1"
    assert facts(parts)["machine"] == "2 usable cores, Linux"


def test_the_table_begins_with_sequential_and_shows_every_strategy() -> None:
    (table,) = tables(build(document(RATES)))
    assert table.title == "8 in flight, 3 rounds"
    assert [row[0] for row in table.rows] == ["sequential", "threads", "asyncio"]
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert (cell(table, 0, "pages"), cell(table, 0, "over")) == ("20.5", "1")
    assert (cell(table, 1, "pages"), cell(table, 1, "p50"), cell(table, 1, "tail")) == (
        "102",
        "60",
        "p95 60",
    )
    assert (cell(table, 1, "CPU"), cell(table, 1, "cores"), cell(table, 1, "mem")) == ("10", "0.5", "100")
    assert cell(table, 1, "start") == "0.4"
    low, high = cell(table, 1, "95 %").split("–")
    assert float(low) < 102 < float(high)


def test_the_tail_is_the_highest_percentile_that_is_known() -> None:
    names = {30: "max", 150: "p90", 300: "p95", 1_000: "p99", 10_000: "p99.9"}
    for jobs, name in names.items():
        cells = [planned("threads")]
        kept = summarise(run(cells, [repetition("threads", 0)], kept=lambda *_, jobs=jobs: samples(jobs)))
        (table,) = tables(build(kept))
        assert cell(table, 0, "tail") == f"{name} 60"
    none = summarise(run([planned("threads")], [repetition("threads", 0)], kept=lambda *_: None))
    assert cell(tables(build(none))[0], 0, "tail") == NONE


def test_what_is_unknown_is_a_dash_and_never_zero() -> None:
    unknown: dict[str, Any] = {"cores_used": None, "cpu_per_page_s": None, "memory_bytes": None}
    (table,) = tables(build(document({"sequential": [20.0] * 3, "threads": [99.0] * 3}, threads=unknown)))
    assert [cell(table, 1, name) for name in ("CPU", "cores", "mem")] == [NONE] * 3


def broken(status: RepetitionStatus) -> ResultDocument:
    reason = "the reason; the remedy"
    measured = None if status in ("failed", "unsupported") else 500.0
    done = [
        *[repetition("sequential", i, 20.0) for i in range(3)],
        *[repetition("threads", i, 40.0 + i) for i in range(3)],
        repetition("processes", 0, measured, status=status, reason=reason),
    ]
    return summarise(run([planned(s) for s in ("sequential", "threads", "processes")], done))


@pytest.mark.parametrize("status", ["failed", "unsupported", "invalid"])
def test_a_row_without_numbers_shows_its_status_and_the_reason_below(status: RepetitionStatus) -> None:
    (table,) = tables(build(broken(status)))
    assert table.rows[2][:2] == ("processes", status)
    assert set(table.rows[2][2:]) == {""}
    assert f"processes: {status}: the reason; the remedy" in table.notes


def test_a_marked_row_has_a_star_and_a_note() -> None:
    (table,) = tables(
        build(document({**RATES, "processes_per_core": [30.0] * 3}, marked=["processes_per_core"]))
    )
    assert table.rows[3][0] == "processes_per_core*"
    assert any(note.startswith("processes_per_core*: 2 in flight") for note in table.notes)


def test_rounds_done_again_are_told_once_with_what_to_do() -> None:
    done = [
        repetition(name, i, 20.0, status="discarded" if i in (1, 2) else "ok", disturbed=i in (1, 2))
        for i in range(5)
        for name in ("sequential", "threads")
    ]
    (table,) = tables(build(summarise(run([planned("sequential"), planned("threads")], done))))
    assert "disturbed from outside and done again: rounds 2, 3" in table.notes
    assert sum("close what else runs" in note for note in table.notes) == 1


def combinations() -> ResultDocument:
    cells, done = [], []
    for case in ("waiting", "computing"):
        for latency in ("0ms", "20ms"):
            for name, rate in (("sequential", 20.0), ("threads", 100.0), ("asyncio", 50.0)):
                planned_cell = planned(name, levels={"case": case, "server.latency": latency})
                cells.append(planned_cell)
                done += [repetition(planned_cell.id, i, rate + i) for i in range(3)]
    return summarise(run(cells, done))


def test_each_combination_has_its_table_its_findings_and_its_sentence() -> None:
    found = combinations()
    parts = build(found)
    assert [table.title for table in tables(parts)] == [
        f"{case}, server.latency {latency}, 8 in flight, 3 rounds"
        for case in ("waiting", "computing")
        for latency in ("0ms", "20ms")
    ]
    answer, winners = verdict(parts).sentences, sentences(found, "winner")
    assert len(answer) == len(winners) == 4
    assert answer[0] == f"waiting, server.latency 0ms: {winners[0]}"
    for table, character in zip(tables(parts), sentences(found, "character"), strict=True):
        assert len(table.rows) == 3
        assert character in table.findings
    told = [text for table in tables(parts) for text in table.findings]
    assert len(told) + len(answer) == len(found.findings)


def test_a_baseline_that_several_combinations_share_stands_in_each_table() -> None:
    cells = [planned("sequential")]
    for flight in (4, 8):
        cell_ = planned("threads")
        cells.append(
            replace(
                cell_,
                id=f"threads-{flight}",
                factors={"strategy": "threads", "in_flight": flight},
                in_flight=flight,
            )
        )
    done = [repetition(c.id, i, 20.0) for c in cells for i in range(3)]
    found = tables(build(summarise(run(cells, done))))
    assert [table.title for table in found] == ["in_flight 4, 3 rounds", "in_flight 8, 3 rounds"]
    assert all(table.rows[0][0] == "sequential" for table in found)


def test_sequential_alone_is_shown_and_not_called_invalid() -> None:
    made = document({"sequential": [20.0] * 3})
    parts = build(made)
    (table,) = tables(parts)
    assert table.rows[0][0] == "sequential"
    assert verdict(parts).sentences == (
        "Only sequential gave valid numbers; there is nothing to compare it with.",
    )
    assert table.findings == sentences(made, "character")


def test_a_marked_strategy_alone_is_an_answer() -> None:
    found = verdict(build(document({"sequential": [20.0] * 3, "pool": [40.0, 41.0, 42.0]}, marked=["pool"])))
    assert "Nothing valid" not in " ".join(found.sentences)
    assert "41 pages/s" in found.sentences[0]


def test_nothing_valid_is_said_with_the_reasons_below() -> None:
    done = [
        repetition(c, 0, None, status="failed", reason="died; try again") for c in ("sequential", "threads")
    ]
    parts = build(summarise(run([planned("sequential"), planned("threads")], done)))
    assert verdict(parts).sentences == ("Nothing valid was measured; the reasons stand below.",)
    assert tables(parts)[0].notes == (
        "sequential: failed: died; try again",
        "threads: failed: died; try again",
    )


@pytest.mark.parametrize(
    ("status", "count", "title"),
    [
        ("complete", 3, "shop: 3 rounds"),
        ("failed", 1, "shop: 1 round, partial: it was ended early"),
        ("interrupted", 2, "shop: 2 rounds, partial: it was ended early"),
    ],
)
def test_the_title_counts_rounds_and_says_what_is_partial(status: str, count: int, title: str) -> None:
    done = [repetition(c, i) for i in range(count) for c in ("sequential", "threads")]
    found = summarise(run([planned("sequential"), planned("threads")], done, status=status))  # type: ignore[arg-type]
    assert verdict(build(found)).title == title


@pytest.mark.parametrize(
    ("states", "shown"), [([True], "on"), ([False], "off"), ([True, False], "on and off")]
)
def test_the_gil_is_told_as_it_was_in_the_workers(states: list[bool], shown: str) -> None:
    environment = {
        "implementation": "CPython",
        "version": "3.13.0",
        "executable": "/venv/bin/python",
        "gil_enabled": states,
    }
    done = [repetition("threads", i, environment=environment) for i in range(3)]
    found = facts(build(summarise(run([planned("threads")], done))))
    assert found["GIL in its workers"] == shown
    assert found["job ran on"] == "CPython 3.13.0 (/venv/bin/python)"
    assert "GIL in its workers" not in facts(build(document(RATES)))


def test_the_clients_own_cost_is_shown() -> None:
    calibrations = {"threads": {"client_cpu_s": {"blocking:http.client": 0.00025, "asyncio:aiohttp": None}}}
    found = facts(
        build(summarise(run([planned("threads")], [repetition("threads", 0)], calibrations=calibrations)))
    )
    assert found["http.client (blocking)"] == "0.25 ms CPU per request, alone"
    assert not any("aiohttp" in name for name in found)


def test_every_column_says_what_it_is() -> None:
    assert all(column.explanation for column in COLUMNS)
