"""From the three choices to a running shard: the only place that knows every combination."""

from ..arrivals import offsets_ns
from ..sample import Emit
from ..spec import Spec
from ..tickets import Tickets
from .blocking import BlockingShard
from .event_loop import EventLoopShard
from .interface import Failure, Shard
from .processes import ProcessShards


def open_shard(spec: Spec) -> Shard:
    """Return the shard, not yet started, in which the whole job runs.

    Raises:
        Failure: arrivals so rare that no job is due inside the window.
    """
    offsets = offsets_ns(spec)
    if offsets is not None and not offsets:
        raise Failure("failed", "no job is due before the end; raise job.duration or arrivals.rate")
    if spec.strategy.shard_kind == "processes":
        return ProcessShards(spec)
    return open_local(spec, Tickets(spec), width=spec.strategy.widths[0])


def open_local(
    spec: Spec,
    tickets: Tickets,
    *,
    width: int,
    shard: int = 0,
    first_worker: int = 0,
    emit: "Emit | None" = None,
) -> Shard:
    """Return a shard in this process, with the kind of fetch that the strategy names."""
    kind = EventLoopShard if spec.strategy.fetch == "asyncio" else BlockingShard
    return kind(spec, tickets, width=width, shard=shard, first_worker=first_worker, emit=emit)
