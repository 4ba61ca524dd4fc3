"""Commands about scenarios and documents."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.commands.options import Python


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario files.")],
    *,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value.")
    ] = None,
    python: Python = None,
) -> None:
    """Check scenarios; print every mistake with its line, or how many cells each has."""
    from simulator.cli.scenarios import validate_files

    raise typer.Exit(validate_files(files, tuple(set_ or ()), python))


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Writes NAME.yaml in the current folder.")],
    *,
    parser: Annotated[
        str,
        typer.Option(metavar="PARSER", help="A built-in parser, or yours: package.module:function."),
    ] = "html.parser",
    pages: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Serve these saved HTML pages instead of generated ones."),
    ] = None,
    latency: Annotated[str, typer.Option(metavar="DURATION", help="As of the real server: 120ms.")] = "40ms",
    client: Annotated[
        str | None, typer.Option(metavar="CLIENT", help="httpx, or http.client+aiohttp (the default).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite NAME.yaml.")] = False,
) -> None:
    """Write a commented scenario that runs as it is."""
    from simulator.cli.scenarios import write_template

    raise typer.Exit(
        write_template(name, parser=parser, pages=pages, latency=latency, client=client, force=force)
    )


def schema(
    kind: Annotated[
        str, typer.Argument(metavar="scenario|result|comparison", help="Which document's JSON Schema.")
    ],
) -> None:
    """Print a JSON Schema: of scenarios, so that editors complete them, of result documents, or of comparisons."""
    from simulator.cli.scenarios import print_schema

    raise typer.Exit(print_schema(kind))
