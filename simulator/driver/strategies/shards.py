"""From the three choices to a running shard: the only place that knows every combination."""

from functools import partial
from itertools import accumulate

from ..arrivals import offsets_ns
from ..spec import Spec
from ..tickets import Tickets
from .blocking import BlockingShard
from .event_loop import EventLoopShard
from .interface import Failure, Shard
from .place import Place
from .pooled_loop import PooledLoopShard
from .processes import Processes
from .remote import RemoteShards
from .subinterpreters import Subinterpreters, check_imports
from .thread_shards import ThreadShards


def open_shard(spec: Spec) -> Shard:
    """Return the shard, not yet started, in which the whole job runs.

    Raises:
        Failure: arrivals so rare that no job is due inside the window; subinterpreters that cannot be had, or in which
            client or parser cannot be imported.
    """
    offsets = offsets_ns(spec)
    if offsets is not None and not offsets:
        raise Failure("failed", "no job is due before the end; raise job.duration or arrivals.rate")
    kind, widths = spec.strategy.shard_kind, spec.strategy.widths
    if "interpreters" in (kind, spec.strategy.parse_kind):
        check_imports(spec, fetches=kind == "interpreters")
    if kind == "processes":
        return RemoteShards(spec, Processes(spec))
    if kind == "interpreters":
        return RemoteShards(spec, Subinterpreters(spec))
    tickets = Tickets(spec)
    firsts = accumulate(widths, initial=0)
    places = [
        Place(spec, tickets, width, i, first)
        for i, (width, first) in enumerate(zip(widths, firsts, strict=False))
    ]
    if kind == "threads":
        return ThreadShards([partial(open_local, place) for place in places])
    return open_local(places[0])


def open_local(place: Place) -> Shard:
    """Return a shard in this interpreter, with the kinds of fetch and parse that the strategy names."""
    strategy = place.spec.strategy
    if strategy.fetch != "asyncio":
        return BlockingShard(place)
    return EventLoopShard(place) if strategy.parse_kind == "inline" else PooledLoopShard(place)
