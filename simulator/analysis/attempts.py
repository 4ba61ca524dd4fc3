"""What the server saw of all attempts: how many it let in, for how long, and whether retries come as crowds."""

from typing import Any

from simulator.result.observation import Observed
from simulator.result.samples import Samples
from simulator.result.seen_by_server import SeenByServer
from simulator.stats.crowding import by_chance, close_by

FEWEST_RETRIES = 10
"""Of which it is said whether they come together."""
TOGETHER_NS = 10_000_000


def in_flight_ns(samples: Samples, *, puts_aside: bool) -> float:
    """Return for how long jobs were in flight, all together (ns)."""
    if puts_aside:
        return float((samples.ready_ns - samples.asked_ns + samples.earlier_ns).sum())
    return float((samples.ready_ns - samples.start_ns).sum())


def attempts_of(observed: Observed, seen: SeenByServer, window_s: float, pages: int) -> dict[str, Any]:
    """Return what the server saw of all attempts: fields of ServerMeasures."""
    retries = len(seen.retries_ns)
    held_ns = in_flight_ns(observed.samples, puts_aside=observed.puts_aside)
    found: dict[str, Any] = {
        "retries": retries,
        "hung": min(1.0, seen.hung_ns / held_ns) if held_ns else None,
    }
    if pages:
        found |= {
            "admitted_per_page": seen.admitted / pages,
            "served_s_per_page": seen.held_ns / 1e9 / pages,
        }
    if retries >= FEWEST_RETRIES:
        found |= {
            "retries_together": close_by(seen.retries_ns, TOGETHER_NS),
            "retries_by_chance": by_chance(retries, TOGETHER_NS, window_s * 1e9),
            "refused_again": seen.refused_again / retries,
        }
    return found
