"""A prediction as a person reads it."""

from dataclasses import replace

from simulator.analysis.foreseeing import foreseen
from simulator.analysis.summary import summarise
from simulator.report.view.parts import Table, Verdict
from simulator.report.view.predicted.build import build_prediction
from simulator.result.prediction import PredictedArrivals
from simulator.result.predictions import Check, Checked, CheckedResponse, Gain, PredictionDocument, WhatIf
from simulator.stats.intervals import Interval
from tests.simulator.analysis.builders import planned, run
from tests.simulator.analysis.predictions import band, with_predictions

RATES = {"sequential": 10.0, "threads": 40.0, "asyncio": 41.0, "processes": 80.0}


def predicted(levels: tuple[str, ...] = ("",)) -> PredictionDocument:
    cells = [
        planned(name, levels={"server.latency": level} if level else None)
        for level in levels
        for name in RATES
    ]
    rates = {cell.id: RATES[str(cell.factors["strategy"])] for cell in cells}
    return foreseen(with_predictions(summarise(run(cells, [])), rates), {})


def gain(strategy: str, ratio: float | None, most: int | None = None) -> Gain:
    if ratio is None:
        return Gain(strategy, None, None, None, None, None, None, None, "1,000 processes are too many")
    per_s = RATES[strategy] * ratio
    return Gain(strategy, 8, per_s, ratio, "cores", most or 8, per_s * 2, ratio * 2, None)


CHANGE = WhatIf(
    "32 cores",
    {"in_flight": "8"},
    "processes",
    "threads",
    4.0,
    (gain("sequential", 1.0), gain("threads", 1.0), gain("asyncio", None), gain("processes", 2.0, 64)),
)


def verdict(document: PredictionDocument) -> Verdict:
    return next(part for part in build_prediction(document) if isinstance(part, Verdict))


def tables(document: PredictionDocument, *, all_tables: bool = False) -> list[Table]:
    return [part for part in build_prediction(document, all_tables=all_tables) if isinstance(part, Table)]


def test_whom_to_take_comes_first_and_is_marked_as_predicted() -> None:
    told = verdict(predicted())
    assert told.title == "shop: predicted from one job alone, not measured"
    assert told.sentences[0].startswith(
        "Predicted: take processes: they do 1.95 times what asyncio does, the next. Processes would do 80 pages/s,"
    )


def test_the_table_has_bands_and_bounds() -> None:
    (table,) = tables(predicted())
    assert table.title == "8 in flight: predicted"
    assert [column.name for column in table.columns][:6] == [
        "strategy",
        "verdict",
        "pages",
        "90 %",
        "at most",
        "by",
    ]
    assert table.rows[3] == ("processes", "take", "80", "72.7–88", "96", "the GIL", "100", "150", "–", "1")


def test_many_combinations_are_a_line_each() -> None:
    document = predicted(tuple(f"{ms}ms" for ms in range(7)))
    assert verdict(document).sentences == ("Predicted: of 7 combinations, take processes in 7.",)
    (table,) = tables(document)
    assert table.rows[1] == ("server.latency 1ms", "processes", "–", "80", "72.7–88", "the GIL")
    assert len(tables(document, all_tables=True)) == 7


def test_a_change_is_a_line_and_a_row() -> None:
    document = replace(predicted(), changes=(CHANGE,))
    assert verdict(document).sentences[1] == (
        "With 32 cores take processes instead of threads: 4.00 × with 8 in flight; sequential 1.000 ×, threads 1.000 ×;"
        " most is done by processes with 64 in flight, 320 pages/s, 4.00 × the most without."
    )
    _, table = tables(document)
    assert table.rows == (
        ("32 cores", "processes", "1.000\n2.00 @8", "1.000\n2.00 @8", "–", "2.00\n4.00 @64"),
    )
    assert table.notes == ("asyncio with 32 cores: 1,000 processes are too many",)


def test_changes_of_many_combinations_are_told_together() -> None:
    levels = tuple(f"{ms}ms" for ms in range(7))
    document = predicted(levels)
    changes = tuple(
        replace(CHANGE, levels={"server.latency": level, "in_flight": 8}, ratio=1.0 + index)
        for index, level in enumerate(levels)
    )
    told = verdict(replace(document, changes=changes)).sentences
    assert told[1] == (
        "With 32 cores whom to take does 1.000 to 7.00 × in 7 combinations; it is another in 7 of them."
    )


COMES = PredictedArrivals(200, 50.0, 199, 4, 0, 0.002, keeps_up=True, surely=True)


def coming() -> PredictionDocument:
    """Return a prediction of jobs that come by themselves, with which threads fall behind."""
    made = with_predictions(summarise(run([planned(name) for name in RATES], [])), RATES)
    ways = {
        "threads": replace(COMES, completed=120, backlog_max=80, backlog_end=78, keeps_up=False),
        "asyncio": replace(COMES, surely=False),
    }
    cells = [
        replace(
            cell,
            predicted=replace(cell.predicted, arrivals=ways.get(cell.id, COMES), response_p99_s=band(0.1)),
        )
        for cell in made.cells
        if cell.predicted is not None
    ]
    return foreseen(replace(made, cells=tuple(cells)), {})


def test_of_jobs_that_come_by_themselves_it_is_shown_who_keeps_up_with_the_bands_of_response_times() -> None:
    table = tables(coming())[1]
    assert table.title == "8 in flight: jobs come by themselves"
    assert [row[0:6] for row in table.rows] == [
        ("sequential", "50", "10", "2", "4", "yes"),
        ("threads", "50", "40", "2", "80", "no"),
        ("asyncio", "50", "41", "2", "4", "cannot\ntell"),
        ("processes", "50", "80", "2", "4", "yes"),
    ]
    assert table.rows[3][-1] == "90.9–110"


def open_gain(strategy: str, p99_s: float, ratio: float, *, keeps_up: bool | None) -> Gain:
    return replace(gain(strategy, 1.0), keeps_up=keeps_up, p99_s=p99_s, p99_ratio=ratio)


def test_a_change_to_jobs_that_come_by_themselves_tells_how_long_they_take() -> None:
    gains = (
        open_gain("sequential", 3.0, 0.9, keeps_up=False),
        open_gain("threads", 0.05, 0.5, keeps_up=True),
        open_gain("asyncio", 0.06, 0.6, keeps_up=True),
        open_gain("processes", 0.07, 0.7, keeps_up=True),
    )
    change = replace(
        CHANGE, change="parse × 0.5", take="threads", instead_of="processes", gains=gains, p99_ratio=0.5
    )
    nobody = replace(change, change="parse × 9", take=None, p99_ratio=None)
    fresh = replace(change, change="no GIL", instead_of=None, p99_ratio=None)
    document = replace(coming(), changes=(change, nobody, fresh))
    told = verdict(document).sentences
    most = "most is done by processes with 8 in flight, 160 pages/s, 2.00 × the most without."
    assert told[-3:] == (
        (
            "With parse × 0.5 take threads instead of processes: p99 50 ms, 0.50 × as long; asyncio 60 ms,"
            f" processes 70 ms; sequential falls behind; {most}"
        ),
        f"With parse × 9 nobody keeps up; {most}",
        (
            "With no GIL take threads: p99 50 ms, nobody surely keeps up without; asyncio 60 ms, processes 70 ms;"
            f" sequential falls behind; {most}"
        ),
    )
    table = tables(document)[2]
    assert table.rows[0][2:4] == ("behind\n2.00 @8", "0.50\n2.00 @8")


def test_changes_to_jobs_that_come_by_themselves_are_counted_over_many_combinations() -> None:
    gains = (open_gain("threads", 0.05, 0.5, keeps_up=False),)
    changes = [
        replace(CHANGE, levels={"server.latency": f"{ms}ms", "in_flight": 8}, take=take, gains=gains)
        for ms, take in enumerate(("threads", "threads", None, None, "threads", None, None))
    ]
    told = verdict(replace(predicted(tuple(f"{ms}ms" for ms in range(7))), changes=tuple(changes))).sentences
    assert told[1] == "With 32 cores somebody keeps up in 3 of 7 combinations."


def test_who_may_keep_up_is_not_said_to_fall_behind() -> None:
    may = replace(open_gain("asyncio", 0.06, 0.6, keeps_up=None), p99_s=None, p99_ratio=None)
    gains = (open_gain("threads", 0.05, 0.5, keeps_up=True), may)
    surely = replace(CHANGE, take="threads", instead_of=None, gains=gains)
    nobody = replace(surely, take=None, gains=(open_gain("threads", 0.05, 0.5, keeps_up=False), may))
    told = verdict(replace(coming(), changes=(surely, replace(nobody, change="8 cores")))).sentences
    assert "nobody surely keeps up without; of asyncio it cannot be told; most is" in told[-2]
    assert told[-1].startswith("With 8 cores it cannot be told who keeps up; most is")
    assert tables(replace(coming(), changes=(surely,)))[2].rows[0][3] == "cannot tell\n2.00 @8"
    levels = [f"{ms}ms" for ms in range(7)]
    changes = tuple(replace(nobody, levels={"server.latency": ms, "in_flight": 8}) for ms in levels)
    told = verdict(replace(predicted(tuple(levels)), changes=changes)).sentences
    assert told[1] == "With 32 cores somebody keeps up in 0 of 7 combinations; in 7 it cannot be told."


CHECKED = Checked(
    id="processes",
    strategy="processes",
    levels={"in_flight": "8"},
    predicted_per_s=band(80.0),
    measured_per_s=Interval(88.0, 85.0, 90.0),
    of_predicted=1.1,
    inside=False,
    warnings=("1 of 3 repetitions disturbed",),
    reason=None,
)


def test_what_was_measured_stands_beside_what_was_predicted() -> None:
    document = replace(predicted(), check=Check("abcd", 4, (CHECKED,), 0.1))
    _, table = tables(document)
    assert table.rows == (("processes, 8 in flight", "80", "72.7–88", "88", "1.10", "no"),)
    assert table.notes == ("processes: 1 of 3 repetitions disturbed",)
    assert verdict(document).sentences[-1] == (
        "Checked: 1 of 4 cells measured (run abcd); the median error is 10 %, and 0 of 1 lie inside the band."
    )


def test_a_check_that_gave_no_number_says_why() -> None:
    broken = replace(CHECKED, measured_per_s=None, of_predicted=None, inside=None, reason="too short")
    document = replace(predicted(), check=Check("abcd", 4, (broken,), None))
    _, table = tables(document)
    assert table.rows[0][3:] == ("–", "–", "–")
    assert table.notes == ("processes: too short",)
    assert verdict(document).sentences[-1] == "Checked: none of 1 cell gave a valid number."


def test_of_jobs_that_come_by_themselves_a_response_time_is_checked_as_well() -> None:
    seen = CheckedResponse("p95", band(0.1), 0.12, 1.2, inside=False)
    document = replace(predicted(), check=Check("abcd", 4, (replace(CHECKED, response=seen),), 0.1))
    table = tables(document)[-1]
    assert table.title == "Response times beside predicted: jobs come by themselves"
    assert table.rows == (("processes, 8 in flight", "p95", "100", "90.9–110", "120", "1.20", "no"),)
