"""Executors as people write with them: one module for each library."""

from importlib import import_module

from ...shared.failure import Failure
from ...spec import Spec
from ..interface import Shard
from ..pushed import Pushed

EXECUTORS = {
    "thread_pool": ("futures", "ThreadPool"),
    "thread_pool_map": ("futures", "ThreadPoolMap"),
    "process_pool": ("futures", "ProcessPool"),
    "interpreter_pool": ("futures", "InterpreterPool"),
    "multiprocessing_pool": ("multiprocessing_pool", "MultiprocessingPool"),
    "joblib": ("joblib_parallel", "JoblibParallel"),
    "dask": ("dask_shard", "DaskShard"),
}
"""Module and class of each, an executor or a whole shard; imported where it is chosen."""


def open_pushed(spec: Spec) -> Shard:
    """Return the shard, not yet started, in which an executor hands the jobs to its workers. Raises Failure."""
    name = spec.strategy.dispatch
    if name not in EXECUTORS:
        raise Failure("failed", f"this driver knows no executor {name}")
    module, made = EXECUTORS[name]
    found = getattr(import_module(f".{module}", __name__), made)
    if issubclass(found, Pushed):
        shard: Shard = found(spec)
        return shard
    return Pushed(spec, found, in_threads=spec.strategy.shard_kind == "none")
