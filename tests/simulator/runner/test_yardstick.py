import pytest

from simulator.runner import yardstick
from simulator.runner.yardstick import LEAST_BYTES, spin_s, stream_bytes, stream_s


@pytest.mark.parametrize(
    ("cache", "memory", "size"),
    [
        (32 * 2**20, 16 * 2**30, int(1.25 * 32 * 2**20)),
        (2**20, 16 * 2**30, LEAST_BYTES),
        (260 * 2**20, 4 * 2**30, None),  # a small part of a large machine
        (260 * 2**20, 64 * 2**30, None),  # whoever measures stays small
        (None, 16 * 2**30, None),
        (2**20, None, None),
    ],
)
def test_the_array_is_larger_than_the_last_level_cache_and_a_small_part_of_memory(
    cache: int | None, memory: int | None, size: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yardstick, "BEYOND_CACHE", 1.25)
    assert stream_bytes(cache, memory) == size
    assert size is None or cache is None or size > cache


def test_a_slice_that_another_program_cuts_into_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    slices = iter([0.004, 0.02, 0.0041, 0.0039, 0.03])
    monkeypatch.setattr(yardstick, "_timed", lambda _: next(slices))
    monkeypatch.setattr(yardstick, "SPIN_SLICES", 5)
    assert spin_s() == 0.0041


def test_what_is_told_of_memory_is_for_1_gb_whatever_the_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardstick, "_timed", lambda _: 0.002)
    monkeypatch.setattr(yardstick, "last_level_cache_bytes", lambda: 2**20)
    monkeypatch.setattr(yardstick, "memory_limit_bytes", lambda: 2**34)
    assert stream_s() == pytest.approx(0.002 * 1e9 / LEAST_BYTES)
    monkeypatch.setattr(yardstick, "memory_limit_bytes", lambda: 2**20)
    assert stream_s() is None
