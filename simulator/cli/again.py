"""Commands that do a run again, or go on with it, as a person would type them; none of them names a secret."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from simulator.cli.asked import Asked
from simulator.scenario.settings import PREFIX, RESERVED_VARIABLES


@dataclass(frozen=True)
class Given:
    """What decides what is measured: the file, and what the command line and the environment change of it."""

    file: Path | None
    overrides: tuple[str, ...]
    python: str | None = None
    server_url: str | None = None
    rerun: bool = True
    """Disturbed rounds are done again."""
    asked: Asked = field(default_factory=Asked)
    server_ca: Path | None = None
    scheduler: str | None = None
    """Of the cluster over whose machines it is spread."""


def reproducing(
    given: Given, environ: Mapping[str, str], command: str = "run", more: Sequence[str] = ()
) -> str:
    """Return the command that measures the same again, for whoever reads the results.

    Where results go, and tokens, are not part of it. Settings from variables are told as `--set`, before those of the
    command line, which win, as options of their own do over both.

    Args:
        given: what was measured.
        environ: environment variables.
        command: `run` or `tune`.
        more: its further options.
    """
    settings = [
        f"{name.removeprefix(PREFIX).lower().replace('__', '.')}={environ[name]}"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in RESERVED_VARIABLES
    ]
    return shlex.join(["simulator", command, *_words(given, settings), *more])


def going_on(given: Given, run_id: str, store: Path | None) -> str:
    """Return the command that goes on with an interrupted run here and now, with the program as it was called."""
    program = sys.argv[0] if sys.argv[0].endswith("simulator") else "simulator"
    kept = [] if store is None else ["--store", str(store)]
    return shlex.join([program, "run", *_words(given), *kept, "--resume", run_id])


def _words(given: Given, settings: Sequence[str] = ()) -> list[str]:
    words = [] if given.file is None else [str(given.file)]
    for override in (*settings, *given.overrides):
        words += ["--set", override]
    words += given.asked.words
    if given.python is not None:
        words += ["--python", given.python]
    if given.server_url is not None:
        words += ["--server", _without_password(given.server_url)]
    if given.server_ca is not None:
        words += ["--server-ca", str(given.server_ca)]
    if not given.rerun:
        words.append("--no-rerun")
    if given.scheduler is not None:
        words += ["--on", "dask", "--scheduler", given.scheduler]
    return words


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
