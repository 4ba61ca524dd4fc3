"""Dispatch: whether workers claim their jobs themselves, or are handed them by an executor that people write with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Dispatch = Literal[
    "pull",
    "thread_pool",
    "thread_pool_map",
    "process_pool",
    "interpreter_pool",
    "multiprocessing_pool",
    "joblib",
    "dask",
]
PULL: Dispatch = "pull"
DASK: Dispatch = "dask"


@dataclass(frozen=True)
class Executor:
    """What can be chosen of an executor."""

    chunks: bool = False
    """Pages can be handed over several at a time."""
    starts: bool = False
    """It starts its processes as this program's other strategies do."""
    package: str | None = None
    """What has to be installed for it; null: it comes with Python."""


EXECUTORS: Mapping[Dispatch, Executor] = {
    "thread_pool": Executor(),
    "thread_pool_map": Executor(),
    "process_pool": Executor(chunks=True, starts=True),
    "interpreter_pool": Executor(),
    "multiprocessing_pool": Executor(chunks=True, starts=True),
    "joblib": Executor(chunks=True, package="joblib"),
    "dask": Executor(package="distributed"),
}
"""All but `pull`. Each is also the name of a strategy."""
CHUNKED = tuple(name for name, executor in EXECUTORS.items() if executor.chunks)
MOST_CHUNK = 1_000
