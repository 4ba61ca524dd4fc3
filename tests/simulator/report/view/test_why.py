from dataclasses import replace

from simulator.report.view.build import build
from simulator.report.view.parts import Table, Timeline
from simulator.result.attribution import JobTime, Lane, Watch
from simulator.result.attribution import Timeline as Measured
from tests.simulator.analysis.builders import document, known_attribution

RATES = {"sequential": [10.0, 10.0, 10.0], "threads": [20.0, 20.0, 20.0]}


def told(explain: bool) -> list[object]:  # noqa: FBT001 - a test
    made = document(RATES, threads={"attribution": known_attribution(stall_parse=0.71)})
    return list(build(made, explain=explain))


def test_why_is_shown_when_asked_for() -> None:
    assert not [part for part in told(explain=False) if isinstance(part, Timeline)]
    parts = told(explain=True)
    workers = next(
        p for p in parts if isinstance(p, Table) and p.title.endswith("workers' time went, 3 rounds")
    )
    assert [column.name for column in workers.columns][7] == "in parse"
    (row,) = workers.rows
    assert row[0] == "threads (8)"
    assert row[7] == "71"
    assert workers.notes == (
        "sequential: not known, because a thread's times or the server's stamps cannot be read there",
    )
    (picture,) = [part for part in parts if isinstance(part, Timeline)]
    assert [stretch.title.split(",")[0] for stretch in picture.stretches] == ["sequential", "threads"]
    assert "71 % stalled" in picture.stretches[1].title


def test_what_was_watched_is_drawn_instead_and_no_more_than_turns_can_be_seen_in() -> None:
    made = document(RATES, threads={"attribution": known_attribution(stall_parse=0.71)})
    lanes = (
        Lane("worker 1", (), (), (0, 100_000, 50_000, 200_000, 400_000, 100_000), (0, 200_000)),
        Lane("worker 2", (310_000, 320_000), (), (), (150_000, 400_000)),
    )
    seen = Measured(-1, 500_000, lanes, 0, Watch(500, 2, 2, (), 0.05))
    cells = tuple(replace(cell, turns=None if cell.baseline_id is None else seen) for cell in made.cells)
    (picture,) = [p for p in build(replace(made, cells=cells), explain=True) if isinstance(p, Timeline)]
    first, second = picture.stretches
    assert (first.watched, second.watched) == (False, True)
    assert second.title == "threads, 300 ms, watched: one ran for 70 % of the time, several at once for 10 %"
    assert second.width_us == 300_000
    assert second.lanes[0].parse_us == (0, 100_000, 50_000, 200_000, 300_000, 50_000)
    assert second.lanes[1].turns_us == (150_000, 300_000)
    assert second.lanes[1].network_us == ()


def test_the_way_shows_the_servers_queue_where_there_is_one() -> None:
    way = JobTime(0.001, 0.160, 0.001, 0.0, 0.002, 0.0)
    for queue_s, expected in (
        (None, ["to server", "network", "resume"]),
        (0.14, ["network", "server queue", "resume"]),
    ):
        made = document(RATES, threads={"job_time": way, "server_queue_s": queue_s})
        (table,) = [
            p for p in build(made, explain=True) if isinstance(p, Table) and "the way of a job" in p.title
        ]
        names = [column.name for column in table.columns]
        assert names[names.index(expected[0]) :][:3] == expected
        if queue_s is not None:
            assert table.rows[0][names.index("server queue")] == "140"


def test_what_handing_tasks_over_takes_is_shown_of_clusters_alone() -> None:
    taken = {"task_hand_over_s": 0.02, "hand_over_s": 0.002, "hand_over_share": 0.1, "done_again": 3}

    def tables(**changes: object) -> list[Table]:
        parts = build(document(RATES, threads=changes), explain=True)
        return [p for p in parts if isinstance(p, Table) and "handing tasks over" in p.title]

    assert tables() == []
    (table,) = tables(**taken)
    assert [column.name for column in table.columns] == [
        *("strategy", "cluster", "a task", "a page", "there", "share", "again")
    ]
    (row,) = table.rows
    assert row == ("threads", "–", "20", "2", "–", "10", "3")
