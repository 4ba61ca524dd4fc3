"""Commands that predict."""

from typing import Annotated

import typer

from simulator.cli.commands.named import run_names, scenario_names
from simulator.cli.commands.options import SHOWN, WHERE, Html, StorePath, flag


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
    html: Html = None,
    port: Annotated[
        int,
        typer.Option(rich_help_panel=WHERE, help="Port; 0 takes a free one.", min=0, max=65_535, metavar=""),
    ] = 0,
    no_open: Annotated[
        bool, flag("--no-open", group=SHOWN, tells="Print the address only; open no browser.")
    ] = False,
    store: StorePath = None,
) -> None:
    """Open a page with sliders that predicts what each strategy would do, and measures it on request."""
    from simulator.cli.lab import Options, open_lab

    raise typer.Exit(open_lab(Options(of, html, port, not no_open, store)))
