import pytest

from simulator.probe.measure import deal


@pytest.mark.parametrize(
    ("cost_s", "cores", "levels", "calls"),
    [
        (0.01, 2, (2, 4), 28),  # the least multiple of 4 in which one thread is busy for 0.25 s
        (0.3, 2, (2, 4), 8),  # two whole calls for each thread
        (0.3, 16, (2, 4), 8),  # 8 threads would need 4.8 s
        (0.001, 16, (2, 4, 8, 16, 32), 256),
        (5.0, 2, (2,), 2),
        (0.01, 1, (2,), 26),
    ],
)
def test_every_number_of_threads_gets_the_same_calls_and_each_thread_whole_ones(
    cost_s: float, cores: int, levels: tuple[int, ...], calls: int
) -> None:
    dealing = deal(cost_s, cores, 0.25)
    assert (dealing.levels, dealing.calls) == (levels, calls)
    assert calls % max(levels) == 0
