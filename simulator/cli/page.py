"""The report as a page: written where it is wanted, and opened in a browser."""

import os
import sys
import webbrowser
from pathlib import Path

from simulator.cli import exits
from simulator.cli.output import write_text
from simulator.cli.wanted import Wanted
from simulator.result.document import ResultDocument


def write_page(document: ResultDocument, wanted: Wanted) -> None:
    """Write the page that is wanted, and open it where that is. Raises Stop: it cannot be written."""
    # A megabyte of charts is loaded for whoever wants them only.
    from simulator.report.html.render import render  # noqa: PLC0415
    from simulator.report.view.page import build_page  # noqa: PLC0415

    target = wanted.html or str(_kept())
    write_text(render(build_page(document, only=wanted.only)), target, "--html")
    if target != "-":
        sys.stderr.write(f"report: {target}\n")
    if wanted.open and not webbrowser.open(Path(target).absolute().as_uri()):
        sys.stderr.write(f"simulator: --open: no browser is here; open {target} in one\n")


def _kept() -> Path:
    """Return where a page is that was to be opened only: one file, written anew each time."""
    from simulator.runtimes.environments import default_cache  # noqa: PLC0415 - for whoever names no file only

    folder = default_cache(os.environ)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        exits.usage(f"--open: {folder} cannot be made ({error.strerror}); name a file with --html PATH")
    return folder / "report.html"
