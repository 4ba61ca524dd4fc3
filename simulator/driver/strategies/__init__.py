"""How the jobs share the machine: shards (in this process or in several) x fetch (threads or a loop)."""

from .interface import Outcome, Shard, Worker
from .shards import open_shard

__all__ = ["Outcome", "Shard", "Worker", "open_shard"]
