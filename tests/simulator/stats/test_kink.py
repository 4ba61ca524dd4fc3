"""Worlds whose crossover is known: with a kink, hard or rounded, smooth, always, never; quiet and stolen-from."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log1p

import numpy as np
import pytest

from simulator.stats.kink import Array, Kink, Rates, Stages, fit, stages

MARGIN = 0.03
COSTS_S = tuple(0.0005 * 2**i for i in range(6))
FEW, MANY = 40, 400


def least(a: Array, b: Array, p: float) -> Array:
    small, great = np.minimum(a, b), np.maximum(a, b)
    return np.asarray(small * (1 + (small / great) ** p) ** (-1 / p))


@dataclass(frozen=True)
class World:
    rates: Rates
    ratio: Callable[[Array], Array]
    """Logarithm of how many times faster processes are, over the cost in seconds."""

    @property
    def crossover_s(self) -> float | None:
        """The cost from which on they are by more than the margin."""
        at = np.geomspace(COSTS_S[0], COSTS_S[-1], 20_001)
        above = self.ratio(at) > log1p(MARGIN)
        rises = np.flatnonzero(above[1:] & ~above[:-1])
        return float(at[rises[-1]]) if len(rises) else None


def kinked(random: np.random.Generator, sharpness: float) -> World:
    """Eight in flight: threads do least(8 / (wait + cost), 1 / cost), processes on two cores twice the latter."""
    wait_s = float(random.choice([0.005, 0.02, 0.05]))
    client_s = 0.0001 * float(np.exp(random.normal(0, 0.5)))
    held = float(random.uniform(0.7, 1.1))

    def waiting(cost: Array) -> Array:
        return 8 / (wait_s + cost + client_s)

    def ratio(cost: Array) -> Array:
        cpu = cost + client_s
        faster = least(waiting(cost) / 1.002, 2 / (1.05 * cpu), sharpness)
        return np.log(faster) - np.log(least(waiting(cost), 1 / (held * cpu), sharpness))

    costs = np.array(COSTS_S)
    cpu = costs + client_s
    return World(Rates(COSTS_S, tuple(waiting(costs)), tuple(1 / cpu), tuple(2 / cpu)), ratio)


def other(ratio: Callable[[Array], Array], wait_s: float = 0.01) -> World:
    costs = np.array(COSTS_S)
    return World(Rates(COSTS_S, tuple(8 / (wait_s + costs)), tuple(1 / costs), tuple(2 / costs)), ratio)


def smooth(random: np.random.Generator, _: float) -> World:
    middle, steep = float(random.uniform(0.002, 0.008)), float(random.uniform(0.1, 0.4))
    return other(lambda cost: steep * np.tanh(np.log(cost / middle)) + log1p(MARGIN))


def always(_: np.random.Generator, __: float) -> World:
    return other(lambda cost: 0.2 + 0.1 * np.log(cost / COSTS_S[0]), wait_s=0.0)


def never(_: np.random.Generator, __: float) -> World:
    return other(lambda cost: -0.01 + 0 * cost, wait_s=0.5)


def measured(random: np.random.Generator, world: World, rounds: int, noise: float, *, rough: bool) -> Stages:
    truth = world.ratio(np.array(COSTS_S))
    # Whoever is held up by a lock scatters more.
    spread = noise * (1 + 2 * (truth > 0.05) * rough)
    logs = truth + random.normal(0, 1, (rounds, len(truth))) * spread * 2**0.5
    if rough:
        for sign in (1, -1):
            logs += sign * (random.random(logs.shape) < 0.1) * random.exponential(0.1, logs.shape)
    found = stages(COSTS_S, [list(column) for column in logs.T])
    assert found is not None
    return found


def played(
    build: Callable[[np.random.Generator, float], World], rounds: int, count: int, *, rough: bool = False
) -> tuple[int, int, int]:
    """How many worlds with a crossover inside there were, of how many it was reported, and how often rightly."""
    random = np.random.default_rng(rounds)
    inside = reported = right = 0
    for i in range(count):
        world = build(random, (400.0, 12.0, 5.0)[i % 3])
        truth = world.crossover_s
        if truth is None or not COSTS_S[1] < truth < COSTS_S[-2]:
            continue
        inside += 1
        found = fit(world.rates, measured(random, world, rounds, (0.003, 0.02)[i % 2], rough=rough), MARGIN)
        if found is not None and (found.low_s is not None or found.high_s is not None):
            reported += 1
            right += (found.low_s or 0) <= truth <= (found.high_s or np.inf)
    return inside, reported, right


def draws() -> list[object]:
    return [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.truth)]


@pytest.mark.parametrize("count", draws())
@pytest.mark.parametrize("rough", [False, True])
@pytest.mark.parametrize("rounds", [3, 5, 10])
def test_the_interval_holds_a_kinked_crossover_and_is_mostly_there(
    rounds: int, count: int, *, rough: bool
) -> None:
    inside, reported, right = played(kinked, rounds, count, rough=rough)
    assert inside > count / 4
    assert reported >= 0.8 * inside
    assert right >= (0.92 if count == MANY else 0.85) * reported


@pytest.mark.parametrize("rounds", [3, 10])
def test_a_smooth_rise_fits_or_is_refused_but_seldom_misplaced(rounds: int) -> None:
    inside, reported, right = played(smooth, rounds, FEW)
    assert inside > FEW / 4
    assert right >= 0.9 * reported


@pytest.mark.parametrize("rounds", [3, 10])
@pytest.mark.parametrize(("build", "side"), [(always, 1), (never, 0)])
def test_what_is_always_or_never_faster_is_told_at_each_cost(
    build: Callable[[np.random.Generator, float], World], side: int, rounds: int
) -> None:
    random = np.random.default_rng(rounds)
    world = build(random, 0.0)
    found = measured(random, world, rounds, 0.003, rough=False).sides(1 + MARGIN)
    assert all(found[side])
    assert not any(found[1 - side])


def test_a_chord_between_the_costs_would_say_much_less_than_the_truth() -> None:
    random = np.random.default_rng(1)
    world = kinked(random, 400.0)
    found = fit(world.rates, measured(random, world, 10, 0.003, rough=False), MARGIN)
    assert isinstance(found, Kink)
    assert found.cost_s == pytest.approx(world.crossover_s, rel=0.05)
    assert found.curve[0][1] == pytest.approx(1.0, abs=0.02)


def test_fewer_than_three_rounds_at_a_cost_say_nothing() -> None:
    assert stages((0.001, 0.002), [[0.0, 0.1], [0.0, 0.1, 0.2]]) is None
