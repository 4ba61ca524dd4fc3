from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from rich.cells import cell_len

from simulator.report.sentences.registry import sentence
from simulator.report.view.build import build
from simulator.report.view.parts import Facts, Part, Remarks, Table, Verdict
from simulator.result.document import ResultDocument
from tests.simulator.analysis.builders import matrix
from tests.simulator.report.terminal.test_render import rendered, squeezed

STEADY = (1.0, 0.99, 1.01, 1.0, 0.995)
OTHER = (1.0, 1.01, 0.99, 0.995, 1.0)
COSTS = {"0ms": 0.000002, "1ms": 0.00103, "5ms": 0.0051, "20ms": 0.0204}

Rates = Mapping[str, Sequence[float]]


def rates(threads: float, asyncio: float, processes: float) -> Rates:
    return {
        "threads": [threads * each for each in STEADY],
        "asyncio": [asyncio * each for each in OTHER],
        "processes": [processes * each for each in STEADY],
    }


ROW = {
    "0ms": rates(100, 130, 60),
    "1ms": rates(100, 100.2, 80),
    "5ms": rates(80, 79, 80),
    "20ms": rates(40, 40, 60),
}
LATENCIES = ("0ms", "20ms", "100ms", "400ms")


def usual(levels: Sequence[str] = LATENCIES, **changes: object) -> ResultDocument:
    return matrix(dict.fromkeys(levels, ROW), COSTS, **changes)  # type: ignore[arg-type]


def verdict(parts: Sequence[Part]) -> Verdict:
    return next(part for part in parts if isinstance(part, Verdict))


def table(parts: Sequence[Part], title: str) -> Table:
    return next(part for part in parts if isinstance(part, Table) and part.title.startswith(title))


def remarks(parts: Sequence[Part]) -> Remarks:
    return next(part for part in parts if isinstance(part, Remarks))


def test_the_matrix_comes_right_after_the_answer_and_many_tables_are_left_out() -> None:
    parts = build(usual())
    assert [type(part) for part in parts] == [Verdict, Table, Table, Remarks, Facts]
    assert remarks(parts).cautions == ()
    assert remarks(parts).hint == (
        "16 tables are left out, one for each combination; simulator report r1 --tables shows them"
    )


def test_asked_for_all_tables_are_shown_with_who_wins_in_each() -> None:
    made = usual()
    parts = build(made, all_tables=True)
    assert [type(part) for part in parts] == [Verdict, *[Table] * 18, Facts]
    first = table(parts, "server.latency 0ms, job.parse_cost 0ms")
    assert next(sentence(finding) for finding in made.findings if finding.kind == "winner") in first.findings


def test_up_to_six_combinations_have_their_tables() -> None:
    six = matrix({latency: {cost: ROW[cost] for cost in ("0ms", "20ms")} for latency in LATENCIES[:3]}, COSTS)
    assert sum(isinstance(part, Table) for part in build(six)) == 6 + 2
    assert not any(isinstance(part, Remarks) for part in build(six))


def test_many_combinations_without_a_parse_cost_have_a_sentence_each_and_no_table() -> None:
    levels = [f"{n}ms" for n in range(8)]
    found = matrix({"": dict.fromkeys(levels, ROW["0ms"])}, dict.fromkeys(levels, 0.001), factor="")
    cells = tuple(
        replace(
            cell,
            factors={"server.latency" if k == "job.parse_cost" else k: v for k, v in cell.factors.items()},
        )
        for cell in found.cells
    )
    parts = build(replace(found, cells=cells, crossovers=(), findings=()))
    assert [type(part) for part in parts] == [Verdict, Remarks, Facts]


def test_each_cell_names_the_winner_and_its_lead_over_the_next() -> None:
    found = table(build(usual()), "Who is fastest")
    assert [column.name for column in found.columns] == ["server.latency", "0ms", "1ms", "5ms", "20ms"]
    assert [column.unit for column in found.columns] == ["", "0.002 ms", "1.03 ms", "5.1 ms", "20.4 ms"]
    assert [row[0] for row in found.rows] == list(LATENCIES)
    assert found.rows[0][1:] == (
        "asyncio\n1.30 ×",
        "asyncio\nthreads\nas fast",
        "all\ncannot tell",
        "processes\n1.50 ×",
    )


def test_a_tie_of_two_names_both_also_where_there_is_no_third() -> None:
    two = {cost: {name: each[name] for name in ("threads", "asyncio")} for cost, each in ROW.items()}
    found = table(build(matrix({"0ms": two, "9ms": two}, COSTS)), "Who is fastest")
    assert found.rows[0][2] == "asyncio\nthreads\nas fast"


def test_a_cell_without_numbers_says_why_and_one_with_gaps_says_so() -> None:
    broken = {("20ms", "20ms", name): "late" for name in ("threads", "asyncio", "processes")}
    broken |= {("0ms", "20ms", "threads"): "late", ("100ms", "20ms", "asyncio"): "late"}
    broken |= {("100ms", "20ms", "threads"): "late"}
    found = table(build(usual(broken=broken)), "Who is fastest")
    assert [row[4] for row in found.rows] == [
        "processes\n1.50 ×!",
        "invalid",
        "processes\nalone!",
        "processes\n1.50 ×",
    ]
    assert any(text.startswith("! among the strategies that have a valid cell") for text in found.findings)
    assert not any(text.startswith("! ") for text in table(build(usual()), "Who is fastest").findings)


def test_fewer_than_three_rounds_are_marked_as_no_proof() -> None:
    short = {cost: {name: each[:2] for name, each in at.items()} for cost, at in ROW.items()}
    parts = build(matrix({"0ms": short, "9ms": short}, COSTS))
    found = table(parts, "Who is fastest")
    assert found.rows[0][1] == "asyncio\n1.31 ×?"
    assert "? fewer than 3 rounds cannot tell whether that is luck" in found.findings
    assert verdict(parts).sentences[0].endswith("8 had too few rounds to tell.")


def test_a_winner_that_sequential_beats_is_marked() -> None:
    slow = {cost: {**each, "sequential": [500.0 * f for f in STEADY]} for cost, each in ROW.items()}
    found = table(build(matrix({"0ms": slow, "9ms": ROW}, COSTS)), "Who is fastest")
    assert found.rows[0][1] == "asyncio\n1.30 ×†"
    assert found.rows[1][1] == "asyncio\n1.30 ×"
    assert "† one job after the other is as fast, or faster" in found.findings


def test_marked_strategies_do_not_compete() -> None:
    each = {cost: {**at, "processes_per_core": [999.0] * 5} for cost, at in ROW.items()}
    found = matrix({"0ms": each, "9ms": each}, COSTS, in_flight={"processes_per_core": 2})
    assert table(build(found), "Who is fastest").rows[0][1] == "asyncio\n1.30 ×"


def test_the_verdict_counts_winners_and_says_the_crossovers() -> None:
    sentences = verdict(build(usual(LATENCIES[:2]))).sentences
    assert sentences[0] == (
        "Of 8 combinations of server.latency and job.parse_cost, asyncio wins 2, processes win 2, several are"
        " as fast in 2, the rounds cannot tell in 2."
    )
    assert len(sentences) == 1 + 4
    assert sentences[1].startswith(
        "At server.latency 0ms, processes begin to beat threads by more than 3 % between 5.1 ms"
    )


def test_many_crossovers_are_told_by_pair() -> None:
    never = {cost: rates(100, 100, 50) for cost in COSTS}
    always = {cost: rates(100, 100, 150) for cost in COSTS}
    unclear = {cost: rates(100, 100, 100) for cost in COSTS}
    levels = {"1ms": ROW, "2ms": ROW, "3ms": never, "4ms": always, "5ms": unclear}
    sentences = verdict(build(matrix(levels, COSTS))).sentences
    assert len(sentences) == 3
    assert sentences[1].startswith(
        "Of 5 combinations of the other levels, processes beat threads by more than 3 % from 5.1 to 20.4 ms"
    )
    assert sentences[1].endswith("of parse CPU on in 2, at every cost measured in 1, at none in 2.")


def test_the_crossovers_stand_in_a_table_with_their_intervals() -> None:
    never = {cost: rates(100, 100, 50) for cost in COSTS}
    always = {cost: rates(100, 100, 150) for cost in COSTS}
    unclear = {cost: rates(100, 100, 100) for cost in COSTS}
    parts = build(matrix({"1ms": ROW, "3ms": never, "4ms": always, "5ms": unclear}, COSTS))
    found = table(parts, "From which parse CPU on processes win, in ms")
    assert [(column.name, column.unit) for column in found.columns[1:]] == [
        ("over", "threads"),
        ("over", "asyncio"),
    ]
    assert [row[1] for row in found.rows[1:]] == ["none", "all", "none"]
    assert found.rows[0][1] == "5.1–20.4"


def test_a_document_of_an_earlier_version_has_no_crossovers_and_is_shown() -> None:
    found = usual()
    old = replace(found, crossovers=(), findings=tuple(f for f in found.findings if f.kind != "crossover"))
    parts = build(old)
    assert [type(part) for part in parts] == [Verdict, Table, Remarks, Facts]
    assert len(verdict(parts).sentences) == 1


def test_one_combination_has_no_matrix_and_its_crossover_in_the_verdict() -> None:
    parts = build(matrix({"": {"0ms": ROW["0ms"], "20ms": ROW["20ms"]}}, COSTS))
    assert [part.title for part in parts if isinstance(part, Table)] == [
        "job.parse_cost 0ms, 8 in flight, 1 to 5 rounds",
        "job.parse_cost 20ms, 8 in flight, 1 to 5 rounds",
    ]
    assert "processes begin to beat threads" in " ".join(verdict(parts).sentences)


def test_reasons_are_listed_once_with_how_many_cells_they_concern() -> None:
    broken = {("20ms", cost, "threads"): f"late by {i}.5 ms; lower in_flight" for i, cost in enumerate(COSTS)}
    broken |= {("0ms", "0ms", "asyncio"): "another reason"}
    broken |= {("0ms", cost, "processes"): "the same reason" for cost in COSTS}
    assert set(remarks(build(usual(broken=broken))).cautions) == {
        "4 cells invalid: late by 0.5 ms; lower in_flight (this one: threads, 20ms, 0ms)",
        "asyncio, 0ms, 0ms: invalid: another reason",
        "4 cells invalid: the same reason",
    }


def test_rounds_done_again_are_told_where_the_tables_are_left_out() -> None:
    found = usual()
    cell = found.cells[1]
    again = replace(cell.repetitions[0], status="discarded", disturbed=True)
    cells = (found.cells[0], replace(cell, repetitions=(again, *cell.repetitions[1:])), *found.cells[2:])
    cautions = remarks(build(replace(found, cells=cells))).cautions
    assert "disturbed from outside and done again: round 1" in cautions
    assert any("close what else runs" in caution for caution in cautions)


@pytest.mark.parametrize("width", [80, 60, 200, 40])
def test_no_line_is_wider_than_the_terminal_and_no_cell_is_cut(width: int) -> None:
    parts = build(usual(broken={("0ms", "0ms", "threads"): "a reason"}))
    text = rendered(parts, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    bare = squeezed(text)
    for part in parts:
        if isinstance(part, Table):
            words = [line for row in part.rows for cell in row for line in cell.split("\n")]
            assert all(squeezed(word) in bare for word in words)
        if isinstance(part, Remarks):
            assert all(squeezed(words) in bare for words in (part.hint, *part.cautions))


def test_a_matrix_of_six_costs_fits_eighty_columns_in_one_piece() -> None:
    costs = {f"{n}ms": n / 1e3 for n in (0, 1, 2, 5, 10, 20)}
    found = matrix(dict.fromkeys(LATENCIES, dict.fromkeys(costs, ROW["20ms"])), costs)
    text = rendered([table(build(found), "Who is fastest")], 80)
    assert sum(line.startswith("server.latency") for line in text.splitlines()) == 1
