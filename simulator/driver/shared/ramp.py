"""The ramp: jobs in flight that do not all begin at one moment, but one after the other, evenly."""

from __future__ import absolute_import, division, unicode_literals


def turn_ns(ramp_ns, place, width, shard=0, shards=1):
    # type: (int, int, int, int, int) -> int
    """Return how long after "go" a worker begins (ns).

    Args:
        ramp_ns: Over how long all begin.
        place: Of the worker in its shard, from 0.
        width: Workers of that shard.
        shard: Its index: shards take turns, so that none has all its workers begin before another's.
        shards: How many there are.
    """
    return ramp_ns * (place * shards + shard) // (width * shards)
