"""The pytest fixture `gil_probe`: a library's own tests say whether it holds the GIL.

    def test_parse_releases_the_gil(gil_probe):
        assert gil_probe(mypkg.parse, page).held < 0.2

This module is imported by every pytest run in an environment that has the simulator: it imports nothing of it until
the fixture is used.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from simulator.probe.result import Measured


class Probed:
    """What was measured of one function.

    Attributes:
        interval: 95 % of the held share; null where that is not known.
        estimator: how it was found; null likewise.
        speedup: calls per second of two threads over those of one; null where that was not measured.
        reason: why the held share is not known; null where it is.
    """

    def __init__(self, measured: "Measured") -> None:
        held, two = measured.gil_held, measured.speedup.get(2)
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

    def __repr__(self) -> str:
        from simulator.text.numbers import share, shares  # noqa: PLC0415 - nothing is imported before it is used

        if self._held is None:
            return f"<{self._name}: GIL not known: {self.reason}>"
        return f"<{self._name}: GIL held {share(self._held.median)} (95 %: {shares(self._held.low, self._held.high)})>"


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
    """Measure how much of its time a function holds the GIL; takes about 10 seconds for each call of it."""

    def probe(function: "Callable[..., object] | str", page: bytes = b"", /) -> Probed:
        from simulator.probe.measure import Budget, measure  # noqa: PLC0415 - only where it is used
        from simulator.probe.worker import Target  # noqa: PLC0415 - only where it is used
        from simulator.runner.driver_process import DriverError  # noqa: PLC0415 - only where it is used

        address, folders = _address(function)
        with tempfile.TemporaryDirectory(prefix="simulator-probe-") as folder:
            path = Path(folder) / "page"
            path.write_bytes(page)
            target = Target(address, (path,), folders)
            try:
                budget = Budget(rounds=3, loop_s=0, imports=False)
                return Probed(measure(target, sys.executable, budget, lambda _step: None))
            except DriverError as error:
                pytest.fail(f"{address}: {error.reason}", pytrace=False)

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
