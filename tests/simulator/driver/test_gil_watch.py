import sys
import warnings
from collections.abc import Iterator
from importlib.machinery import ExtensionFileLoader
from types import ModuleType

import pytest

from simulator.driver.gil_watch import GilWatch


class Gil:
    on = False

    def __call__(self) -> bool:
        return self.on


@pytest.fixture
def gil() -> Iterator[Gil]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield Gil()


def turn_on(gil: Gil, module: str) -> None:
    gil.on = True
    warnings.warn(
        f"The global interpreter lock (GIL) has been enabled to load module '{module}', which has not declared …",
        RuntimeWarning,
        stacklevel=1,
    )


def test_what_turns_it_on_is_named_also_where_warnings_are_not_shown(
    gil: Gil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warnings, "showwarning", lambda *_: None)
    watch = GilWatch(gil)
    assert watch.enabled_by() is None
    turn_on(gil, "pkg.ext")
    assert watch.enabled_by() == "pkg.ext"


def test_other_warnings_go_where_they_went(gil: Gil) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        GilWatch(gil)
        warnings.warn("something else", UserWarning, stacklevel=1)
    assert [str(one.message) for one in said] == ["something else"]


def test_a_gil_that_was_on_before_was_turned_on_by_nothing(gil: Gil) -> None:
    gil.on = True
    watch = GilWatch(gil)
    turn_on(gil, "ext")
    assert watch.enabled_by() is None


def test_without_a_warning_it_is_one_of_the_extensions_that_are_new(
    gil: Gil, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = GilWatch(gil)
    loader = ExtensionFileLoader("ext", "/nowhere/ext.so")
    for name in ("b_ext", "a_ext"):
        module = ModuleType(name)
        module.__spec__ = type("Spec", (), {"loader": loader})()
        monkeypatch.setitem(sys.modules, name, module)
    gil.on = True
    assert watch.enabled_by() == "a_ext or b_ext"
