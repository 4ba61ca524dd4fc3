from simulator.analysis.summary import summarise
from simulator.result.calibration import Calibration
from simulator.result.measured import measured_of
from simulator.result.samples import Samples
from tests.simulator.analysis.builders import planned, repetition, run


def test_a_run_and_its_document_give_the_same() -> None:
    stored = run(
        [planned("sequential"), planned("threads"), planned("asyncio", unsupported="no loop")],
        [repetition(cell, round_, 50.0) for round_ in range(3) for cell in ("sequential", "threads")],
        calibrations={"threads": {"repeats": 3}},
    )
    found = measured_of(stored)
    assert found == measured_of(summarise(stored))
    assert [len(cell.repetitions) for cell in found.cells] == [3, 3, 0]
    assert found.cells[2].unsupported == "no loop"
    assert found.cells[1].calibration == Calibration(repeats=3)
    assert found.name == "shop"


def test_raw_samples_are_not_read() -> None:
    def refuse(_cell: str, _round: int) -> Samples | None:
        raise AssertionError("samples were read")

    stored = run([planned("threads")], [repetition("threads", 0)], kept=refuse)
    assert len(measured_of(stored).cells[0].repetitions) == 1
