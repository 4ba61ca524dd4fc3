"""The model in a browser: the same numbers as in Python."""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.browser import NoBrowserError, chromium
from simulator import lab
from simulator.model.bounds import bound_of
from simulator.model.means import means
from simulator.model.network import Network, network
from simulator.model.simulation import simulate
from tests.simulator.model.points import ModelPoint, point

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("browser")  # one is started

FOLDER = Path(lab.__file__).parent
SOLVED = """points => points.map(({shape, demands, machine}) => {
  const network = Model.network(shape, demands, machine);
  const {per_s, by} = Model.bound(network);
  const means = Model.means(network);
  return [per_s, means.per_s, means.response_s, means.cores, means.held, by];
})"""
BUILT = "points => points.map(({shape, demands, machine}) => Model.network(shape, demands, machine))"
SIMULATED = "networks => networks.map(network => Simulation.run(network, {jobs: 60, trace: 5}))"


@pytest.fixture(scope="module")
def page() -> Iterator["Page"]:
    """Return an empty page with nothing but the two scripts."""
    try:
        with chromium() as browser:
            opened = browser.new_page()
            for name in ("model.js", "simulation.js"):
                opened.add_script_tag(content=(FOLDER / name).read_text(encoding="utf-8"))
            yield opened
    except NoBrowserError as error:
        pytest.skip(str(error))


def made(points: list[ModelPoint]) -> list[Network]:
    return [network(each.shape, each.demands, each.machine) for each in points]


def plain(values: list[Any]) -> Any:
    return json.loads(json.dumps([asdict(value) for value in values]))


def test_networks_are_the_same(page: "Page") -> None:
    drawn = random.Random(1)  # noqa: S311 - no secret
    points = [point(drawn) for _ in range(100)]
    assert page.evaluate(BUILT, plain(points)) == plain(made(points))


@pytest.mark.parametrize("count", [500, pytest.param(5_000, marks=pytest.mark.truth)])
def test_bounds_and_means_are_the_same(page: "Page", count: int) -> None:
    drawn = random.Random(2)  # noqa: S311 - no secret
    points = [point(drawn) for _ in range(count)]
    networks = made(points)
    limits = [bound_of(each) for each in networks]
    expected = [
        (limit.per_s, each.per_s, each.response_s, each.cores, each.held)
        for limit, each in zip(limits, means(networks), strict=True)
    ]
    found = page.evaluate(SOLVED, plain(points))
    assert [by for *_, by in found] == [limit.by for limit in limits]
    np.testing.assert_allclose([each[:-1] for each in found], expected, rtol=1e-9)


def test_what_is_simulated_is_the_same_where_nothing_is_drawn(page: "Page") -> None:
    drawn = random.Random(3)  # noqa: S311 - no secret
    points = [point(drawn) for _ in range(60)]
    # Who waits for a lock looks at it after each switch interval: a short one makes as many events as hours of others.
    networks = [
        network(
            each.shape,
            replace(each.demands, spread=0.0, drops=4.0, parse_drops=2.0),
            replace(each.machine, switch_interval_s=max(0.005, each.machine.switch_interval_s)),
        )
        for each in points
        if each.shape.in_flight <= 30
    ]
    for here, there in zip(networks, page.evaluate(SIMULATED, plain(networks)), strict=True):
        expected = simulate(here, jobs=60, seed=1, trace=5)
        assert there["per_s"] == pytest.approx(expected.per_s)
        assert there["response_s"] == pytest.approx(expected.response_s.tolist())
        assert there["cores"] == pytest.approx(expected.cores)
        assert len(there["trace"]) == len(expected.intervals)


def test_what_is_drawn_is_drawn_alike(page: "Page") -> None:
    found = page.evaluate(
        """() => {
          const mean_s = seconds => ({mean_s: seconds});
          const network = Model.network(
            {shards: "none", widths: [8], loop: false},
            {waits_s: [0.02], client_held: mean_s(0.0003), parse_held: mean_s(0.005)}, {cores: 2});
          const run = seed => Simulation.run(network, {jobs: 2000, seed}).per_s;
          return [run(1), run(1), run(2), Model.means(network).per_s];
        }"""
    )
    assert found[0] == found[1] != found[2]
    assert found[:3] == pytest.approx([found[3]] * 3, rel=0.05)
