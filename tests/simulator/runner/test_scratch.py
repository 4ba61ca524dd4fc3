"""Nothing of a driver stays in the temporary folder: not after it, and not after a killed run's next one."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from simulator.runner import scratch as scratch_module
from simulator.runner.driver_process import LAST_WORDS_BYTES, MOST_LOG_BYTES, DriverProcess
from simulator.runner.scratch import LOCK, LONGEST, PREFIX, scratch, sweep

PROGRAM = """
import sys
from simulator.runner.scratch import scratch
with scratch() as folder:
    (folder / "pymp-left").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""


def left(base: Path) -> list[str]:
    return [path.name for path in base.glob(f"{PREFIX}*")]


def test_a_killed_run_leaves_a_folder_until_the_next_begins_and_a_living_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="s") as short:
        environment = {**os.environ, "TMPDIR": short}
        started = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            )
            for _ in range(2)
        ]
        folders = [Path(process.stdout.readline().strip()) for process in started if process.stdout]
        assert all(folder.parent == Path(short) and len(str(folder)) <= LONGEST for folder in folders)
        killed, living = started
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        bystander = Path(short) / f"{PREFIX}without-a-lock"
        bystander.mkdir()
        link = Path(short) / f"{PREFIX}link"
        link.symlink_to(tmp_path)
        (tmp_path / LOCK).touch()
        sweep(Path(short))
        assert sorted(left(Path(short))) == sorted([folders[1].name, bystander.name, link.name])
        assert (tmp_path / LOCK).exists()
        living.communicate("")
        assert not folders[1].exists()


def test_a_folder_goes_with_all_that_was_left_in_it() -> None:
    with scratch() as folder:
        (folder / "pymp-x").mkdir()
        (folder / "pymp-x" / "listener").touch()
    assert not folder.exists()


def test_the_path_has_room_for_a_socket() -> None:
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="x" * 100) as deep:
        tempfile.tempdir = deep
        try:
            scratch_module._sweep_once.cache_clear()
            with scratch() as folder:
                assert len(str(folder)) <= LONGEST
        finally:
            tempfile.tempdir = before


CHATTY = """
import json, os, resource, sys
events = int(sys.argv[sys.argv.index("--events-fd") + 1])
commands = int(sys.argv[sys.argv.index("--commands-fd") + 1])
os.write(1, b"x" * {bytes})
os.write(events, b'{{"event": "ready"}}\\n')
os.read(commands, 10)
os.write(1, b"the last words")
told = {{"event": "parked", "tmpdir": os.environ.get("TMPDIR")}}
os.write(events, json.dumps(told).encode() + b"\\n")
"""


def test_what_a_driver_prints_is_bounded_while_it_is_written_and_its_last_words_are_kept() -> None:
    with scratch() as folder:
        (folder / "__main__.py").write_text(CHATTY.format(bytes=3 * MOST_LOG_BYTES), encoding="utf-8")
        with DriverProcess(sys.executable, {}, folder, time_limit_s=60, driver=folder) as driver:
            driver.wait_for("ready")
            assert (folder / "driver.log").stat().st_size <= MOST_LOG_BYTES
            assert driver.last_words() == "x" * LAST_WORDS_BYTES
            driver.send("go")
            assert driver.wait_for("parked")["tmpdir"] == str(folder)
            driver.finish()
            assert (folder / "driver.log").stat().st_size < LAST_WORDS_BYTES
            assert driver.last_words().endswith("xxxthe last words")
