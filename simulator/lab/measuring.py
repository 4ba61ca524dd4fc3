"""Measuring a point: the real experiment in a child process, one at a time."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.judging.document import read
from simulator.lab.mixing import parser_source
from simulator.lab.point import PARSER_MODULE, Asked, Point, scenario_text
from simulator.lab.progress import Going, after
from simulator.lab.seen import SeenCell, cells_of, verdict_of
from simulator.result.document import NotAResultError

MOST_IN_FLIGHT = 1_000
MOST_RESULTS = 8
"""So many are told of, the last; all are in the database."""
LONGEST_LINE_BYTES = 1 << 24
PATIENCE_S = 20.0
"""For a run to end that was asked to: its drivers are sent away within some seconds."""
LAST_WORDS_BYTES = 2_000


class BusyError(Exception):
    """Something is measured already."""


@dataclass(frozen=True)
class Place:
    """Where and with what points are measured."""

    client: dict[str, str]
    cpus: tuple[int, ...]
    current: str
    """Version of the Python that runs this."""
    store: Path | None = None
    more: tuple[str, ...] = ()
    """Further words for `simulator run`."""


@dataclass(frozen=True)
class Result:
    """A point that was measured."""

    run: str
    """Its id in the database."""
    point: Point
    partial: bool
    said: str
    """The answer in words."""
    cells: dict[str, SeenCell]


class Measurements:
    """What is measured and was measured; lives in one event loop, and ends with `close`."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._task: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._cancelled = False
        self._changed = asyncio.Event()
        self.going: Going | None = None
        self.asked: Asked | None = None
        self.told = ""
        """What became of the last one, where that is worth a word."""
        self.results: list[Result] = []

    async def change(self) -> None:
        """Return when something has changed."""
        await self._changed.wait()

    def start(self, asked: Asked) -> None:
        """Begin to measure a point. Raises BusyError."""
        if self.going is not None:
            raise BusyError("another point is measured now; cancel it, or wait for it")
        self.going, self.asked, self.told, self._cancelled = Going(), asked, "", False
        self._task = asyncio.create_task(self._measure(asked))
        self._tell()

    def cancel(self) -> None:
        """Ask the run to end; what it has measured is kept."""
        if self.going is None:
            return
        self._cancelled = True
        self.going = Going(phase="ending")
        self._tell()
        if self._process is not None:
            _signal(self._process, signal.SIGTERM)

    async def close(self) -> None:
        """End what is measured, and return when nothing of it is left."""
        self.cancel()
        if self._task is not None:
            await self._task

    def _tell(self) -> None:
        before, self._changed = self._changed, asyncio.Event()
        before.set()

    async def _measure(self, asked: Asked) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="simulator-lab-", ignore_cleanup_errors=True) as folder:
                await self._run(asked, Path(folder))
        except OSError as error:
            self.told = f"It could not be measured: {error.strerror or error}"
        finally:
            self.going, self.asked, self._process = None, None, None
            self._tell()

    async def _run(self, asked: Asked, folder: Path) -> None:
        scenario, document = folder / "lab.yaml", folder / "result.json"
        place = self._place
        text = scenario_text(asked, client=place.client, cpus=place.cpus, current=place.current)
        scenario.write_text(text, encoding="utf-8")
        if asked.mixed:
            source = await asyncio.to_thread(parser_source, asked.held_percent)
            (folder / f"{PARSER_MODULE}.py").write_text(source, encoding="utf-8")
        words = ["run", str(scenario), "--json", str(document), "--turns", "--quiet", *place.more]
        if place.store is not None:
            words += ["--store", str(place.store)]
        code = await self._carry_out(words, folder)
        try:
            found = read(document.read_text(encoding="utf-8"))
        except (OSError, NotAResultError):
            self.told = "Cancelled" if self._cancelled else _last_words(folder / "errors", code)
            return
        self.told = "Cancelled; what was measured until then is kept" if found.partial else ""
        result = Result(found.id, asked.point, found.partial, verdict_of(found), cells_of(found))
        self.results = [*self.results, result][-MOST_RESULTS:]

    async def _carry_out(self, words: Sequence[str], folder: Path) -> int:
        """Run the command line to its end, told how far it is; returns its exit code."""
        if self._cancelled:
            return signal.SIGTERM
        lines, writing = os.pipe()
        reading, lifeline = os.pipe()
        try:
            with (folder / "errors").open("wb") as errors:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-P", "-m", "simulator.lab.child", str(reading), str(folder)),
                    *(*words, "--progress", f"jsonl:{writing}"),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=(writing, reading),
                    start_new_session=True,  # Ctrl-C is for the lab, which ends it in its own way
                )
        except BaseException:
            os.close(lines)
            os.close(lifeline)
            raise
        finally:
            os.close(writing)
            os.close(reading)
        try:
            if self._cancelled:
                _signal(self._process, signal.SIGTERM)
            await self._listen(lines)
            return await self._ended(self._process)
        finally:
            os.close(lifeline)

    async def _listen(self, lines: int) -> None:
        """Read events until the run closes its end."""
        reader = asyncio.StreamReader(limit=LONGEST_LINE_BYTES)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(lines, "rb")
        )
        try:
            while line := await reader.readline():
                with contextlib.suppress(ValueError):
                    self._hear(json.loads(line))
        finally:
            transport.close()

    def _hear(self, event: dict[str, Any]) -> None:
        if self.going is None or self._cancelled:
            return
        going = after(self.going, event)
        if going != self.going:
            self.going = going
            self._tell()

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        """Return its exit code; one that does not end in time is ended."""
        while True:
            try:
                return await asyncio.wait_for(process.wait(), PATIENCE_S)
            except TimeoutError:
                if self._cancelled:
                    _signal(process, signal.SIGKILL)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def _last_words(errors: Path, code: int) -> str:
    said = errors.read_bytes()[-LAST_WORDS_BYTES:].decode(errors="replace").strip()
    return said or f"simulator run ended with exit code {code} and said nothing"
