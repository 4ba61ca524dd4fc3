"""Commands about one function, one client, and about this machine."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.commands.named import client_names, parser_names
from simulator.cli.commands.options import (
    MEASURED,
    PAGES_FROM,
    SURE,
    Benchmark,
    Expect,
    Json,
    Junit,
    Markdown,
    Python,
    option,
)


def probe(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A built-in parser, or package.module:function of one bytes argument or none.",
            autocompletion=parser_names,
        ),
    ],
    *,
    pages_from: Annotated[
        list[Path] | None,
        option("--pages-from", group=MEASURED, metavar="FOLDER", tells=PAGES_FROM),
    ] = None,
    time_limit: Annotated[
        str,
        option(
            "--time-limit",
            group=SURE,
            metavar="DURATION",
            tells="Of the whole; a page that takes a quarter of it is named.",
        ),
    ] = "2m",
    expect: Expect = None,
    python: Python = None,
    markdown: Markdown = False,
    json: Json = None,
    junit: Junit = None,
    benchmark: Benchmark = None,
) -> None:
    """Tell whether a parser releases the GIL, and whether threads or processes make it faster."""
    from simulator.cli.probe import Options, probe_target
    from simulator.cli.shown import Shown

    raise typer.Exit(
        probe_target(
            Options(
                target=target,
                inputs=tuple(pages_from or ()),
                python=python,
                shown=Shown(json, junit, tuple(benchmark or ()), markdown=markdown),
                expect=tuple(expect or ()),
                time_limit=time_limit,
            )
        )
    )


def check_client(
    client: Annotated[
        str,
        typer.Argument(
            metavar="CLIENT",
            help="A library, as httpx, or package.module:Client of your own.",
            autocompletion=client_names,
        ),
    ],
    *,
    python: Python = None,
    json: Json = None,
) -> None:
    """Tell whether a client does what one has to do: keep connections, ask once, obey time-outs, cancel cleanly."""
    from simulator.cli.check_client import check

    raise typer.Exit(check(client, python, json))


def doctor(
    *,
    json: Json = None,
) -> None:
    """Show what matters about this machine for measuring, and what to do about each problem."""
    from simulator.cli.doctor import examine

    raise typer.Exit(examine(json))
