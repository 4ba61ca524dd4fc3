"""What the exit code of a run says, from its document alone."""

import pytest

from simulator.cli import exits
from simulator.cli.run import verdict_of
from simulator.judging.document import conclude
from simulator.result.document import ResultDocument, from_json, to_json
from simulator.result.repetition import RepetitionStatus
from tests.simulator.analysis.builders import planned, repetition, run

OF_THREADS, OF_BOTH, OF_ASYNCIO = (
    "throughput(threads) > 1/s",
    "speedup(threads) > 1",
    "throughput(asyncio) > 1/s",
)


def ran(states: dict[str, RepetitionStatus], *expect: str) -> ResultDocument:
    rates = {"sequential": 20.0, "threads": 100.0, "asyncio": 99.0}
    cells = [planned(name) for name in states]
    made = [
        repetition(name, round_, rates[name] + round_ / 10, status=status)
        for name, status in states.items()
        for round_ in range(3)
    ]
    return conclude(run(cells, made, scenario={"expect": list(expect)}))


@pytest.mark.parametrize(
    ("states", "expect", "code"),
    [
        (("ok", "ok", "ok"), [OF_THREADS, OF_BOTH, OF_ASYNCIO], exits.OK),
        (("ok", "invalid", "ok"), [], exits.OK),
        (("ok", "invalid", "ok"), [OF_ASYNCIO], exits.OK),
        (("ok", "invalid", "ok"), [OF_THREADS], exits.UNDECIDED),
        (("ok", "invalid", "ok"), [OF_ASYNCIO, OF_THREADS], exits.UNDECIDED),
        (("ok", "invalid", "ok"), [OF_THREADS, "throughput(asyncio) < 1/s"], exits.NOT_HELD),
        (("ok", "invalid", "failed"), [OF_THREADS], exits.FAILED),
        (("invalid", "ok", "ok"), [], exits.NOTHING_VALID),
        (("invalid", "ok", "ok"), [OF_BOTH], exits.UNDECIDED),
        (("failed", "ok", "ok"), [], exits.FAILED),
        (("unsupported", "ok", "ok"), [], exits.OK),
        (("ok", "unsupported", "ok"), [OF_THREADS], exits.OK),
        (("invalid", "invalid", "invalid"), [], exits.NOTHING_VALID),
    ],
)
def test_a_claim_of_an_invalid_cell_and_a_baseline_that_is_none_are_no_success(
    states: tuple[RepetitionStatus, ...], expect: list[str], code: int
) -> None:
    made = ran(dict(zip(("sequential", "threads", "asyncio"), states, strict=True)), *expect)
    assert verdict_of(made) == code
    assert verdict_of(from_json(to_json(made))) == code, "also of a document that was read"
