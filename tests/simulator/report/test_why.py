from simulator.report.build import build
from simulator.report.parts import Table, Timeline
from tests.simulator.analysis.builders import document, known_attribution

RATES = {"sequential": [10.0, 10.0, 10.0], "threads": [20.0, 20.0, 20.0]}


def told(explain: bool) -> list[object]:  # noqa: FBT001 - a test
    made = document(RATES, threads={"attribution": known_attribution(stall_parse=0.71)})
    return list(build(made, explain=explain))


def test_why_is_shown_when_asked_for() -> None:
    assert not [part for part in told(explain=False) if isinstance(part, Timeline)]
    parts = told(explain=True)
    workers = next(p for p in parts if isinstance(p, Table) and p.title.endswith("workers' time went"))
    assert [column.name for column in workers.columns][7] == "in parse"
    (row,) = workers.rows
    assert row[0] == "threads (8)"
    assert row[7] == "71.0"
    assert workers.notes == (
        "sequential: not known, because a thread's times or the server's stamps cannot be read there",
    )
    (picture,) = [part for part in parts if isinstance(part, Timeline)]
    assert [stretch.title.split(",")[0] for stretch in picture.stretches] == ["sequential", "threads"]
    assert "71% stalled" in picture.stretches[1].title
