"""`simulator lab`: the page on which a person moves sliders, served on loopback or written to a file."""

import asyncio
import os
import secrets
import signal
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from simulator.cli import exits
from simulator.cli.output import check_writable, write_text
from simulator.cli.references import document_of, find_run, is_file
from simulator.lab.measuring import Measurements, Place
from simulator.lab.opening import Opening, of_run, of_scenario, usual
from simulator.lab.page import render
from simulator.lab.server import Site, serve
from simulator.lab.setting import Setting, here, of_a_file
from simulator.scenario.load import load
from simulator.scenario.named import shipped
from simulator.scenario.problem import ScenarioError

TOKEN_BYTES = 24


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    of: str | None
    """A scenario or a RUN; null: usual numbers."""
    html: str | None
    port: int
    opens: bool
    store: Path | None


def open_lab(options: Options) -> int:
    """Serve the page until it is interrupted, or write it; returns the exit code. Raises Stop."""
    if options.html is not None:
        check_writable(options.html, "--html")
        write_text(render(_opening(options), of_a_file()), options.html, "--html")
        if options.html != "-":
            sys.stderr.write(f"lab: {options.html}\n")
        return exits.OK
    opening, setting = _opening(options), here()
    try:
        asyncio.run(_serve(options, opening, setting))
    except OSError as error:
        exits.usage(
            f"--port {options.port} cannot be had: {error.strerror or error}; leave it out for a free one"
        )
    return exits.INTERRUPTED


def _opening(options: Options) -> Opening:
    """Return what the page begins with. Raises Stop."""
    of = options.of
    if of is None:
        return usual()
    if of in shipped() or of.endswith((".yaml", ".yml")):
        try:
            return of_scenario(load(Path(of), environ=os.environ))
        except ScenarioError as error:
            exits.usage(f"{of} is not a scenario:\n{error}")
    if is_file(of) and not of.endswith(".json"):
        exits.usage(f"{of} is neither a scenario (NAME.yaml) nor a result document (NAME.json)")
    return of_run(document_of(find_run(of, options.store)))


async def _serve(options: Options, opening: Opening, setting: Setting) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    place = Place(dict(opening.client), tuple(setting.cpus), setting.current, options.store)
    site = Site(render(opening, setting), secrets.token_urlsafe(TOKEN_BYTES))

    def ready(address: str) -> None:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        sys.stderr.write("lab: open this address in a browser on this machine; Ctrl-C ends it\n")
        if options.opens and not webbrowser.open(address):
            sys.stderr.write("lab: no browser is here to open it\n")

    await serve(site, Measurements(place), port=options.port, ready=ready, stop=stop)
