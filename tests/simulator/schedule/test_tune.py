from collections.abc import Callable
from dataclasses import replace
from math import exp
from random import Random

import pytest

from simulator.measures.registry import RANKING
from simulator.result.repetition import Repetition
from simulator.schedule import Allowance, Next
from simulator.schedule.reason import Reason
from simulator.schedule.tune import Candidate, Tune
from simulator.stats.percentiles import Percentiles
from tests.simulator.analysis.builders import repetition
from tests.simulator.schedule.played import Make, play

LEVELS = (1, 2, 4, 8, 16, 32)
Rate = Callable[[int], float]


def waiting(n: int) -> float:
    return n / 0.05 * (0.98 if n > 16 else 1.0)


def serial(n: int) -> float:
    return min(n / 0.05, 48 / (1 + 0.002 * n))


def parallel(n: int) -> float:
    return min(n / 0.052, 95 / (1 + 0.005 * n))


SETTINGS: dict[str, dict[str, Rate]] = {
    "waiting": {
        "threads": waiting,
        "asyncio": lambda n: 1.02 * waiting(n),
        "processes": lambda n: 0.93 * waiting(n),
    },
    "mixed": {"threads": serial, "asyncio": lambda n: 0.97 * serial(n), "processes": parallel},
    "computing": {
        "threads": lambda _n: 45.0,
        "asyncio": lambda _n: 46.0,
        "processes": lambda n: 46.0 * min(n, 2),
    },
}


def search(rates: dict[str, Rate], goal: str = "throughput", **options: object) -> Tune:
    candidates = [Candidate(f"{s} {n}", s, n, f"{s} {n}") for s in rates for n in LEVELS]
    candidates.append(Candidate("sequential 1", "sequential", 1, "sequential"))
    most = int(0.35 * len(candidates) * 5)
    return Tune(candidates, RANKING[goal], most=most, seed=1, **options)  # type: ignore[arg-type]


def machine(rates: dict[str, Rate], seed: int, sigma: float = 0.02) -> Make:
    """Measure a cell on a machine whose speed drifts, and which is disturbed now and then."""
    random = Random(seed)  # noqa: S311 - noise, not a secret
    drift: dict[int, float] = {}

    def make(following: Next, _done: list[Repetition]) -> Repetition:
        strategy, n = following.cell_id.split()
        rate = rates[strategy](int(n)) if strategy in rates else min(r(1) for r in rates.values())
        shared = drift.setdefault(following.round, exp(random.gauss(0, 0.15)))
        disturbed = random.random() < 0.1
        rate *= shared * exp(random.gauss(0, sigma)) * (random.uniform(0.6, 1.0) if disturbed else 1.0)
        made = repetition(following.cell_id, following.round, rate, disturbed=disturbed)
        return replace(made, took_s=1.5)

    return make


def chosen(schedule: Tune, done: list[Repetition]) -> str:
    return schedule._known(done).leader


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_choice_is_within_5_percent_of_the_best_for_a_third_of_the_repetitions(setting: str) -> None:
    rates = SETTINGS[setting]
    best = max(rate(n) for rate in rates.values() for n in LEVELS)
    good = 0
    for seed in range(40):
        schedule = search(rates)
        done = play(schedule, machine(rates, seed))
        strategy, n = chosen(schedule, done).split()
        good += strategy in rates and rates[strategy](int(n)) >= 0.95 * best
        assert len(done) <= 0.35 * 19 * 5
    assert good >= 38


def test_lines_that_are_far_behind_are_not_climbed_and_the_winner_is_raced() -> None:
    rates = SETTINGS["computing"]
    done = play(search(rates), machine(rates, 3, sigma=0.005))
    tried = {r.cell_id for r in done}
    assert sum(cell.startswith("threads") for cell in tried) == 2, "its greatest and its middle in_flight"
    assert sum(cell.startswith("processes") for cell in tried) > 2


def test_it_ends_early_when_nothing_is_left_to_decide() -> None:
    rates: dict[str, Rate] = {"threads": lambda n: 10.0 * n, "processes": lambda n: 1.0 * n}
    done = play(search(rates), machine(rates, 0, sigma=0.001))
    assert len(done) < 20


def test_a_goal_but_throughput_keeps_nine_tenths_of_the_best_throughput() -> None:
    def make(following: Next, _done: list[Repetition]) -> Repetition:
        strategy, text = following.cell_id.split()
        n = int(text)
        rate = min(20.0 * n, 160.0) if strategy != "sequential" else 20.0
        memory = {"threads": 20, "processes": 20 * n, "asyncio": 30, "sequential": 15}[strategy] * 1_000_000
        tail = Percentiles(n / rate, None, None, 1.3 * n / rate, None, None)
        return repetition(
            following.cell_id,
            following.round,
            rate,
            memory_bytes=memory,
            response_time_s=tail,
            cpu_per_page_s=0.01,
        )

    rates: dict[str, Rate] = dict.fromkeys(("threads", "asyncio", "processes"), waiting)
    for goal, expected in (
        ("memory", {"threads 8", "threads 16", "threads 32"}),
        ("p99", {"threads 8", "asyncio 8", "processes 8"}),
    ):
        schedule = search(rates, goal)
        assert chosen(schedule, play(schedule, make)) in expected


def test_a_cell_that_is_invalid_is_given_up_after_two_tries() -> None:
    rates = SETTINGS["waiting"]
    measure = machine(rates, 0)

    def make(following: Next, done: list[Repetition]) -> Repetition:
        made = measure(following, done)
        return replace(made, status="invalid") if following.cell_id == "asyncio 32" else made

    schedule = search(rates)
    done = play(schedule, make)
    assert sum(r.cell_id == "asyncio 32" for r in done) == 2
    assert chosen(schedule, done) != "asyncio 32"


def test_time_ends_it_too() -> None:
    rates = SETTINGS["waiting"]
    candidates = {f"{s} {n}": 1.5 for s in rates for n in LEVELS} | {"sequential 1": 1.5}
    done = play(search(rates, allowance=Allowance(21.0, candidates)), machine(rates, 0))
    assert sum(r.took_s or 0 for r in done) <= 21.0


def test_it_says_what_it_is_doing() -> None:
    rates = SETTINGS["mixed"]
    reasons: list[Reason | None] = []
    make = machine(rates, 1)

    def note(following: Next, done: list[Repetition]) -> Repetition:
        reasons.append(following.why)
        return make(following, done)

    play(search(rates), note)
    stages = list(dict.fromkeys(reason.kind for reason in reasons if reason is not None))
    assert stages == ["scouting", "climbing", "racing"]


def test_nothing_valid_at_all_ends_it() -> None:
    def make(following: Next, _done: list[Repetition]) -> Repetition:
        return repetition(following.cell_id, following.round, None, status="failed")

    assert 0 < len(play(search(SETTINGS["mixed"]), make)) < 10
