"""What the harness keeps is taken off what the job held."""

from dataclasses import replace

from simulator.result.observation import Snapshot
from simulator.runner.observe import Resident, without_records

MB = 1_000_000
PARKED = Snapshot(
    at_ns=0,
    driver=None,
    workers={},
    server=None,
    runner_cpu_s=0.0,
    machine=None,
    memory_bytes=0,
    processes=1,
)
READY = Resident(pss=24 * MB, now=25 * MB, peak=29 * MB)


def job_bytes(records: int, transient: int = 4 * MB) -> int | None:
    """Return what is said of a process of 26 MB whose parses hold up to 4 MB more, and which has kept so much."""
    held = Resident(
        pss=25 * MB + records,
        now=26 * MB + records,
        peak=26 * MB + records + (transient if records == 0 else 0),
    )
    emptied = Resident(pss=25 * MB, now=26 * MB, peak=held.peak)
    whole = 100 * MB + held.pss + held.peak - held.now  # other processes hold 100 MB
    return without_records(replace(PARKED, memory_bytes=whole), READY, held, emptied).memory_bytes


def test_memory_does_not_grow_with_what_is_kept() -> None:
    few, many = job_bytes(0), job_bytes(400 * MB)
    assert few == 100 * MB + 29 * MB
    assert many == 100 * MB + 28 * MB  # the parses' own peak is the one from before the window


def test_what_cannot_be_read_changes_nothing() -> None:
    parked = replace(PARKED, memory_bytes=5)
    assert without_records(parked, None, READY, READY) is parked
    assert without_records(replace(PARKED, memory_bytes=None), READY, READY, READY).memory_bytes is None
