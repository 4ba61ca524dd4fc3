"""Engines that have to be installed: what is said where they are not, and which interpreter is patched for one."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from simulator.driver.libraries import ENGINES, LOOPS
from simulator.driver.patching import patch
from simulator.driver.shared.failure import Failure
from simulator.driver.strategies import open_shard
from simulator.driver.strategies.event_loop import make_eager, new_loop
from tests.simulator.driver.jobs import JOB, spec


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_is_not_there_is_unsupported_and_says_what_to_install(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, engine, None)
    for module in ("greenlets", "trio_loop"):
        monkeypatch.delitem(sys.modules, f"simulator.driver.strategies.{module}", raising=False)
    with pytest.raises(Failure) as raised:
        open_shard(spec(None, strategy={**JOB["strategy"], "fetch": engine}))
    assert raised.value.status == "unsupported"
    assert f"{engine} cannot be imported by {sys.executable}" in raised.value.reason
    assert "install it there" in raised.value.reason


@pytest.mark.parametrize("loop", LOOPS)
def test_so_is_a_loop(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, loop, None)
    with pytest.raises(Failure) as raised:
        new_loop(loop)
    assert raised.value.status == "unsupported"
    assert raised.value.reason.endswith(
        f"install it in the Python that runs the driver, or leave out `loop: {loop}`"
    )
    assert ("for Windows" in raised.value.reason) == (loop == "winloop")


def test_greenlets_in_an_interpreter_that_nobody_patched_are_refused() -> None:
    pytest.importorskip("gevent")
    with pytest.raises(Failure, match="gevent has not patched this interpreter"):
        open_shard(spec(None, strategy={**JOB["strategy"], "fetch": "gevent"}))


def test_eager_tasks_need_a_python_that_has_them() -> None:
    loop = asyncio.new_event_loop()
    try:
        if sys.version_info < (3, 12):
            with pytest.raises(Failure, match=r"eager tasks need Python 3.12 or newer"):
                make_eager(loop)
        else:
            make_eager(loop)
            assert loop.get_task_factory() is asyncio.eager_task_factory
    finally:
        loop.close()


@pytest.mark.parametrize(
    ("mode", "fetch", "wanted"),
    [("measure", "gevent", True), ("preflight", "gevent", False), ("measure", "asyncio", False)],
)
def test_only_an_interpreter_whose_jobs_are_greenlets_is_patched(
    mode: str,
    fetch: str,
    wanted: bool,  # noqa: FBT001 - a table
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkey = pytest.importorskip("gevent.monkey")
    called: list[bool] = []
    monkeypatch.setattr(monkey, "patch_all", lambda: called.append(True))
    file = tmp_path / "job.json"
    file.write_text(json.dumps({**JOB, "mode": mode, "strategy": {**JOB["strategy"], "fetch": fetch}}))
    patch([str(file), "--events-fd", "3"])
    assert bool(called) == wanted


@pytest.mark.parametrize(
    "text", ['"gevent"', '{"mode": "probe", "parser": "gevent"}', '["gevent"]', '{"gevent', ""]
)
def test_what_is_no_such_job_file_patches_nothing_and_breaks_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(text)
    patch([str(file)])
    patch([str(tmp_path / "none")])
    patch([])
