"""Mean values of closed networks: many cells at once, and as quick for a million jobs in flight as for one.

An approximate mean value analysis (Schweitzer's: an arriving job sees what is there without itself), written for one
unknown: y, the rate at which jobs would be done if whoever is runnable had a core. From y follows how many are
runnable, from that how much the cores let pass, X, and by how much computing takes longer, y / X; from both, who waits
for the lock and at the stations, and so the response time. That grows with y, and y is where X × response is the
number in flight. Whoever comes finds the one before it in the middle of what it does, not at its beginning.

What is drawn in a real system is less than what that assumes: jobs that are all alike get out of each other's way. The
answer lies between it and the bound, the nearer to the bound the less jobs differ.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from simulator.model.load import Load, LockLoad, StationLoad, load_of
from simulator.model.network import Network
from simulator.model.root import Array, crossings
from simulator.model.solved import Means

FEW_CORES = 8
"""Up to so many, how many jobs are runnable is worked out; beyond, their mean and variance are enough."""
ALIKE, UNLIKE = 0.25, 1.0
"""How much is waited, of what random arrivals would wait: by jobs all alike, and by those that differ by UNLIKE."""
NO_LOCK = LockLoad(1, 1.0, 0.0, 1.0, 0.0, 0.0)
NO_STATION = StationLoad(1, 1, 0, 0.0, 0.0, 0.0, 0.0)
LEAST, BEYOND = 1e-12, 1e4


def means(networks: Sequence[Network]) -> tuple[Means, ...]:
    """Return the mean values of each network, in the steady state.

    Raises:
        ValueError: jobs of one network that go different ways.
    """
    if not networks:
        return ()
    cells = _Cells([load_of(network) for network in networks])
    per_s = cells.per_s()
    return tuple(
        Means(float(rate), float(jobs / rate), float(rate * cpu_s), min(1.0, float(rate * taken_s)))
        for rate, jobs, cpu_s, taken_s in zip(per_s, cells.jobs, cells.cpu_s, cells.taken_s(), strict=True)
    )


class _Cells:
    """Loads as columns; of stations and of kinds of computing a row for each cell, filled up with nothing."""

    def __init__(self, loads: Sequence[Load]) -> None:
        self.jobs, self.cores, self.cpu_s, self.alone_s, self.spread = _columns(
            (load.in_flight, load.cores, load.cpu_s, load.alone_s, load.spread) for load in loads
        )
        locks = [load.lock or NO_LOCK for load in loads]
        self.locks, self.rivals, self.held_s, self.turns, self.turn_rest_s, wake_s = _columns(
            (lock.copies, lock.rivals, lock.held_s, lock.turns, lock.rest_s, lock.wake_s) for lock in locks
        )
        self.others = 1 - 1 / self.rivals
        self.woken_s = self.turns * wake_s * self.others
        self.kind_s, self.kind_most = _rows([load.computing for load in loads], (0.0, 1.0))
        (
            self.copies,
            self.places,
            self.visits,
            self.place_cpu_s,
            self.place_wait_s,
            self.place_turns,
            self.rest_s,
        ) = _rows(
            [
                [(s.copies, s.places, s.visits, s.cpu_s, s.wait_s, s.turns, s.rest_s) for s in load.stations]
                for load in loads
            ],
            (1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        )

    def bound(self) -> Array:
        """Return the asymptotic bound of each."""
        stations = self.copies * self.places / np.maximum(self.place_cpu_s + self.place_wait_s, LEAST)
        limits = [
            self.jobs / self.alone_s,
            self.cores / np.maximum(self.cpu_s, LEAST),
            self.locks / np.maximum(self.held_s, LEAST),
            stations.min(axis=1),
        ]
        return np.asarray(np.minimum.reduce(limits))

    def taken_s(self) -> Array:
        """Return for how long a job keeps what is taken for the greatest share of time: the lock, or a place."""
        one = np.where(self.places == 1, (self.place_cpu_s + self.place_wait_s) / self.copies, 0.0)
        return np.asarray(np.maximum(self.held_s / self.locks, one.max(axis=1)))

    def per_s(self) -> Array:
        """Return jobs per second."""
        bound = self.bound()
        most = np.where(self.kind_s > 0, self.kind_most / np.maximum(self.kind_s, LEAST), np.inf).min(axis=1)
        kept_s = np.where(self.held_s > 0, self.held_s + self.woken_s, 0.0)
        most = np.where(kept_s > 0, np.minimum(most, self.locks / np.maximum(kept_s, LEAST)), most)
        high = np.where(np.isfinite(most), most, bound)
        rate, _ = self.at(crossings(self.too_many, high))
        return np.asarray(np.minimum(rate, bound))

    def too_many(self, wanted: Array) -> Array:
        """Return by which share more would be in flight than are."""
        rate, response_s = self.at(wanted)
        return np.asarray(rate * response_s / self.jobs - 1)

    def at(self, wanted: Array) -> tuple[Array, Array]:
        """Return jobs per second and the response time, by the rate at which they would be done with cores for all."""
        rate = wanted * self.let_pass(wanted)
        slower = wanted / np.maximum(rate, LEAST)
        differing = ALIKE + (1 + self.spread**2 - ALIKE) * np.minimum(1.0, self.spread / UNLIKE)
        # Each turn keeps the lock for as long as the next one takes to wake up, if there is a next one.
        waking = wanted * self.woken_s / self.locks
        longer = 1 / np.maximum(1 - waking, LEAST)
        taken = np.minimum(1.0, wanted * self.held_s / self.locks * longer) * self.others
        lock_s = self.turns * self.turn_rest_s * longer * slower * differing * taken / (1 - taken)
        lasts_s = slower[:, None] * self.place_cpu_s + self.place_wait_s
        shared = self.copies * self.places / np.maximum(rate, LEAST)[:, None]
        # A place is not kept for longer than there are places: who waits for the lock at one lets others have it.
        kept_s = np.minimum(lasts_s + (lock_s / self.turns)[:, None] * self.place_turns, shared)
        rivals = self.jobs[:, None] / self.copies
        seen = kept_s / shared * (1 - 1 / np.maximum(rivals, 1.0))
        stretched = kept_s / np.maximum(self.place_cpu_s + self.place_wait_s, LEAST)
        rest_s = self.rest_s * differing[:, None] * stretched
        queued = seen ** (np.sqrt(2 * (self.places + 1)) - 1) / self.places / (1 - seen)
        station_s = np.where(rivals > self.places, self.visits * rest_s * queued, 0.0)
        away_s = self.alone_s - self.cpu_s / np.minimum(1.0, self.cores)
        response_s = slower * self.cpu_s + away_s + lock_s + station_s.sum(axis=1)
        # More than there are places for is never in flight: the answer is where that begins, to a ten-thousandth.
        beyond = np.maximum(lasts_s / shared - 1, 0.0).max(axis=1)
        return rate, response_s + BEYOND * beyond * self.jobs / np.maximum(rate, LEAST)

    def let_pass(self, wanted: Array) -> Array:
        """Return the share of those that are runnable whom the cores let work."""
        runnable = np.minimum(wanted[:, None] * self.kind_s, self.kind_most)
        mean = runnable.sum(axis=1)
        most = np.minimum(self.jobs, np.where(self.kind_s > 0, self.kind_most, 0.0).sum(axis=1))
        few = self.cores <= FEW_CORES
        working = np.where(few, self.working_of_few(runnable), self.working_of_many(runnable))
        working = np.where(most <= self.cores, mean, np.minimum(working, mean))
        return np.where(mean > 0, working / np.maximum(mean, LEAST), 1.0)

    def working_of_few(self, runnable: Array) -> Array:
        """Return how many work at a time, in the mean, if who is runnable of one kind says nothing of another."""
        count = int(np.ceil(np.minimum(self.cores, FEW_CORES).max()))
        share = np.minimum(runnable / self.kind_most, 1 - LEAST)
        odds = share / (1 - share)
        found = [np.ones_like(self.cores), *(np.zeros_like(self.cores) for _ in range(count - 1))]
        for kind in range(runnable.shape[1]):
            most = self.kind_most[:, kind]
            chance = [(1 - share[:, kind]) ** most]
            for more in range(1, count):
                chance.append(chance[-1] * odds[:, kind] * (most - more + 1) / more)
            found = [
                np.asarray(sum(found[one] * chance[both - one] for one in range(both + 1)))
                for both in range(count)
            ]
        idle = sum(np.maximum(self.cores - number, 0.0) * chance for number, chance in enumerate(found))
        return np.asarray(self.cores - idle)

    def working_of_many(self, runnable: Array) -> Array:
        """Return the same of many cores, by mean and variance (a logistic distribution)."""
        mean = runnable.sum(axis=1)
        variance = (runnable * np.maximum(1 - runnable / self.kind_most, 0.0)).sum(axis=1)
        scale = np.sqrt(3 * variance) / np.pi + LEAST
        return np.asarray(mean - scale * np.logaddexp(0.0, (mean - self.cores) / scale))


def _columns(rows: Iterable[Sequence[float]]) -> Array:
    return np.array(list(rows), dtype=np.float64).T


def _rows(cells: Sequence[Sequence[Sequence[float]]], nothing: Sequence[float]) -> Array:
    """Return of each field a row for each cell, as long as the longest."""
    most = max(1, *(len(cell) for cell in cells))
    filled = [[*cell, *[nothing] * (most - len(cell))] for cell in cells]
    return np.moveaxis(np.array(filled, dtype=np.float64), 2, 0)
