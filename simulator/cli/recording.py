"""`simulator record`: a person's own list of URLs becomes what `import` makes of a recording."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from mockserver.manifest import MOST_SAMPLES
from mockserver.units import format_duration, parse_duration
from simulator.cli import exits
from simulator.cli.imports import write
from simulator.cli.measuring import stopped_by_signals
from simulator.imports.fetching import EndedError, Fetcher
from simulator.imports.folder import check_target
from simulator.imports.importing import checked
from simulator.imports.interface import Wanted
from simulator.imports.polite import Recorder
from simulator.imports.recording import RecordingError
from simulator.imports.url_list import read_urls
from simulator.runner.stop import Stop, Stopped
from simulator.text.numbers import clock, duration, number
from simulator.text.words import counted

SHORTEST_PAUSE_NS = 100_000_000
LONGEST_PAUSE_NS = 3_600_000_000_000
_SAYS_EVERY_S = 10.0


def record_urls(path: Path, to: str, samples: int, every: str, wanted: Wanted, *, force: bool) -> int:
    """Fetch what a list names and write it; what was fetched before Ctrl-C is written too. Raises Stop."""
    every_s = _pause_s(every)
    if not 1 <= samples <= MOST_SAMPLES:
        exits.usage(f"--samples {samples}: 1 to {number(MOST_SAMPLES)} is allowed")
    try:
        folder = check_target(to, force=force)
        urls = read_urls(path)
    except RecordingError as error:
        exits.usage(str(error))
    total = len(urls) * samples
    sys.stderr.write(
        f"simulator: {counted(len(urls), 'URL')}, {counted(samples, 'sample')} of each, {duration(every_s)} apart:"
        f" {clock(total * every_s)} at least; Ctrl-C keeps what was fetched\n"
    )
    interrupted = False
    # Not KeyboardInterrupt: raised in the midst of a library it may get lost in what that does while it cleans up.
    stop = Stop()
    with (
        Fetcher({(urlsplit(url).hostname or "").lower() for url in urls}) as fetcher,
        stopped_by_signals(stop, fetcher.end),
    ):
        recorder = Recorder(
            urls, samples=samples, every_s=every_s, fetcher=fetcher, tell=_telling(), sleep=stop.wait
        )
        try:
            recorder.run()
        except (Stopped, EndedError):
            interrupted = True
    try:
        write(folder, checked(recorder.recording(path.name, wanted), str(path)))
    except RecordingError as error:
        raise exits.Stop(exits.INTERRUPTED if interrupted else exits.USAGE, str(error)) from error
    return exits.INTERRUPTED if interrupted else exits.OK


def _pause_s(every: str) -> float:
    try:
        pause_ns = parse_duration(every)
    except ValueError as error:
        exits.usage(f"--every {every}: {error}")
    if not SHORTEST_PAUSE_NS <= pause_ns <= LONGEST_PAUSE_NS:
        exits.usage(
            f"--every {every}: {format_duration(SHORTEST_PAUSE_NS)} to {format_duration(LONGEST_PAUSE_NS)} is allowed"
        )
    return pause_ns / 1e9


def _telling() -> Callable[[int, int], None]:
    """Return what says how far it is, once in ten seconds at the most."""
    said = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _SAYS_EVERY_S:
            said = time.monotonic()
            sys.stderr.write(f"simulator: {number(done)} of {number(total)} fetched\n")

    return tell
