"""Commands that predict."""

from typing import Annotated

import typer

from simulator.cli.commands.named import run_names, scenario_names
from simulator.cli.commands.options import SHOWN, WHERE, WRITTEN, StorePath, flag, option


def _names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the shipped scenarios and the runs whose names begin so."""
    return [*scenario_names(incomplete), *(name for name, _ in run_names(ctx, incomplete))]


def lab(
    of: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO|RUN",
            help="With what it begins: a YAML file, a shipped scenario, or a RUN as for report; else usual numbers.",
            autocompletion=_names,
        ),
    ] = None,
    *,
    html: Annotated[
        str | None,
        option(
            "--html", group=WRITTEN, metavar="PATH", tells="Write the page to a file that needs no server."
        ),
    ] = None,
    port: Annotated[
        int,
        option(
            "--port",
            group=WHERE,
            metavar="PORT",
            tells="On which the page is served; 0 is any free one.",
            min=0,
            max=65_535,
        ),
    ] = 0,
    no_open: Annotated[
        bool, flag("--no-open", group=SHOWN, tells="Print the address only; open no browser.")
    ] = False,
    store: StorePath = None,
) -> None:
    """Open a page with sliders that predicts what each strategy would do, and measures it on request."""
    from simulator.cli.lab import Options, open_lab

    raise typer.Exit(open_lab(Options(of, html, port, not no_open, store)))
