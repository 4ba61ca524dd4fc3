"""The pytest fixture `gil_probe`: a library's own tests say whether it holds the GIL.

    def test_parse_releases_the_gil(gil_probe):
        assert gil_probe(mypkg.parse, page).held < 0.2

    def test_parse_needs_no_gil(gil_probe):
        found = gil_probe(mypkg.parse, page)
        assert found.keeps_gil_off
        assert found.scales(threads=4) > 1.5

This module is imported by every pytest run in an environment that has the simulator: it imports nothing of it until
the fixture is used.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from simulator.probe import imports
    from simulator.probe.asserted import Amount, Answer
    from simulator.probe.result import Measured
    from simulator.probe.worker import Target


class Probed:
    """What was measured of one function. What was not measured yet is, as soon as it is asked for.

    Attributes:
        interval: 95 % of the held share; null where that is not known.
        estimator: how it was found; null likewise.
        speedup: calls per second of two threads over those of one; null where that was not measured.
        reason: why the held share is not known; null where it is.
    """

    def __init__(self, measured: "Measured", more: "More | None" = None) -> None:
        held, two = measured.gil_held, measured.speedup.get(2)
        self._measured, self._more = measured, more
        self._held = held
        self._name = measured.target
        self.interval: tuple[float, float] | None = None if held is None else (held.low, held.high)
        self.estimator: str | None = None if held is None else held.estimator
        self.speedup: float | None = None if two is None else two.median
        self.reason: str | None = None if held is not None else measured.reasons["gil_held"]

    @property
    def held(self) -> float:
        """The share of a call's time in which it holds the GIL. Skips the test, with the reason, if it is not known."""
        if self._held is None:
            pytest.skip(f"{self._name}: how long it holds the GIL is not known: {self.reason}")
        return self._held.median

    def scales(self, *, threads: int = 2) -> "Amount":
        """Return calls per second of that many threads over those of one: `scales(threads=4) > 1.5`.

        A comparison skips the test if it is too noisy to tell.
        """
        from simulator.probe.asserted import scaling  # noqa: PLC0415 - nothing is imported before it is used

        return scaling(self._measured, threads)

    @cached_property
    def loop_lag(self) -> "Amount":
        """How late ticks of an event loop are that makes the calls (s, p90): `loop_lag < 0.05`; skips likewise."""
        from simulator.probe.asserted import lag  # noqa: PLC0415 - nothing is imported before it is used

        measured = self._measured
        if measured.loop_lag_s is None and self._more is not None:
            measured = self._more.on_a_loop()
        return lag(measured)

    @cached_property
    def keeps_gil_off(self) -> "Answer":
        """Whether the GIL of a free-threaded Python stays off; else it names the module that turned it on."""
        return self._answer("keeps_gil_off", f"{self._name} keeps the GIL off", 1)

    @cached_property
    def subinterpreter(self) -> "Answer":
        """Whether it can be imported in a subinterpreter."""
        return self._answer("subinterpreter", f"{self._name} in a subinterpreter", 0)

    def _answer(self, key: str, what: str, which: int) -> "Answer":
        from simulator.probe.asserted import Answer  # noqa: PLC0415 - nothing is imported before it is used

        value, reason = getattr(self._measured, key), self._measured.reasons.get(key, "")
        if value is None and self._more is not None:
            found = self._more.others[which]
            value, reason = found.value, found.reason
        return Answer(what, value=value, reason=reason)

    def __repr__(self) -> str:
        from simulator.text.numbers import share, shares  # noqa: PLC0415 - nothing is imported before it is used

        if self._held is None:
            return f"<{self._name}: GIL not known: {self.reason}>"
        return f"<{self._name}: GIL held {share(self._held.median)} (95 %: {shares(self._held.low, self._held.high)})>"


class More:
    """Measures of one function what is asked for."""

    def __init__(self, address: str, folders: "tuple[str, ...]", page: bytes) -> None:
        self._address, self._folders, self._page = address, folders, page

    @cached_property
    def held_and_scaling(self) -> "Measured":
        """How long it holds the GIL, and how it scales."""
        return self._of(held=True, scaling=True, loop_s=0.0)

    def on_a_loop(self) -> "Measured":
        """Measure what it does to an event loop."""
        return self._of(held=False, scaling=False, loop_s=2.0)

    @cached_property
    def others(self) -> "tuple[imports.Answer, imports.Answer]":
        """Ask other Pythons: whether it loads in a subinterpreter, and whether it keeps the GIL off."""
        from simulator.probe.imports import ask_others  # noqa: PLC0415 - only where it is used
        from simulator.probe.measure import found_as  # noqa: PLC0415 - only where it is used

        python = self.held_and_scaling.python
        with self._target() as target:
            return ask_others(sys.executable, found_as(sys.executable, python), target)

    def _of(self, *, held: bool, scaling: bool, loop_s: float) -> "Measured":
        from simulator.probe.measure import Budget, measure  # noqa: PLC0415 - only where it is used
        from simulator.runner.driver_process import DriverError  # noqa: PLC0415 - only where it is used

        budget = Budget(rounds=5, loop_s=loop_s, imports=False, held=held, scaling=scaling)
        with self._target() as target:
            try:
                return measure(target, sys.executable, budget, lambda _step: None)
            except DriverError as error:
                pytest.fail(f"{self._address}: {error.reason}", pytrace=False)

    @contextmanager
    def _target(self) -> "Iterator[Target]":
        from simulator.probe.worker import Target  # noqa: PLC0415 - only where it is used

        with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder:
            path = Path(folder) / "page"
            path.write_bytes(self._page)
            yield Target(self._address, (path,), self._folders)


class GilProbe(Protocol):
    """What the fixture gives."""

    def __call__(self, function: "Callable[..., object] | str", page: bytes = b"", /) -> Probed:
        """Probe a function of one bytes argument or of none.

        Args:
            function: one at the top level of its module, or its address, package.module:function.
            page: what it is called with.
        """


@pytest.fixture
def gil_probe() -> GilProbe:
    """Measure how much of its time a function holds the GIL; takes about 15 seconds for each call of it."""

    def probe(function: "Callable[..., object] | str", page: bytes = b"", /) -> Probed:
        more = More(*_address(function), page)
        return Probed(more.held_and_scaling, more)

    return probe


def _address(function: "Callable[..., object] | str") -> "tuple[str, tuple[str, ...]]":
    """Return how another process finds the function: its address, and the folders to look in first."""
    folders = tuple(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 - "" is the current folder
    if isinstance(function, str):
        return function, folders
    module, name = _names(function)
    if "<locals>" in name or "<lambda>" in name or not name:
        pytest.fail(
            f"gil_probe: {function!r} is not found by name in another process; define it at the top level of a module",
            pytrace=False,
        )
    # A test module that pytest imports by its path alone is found there under the name of its file.
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is not None and not _importable(module, folders):
        module, folders = Path(file).stem, (str(Path(file).resolve().parent), *folders)
    return f"{module}:{name}", folders


def _names(function: Any) -> tuple[str, str]:
    named: Mapping[str, str | None] = {
        key: getattr(function, key, None) for key in ("__module__", "__qualname__")
    }
    return named["__module__"] or "builtins", named["__qualname__"] or ""


def _importable(module: str, folders: "tuple[str, ...]") -> bool:
    if getattr(sys.modules[module], "__file__", None) is None:
        return True
    first = module.split(".", maxsplit=1)[0]
    found = (Path(folder) / first for folder in folders)
    return any(path.is_dir() or any(path.parent.glob(f"{first}.*")) for path in found)
