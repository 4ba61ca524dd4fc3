"""Which cells are watched when all is measured, and what is said where nothing can be seen."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from simulator.analysis.timeline import SKIP
from simulator.experiment import turns
from simulator.experiment.turns import ALL, FOR_THE_PAGE, NotSeenError, choose, expected_s, watched
from simulator.result.observation import Broken, Observed
from simulator.runner import family
from simulator.runner.repetition import Workers
from simulator.scenario.cells import Cell, expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_text
from tests.simulator.analysis.builders import observed, repetition

NAMES = ["threads", "asyncio", "processes"]
LEVELS = [f"{n}ms" for n in range(20)]


def cells(tmp_path: Path, **changes: object) -> tuple[Cell, ...]:
    text = tiny_text(strategies=NAMES, **changes)
    return expand(load_text(text, "tiny.yaml", tmp_path), 2)


def named(chosen: tuple[Cell, ...]) -> list[str]:
    return [f"{cell.factors['strategy']} {cell.factors.get('server.latency', '')}".strip() for cell in chosen]


def test_strategies_with_several_jobs_in_flight_are_watched_where_they_are_valid(tmp_path: Path) -> None:
    every = cells(tmp_path)
    valid = [cell.id for cell in every if cell.factors["strategy"] != "asyncio"]
    choice = choose(every, valid, ALL)
    assert named(choice.cells) == ["threads", "processes"]
    assert choice.left_out == 0


def test_of_many_combinations_whole_ones_are_watched_from_the_first_to_the_last(tmp_path: Path) -> None:
    every = cells(tmp_path, vary={"server.latency": LEVELS})
    choice = choose(every, [cell.id for cell in every], 10)
    assert named(choice.cells) == [f"{name} {level}" for level in ("0ms", "10ms", "19ms") for name in NAMES]
    assert choice.left_out == 51


def test_for_the_page_a_few_are(tmp_path: Path) -> None:
    every = cells(tmp_path, vary={"server.latency": LEVELS})
    choice = choose(every, [cell.id for cell in every], FOR_THE_PAGE)
    assert named(choice.cells) == [f"{name} {level}" for level in ("0ms", "19ms") for name in NAMES]


def test_more_strategies_than_may_be_watched_are_cut(tmp_path: Path) -> None:
    every = cells(tmp_path)
    assert named(choose(every, [cell.id for cell in every], 2).cells) == ["threads", "asyncio"]


def test_one_job_in_flight_is_not_watched(tmp_path: Path) -> None:
    every = cells(tmp_path, in_flight=1)
    assert choose(every, [cell.id for cell in every], ALL).cells == ()


def test_a_window_is_expected_to_be_as_long_as_the_valid_ones_were() -> None:
    done = [repetition("c", 0, 50.0), repetition("c", 1, 25.0), repetition("c", 2, 20.0)]
    done.append(repetition("c", 3, 1.0, status="invalid"))
    assert expected_s(done) == 4.0


Run = Callable[[Callable[[Workers], AbstractContextManager[object]]], Observed | Broken]


def raises(error: OSError) -> Run:
    def run(_: object) -> Observed:
        raise error

    return run


def without_workers(watching: Callable[[Workers], AbstractContextManager[object]]) -> Observed:
    with watching({}):
        return observed()


@pytest.mark.skipif(not family.READABLE, reason="threads are looked at in Linux's /proc")
@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda _: Broken("c", -1, "", "failed", "the driver crashed", ""), "the driver crashed"),
        (raises(FileNotFoundError(2, "No such file")), "or its threads not be looked at: .*No such file"),
        (without_workers, "does not tell the ids of its threads"),
    ],
)
def test_where_nothing_can_be_seen_it_is_said_why(run: Run, words: str) -> None:
    with pytest.raises(NotSeenError, match=words):
        watched(1.0, run)


@pytest.mark.skipif(not family.READABLE, reason="threads are looked at in Linux's /proc")
def test_the_stretch_lies_behind_the_ramp(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[float] = []

    class Seen(Exception):  # noqa: N818 - ends the test
        pass

    def watcher(_: Workers, *, after_s: float, for_s: float) -> None:
        begun.append(after_s)
        raise Seen(for_s)

    def run(watching: Callable[[Workers], AbstractContextManager[object]]) -> Observed:
        watching({0: (1, 1)})
        raise AssertionError

    monkeypatch.setattr(turns, "Watcher", watcher)
    for ramp_s in (0.0, 5.0):
        with pytest.raises(Seen):
            watched(1.0, run, ramp_s)
    assert begun == [SKIP, 5.0 + SKIP]
