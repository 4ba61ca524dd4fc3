"""What requests that hang hold, from cells of which that is known."""

from dataclasses import replace

from simulator.analysis.findings.hung_slots import hung_slots
from simulator.report.sentences.registry import sentence
from simulator.result.document import CellResult
from tests.simulator.analysis.builders import document

SCOPE = {"in_flight": "16"}


def cell(name: str, in_flight: int, memory_bytes: int | None, hung: float | None) -> CellResult:
    (made,) = document({name: [100.0] * 3}).cells
    assert made.server is not None
    return replace(
        made, in_flight=in_flight, memory_bytes=memory_bytes, server=replace(made.server, hung=hung)
    )


BASE = cell("sequential", 1, 20_000_000, 0.14)
THREADS = cell("threads", 16, 26_000_000, 0.0857)
PROCESSES = cell("processes", 16, 222_500_000, 0.06)
LOOP = cell("asyncio", 16, 34_000_000, 0.12)


def test_they_hold_slots_alike_and_a_slot_more_has_its_price() -> None:
    (found,) = hung_slots(SCOPE, BASE, [THREADS, LOOP, PROCESSES])
    assert sentence(found) == (
        "Requests that hang take 12 % of the jobs' time in flight with asyncio: 1.92 of 16 slots, which do nothing else"
        " until a time-out. To fill them, a slot more holds 400 kB as a thread and 13.5 MB as a process."
    )


def test_a_price_takes_what_the_baseline_holds() -> None:
    (found,) = hung_slots(SCOPE, None, [LOOP, THREADS])
    assert sentence(found).endswith("which do nothing else until a time-out.")
    assert hung_slots(SCOPE, replace(BASE, memory_bytes=None), [THREADS])[0].prices == ()


def test_what_is_little_or_not_known_is_not_worth_a_word() -> None:
    assert hung_slots(SCOPE, BASE, [cell("threads", 16, 1, 0.01)]) == []
    assert hung_slots(SCOPE, BASE, [cell("threads", 16, 1, None), cell("processes", 16, 1, 0.0)]) == []
