"""`joblib.Parallel` with loky, its own kind of processes."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...shared.failure import Failure
from ...spec import Spec
from ..interpreters import bootstrap
from ..push_worker import Job
from ..starting import __name__ as starting
from ..starting import first_death

SAFE_PATH = "PYTHONSAFEPATH"
"""It starts its processes with `-m`: the current folder is not to be trusted with modules named http or queue."""


class JoblibParallel:
    """One `Parallel` for all calls, whose workers are kept from one to the next.

    It makes chunks (`batch_size`) by itself, and is given as many jobs as may be in flight (`pre_dispatch`). When one
    has come back and none is at hand, it takes as many again, in a thread of its own: it claims ahead of what is begun.
    With one worker it starts none: the driver works.
    """

    job_size = 1

    def __init__(self, spec: Spec, count: int) -> None:
        try:
            from joblib import Parallel, delayed, effective_n_jobs  # noqa: PLC0415 - only where it is asked for
        except ImportError as error:
            raise Failure(
                "unsupported",
                f"joblib cannot be imported by {sys.executable} ({error}); install joblib there, choose another Python"
                " with --python, or another strategy",
            ) from error
        possible = effective_n_jobs(count)
        if possible != count:
            raise Failure(
                "unsupported",
                f"joblib runs {possible} instead of {count} processes here: JOBLIB_MULTIPROCESSING forbids them, or"
                " there are no semaphores; choose another strategy",
            )
        self.notes: dict[str, Any] = {"start_method": "loky"}
        self._delayed = delayed
        self._children: list[Any] = []
        self._parallel: Any = Parallel(
            n_jobs=count,
            backend="loky",
            return_as="generator_unordered",
            batch_size=spec.strategy.chunk,
            pre_dispatch=count * spec.strategy.chunk,
            temp_folder=str(Path(spec.output).resolve().parent),
            # `exec` is the one function that a process has before it finds this package.
            initializer=exec,
            initargs=(
                f"{bootstrap()}from {starting} import end_with_driver\nend_with_driver({os.getpid()})\n",
                {},
            ),
        )
        self._parallel.__enter__()

    def everywhere(self, task: Any, arguments: "list[tuple[Any, ...]]") -> "list[Any]":
        """Run a task in each worker."""
        safe = os.environ.get(SAFE_PATH)
        os.environ[SAFE_PATH] = "1"
        try:
            found = self._parallel(self._delayed(task)(*each) for each in arguments)
        finally:
            if safe is None:
                del os.environ[SAFE_PATH]
            else:
                os.environ[SAFE_PATH] = safe
        self._children = self._children or multiprocessing.active_children()
        return list(found)

    def flow(self, do: "Callable[[Job], Any]", jobs: "Iterator[Job]") -> "Iterator[Any]":
        """Have jobs done."""
        results: Iterator[Any] = self._parallel(self._delayed(do)(job) for job in jobs)
        return results

    def broken(self, error: BaseException) -> str:
        """Say of what a worker died."""
        death = first_death(self._children, "worker process", signal.SIGKILL)
        return death or f"joblib broke: {type(error).__name__}: {error}"

    def close(self) -> None:
        """Let the workers end: joblib would keep them for the next caller."""
        from joblib.externals.loky import get_reusable_executor  # noqa: PLC0415 - as above

        self._parallel.__exit__(None, None, None)
        if self._children:
            get_reusable_executor(reuse=True).shutdown(wait=True)
