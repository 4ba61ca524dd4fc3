"""What a request costs on a loop that has others to serve as well."""

from dataclasses import replace
from math import inf

from simulator.model.demands import Demands
from simulator.model.means import means
from simulator.model.network import network
from simulator.model.shape import Machine, Shape

LOOKS = 3
"""How often is worked out how busy a loop is by what a request costs, and that by how busy it is."""


def at_load(shape: Shape, demands: Demands, machine: Machine, rate_per_s: float = inf) -> Demands:
    """Return the demands with what a request costs on a loop that is as busy as it will be.

    Args:
        shape: the strategy.
        demands: what one job needs.
        machine: what there is for all of them.
        rate_per_s: of jobs that come by themselves, which the loops share: more cannot be done.
    """
    if not shape.loop or shape.pool != "inline" or demands.client_busy == 1:
        return demands  # beside a pool the loop is woken for each page that comes back
    busy, found = 0.0, demands
    for _ in range(LOOKS):
        cheaper = 1 - busy * (1 - demands.client_busy)
        found = demands.scaled(client_held=cheaper, client_free=cheaper)
        made = network(alike(shape), found, machine)
        on_loop_s = sum(
            step.seconds
            for step in made.chains[0].steps
            if step.station is not None and made.stations[step.station].name == "loop"
        )
        done_per_s = min(rate_per_s, means([made])[0].per_s)
        busy = min(1.0, done_per_s / len(made.chains) * on_loop_s)
    return found


def alike(shape: Shape) -> Shape:
    """Return the shape with as many jobs in flight in each shard as in the fullest, for what knows only such."""
    return replace(shape, widths=(max(shape.widths),) * len(shape.widths))
