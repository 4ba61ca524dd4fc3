"""Commands about scenarios and documents."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.commands.named import client_names, scenario_names, schemas
from simulator.cli.commands.options import (
    MEASURED,
    Force,
    Latency,
    PagesFrom,
    Parser,
    Python,
    Set,
    option,
)


def validate(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="Scenarios: YAML files, or names of those that are shipped.",
            autocompletion=scenario_names,
        ),
    ],
    *,
    set_: Set = None,
    python: Python = None,
) -> None:
    """Check scenarios; print every mistake with its line, or how many cells each has."""
    from simulator.cli.scenarios import validate_files

    raise typer.Exit(validate_files(files, tuple(set_ or ()), python))


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Writes NAME.yaml in the current folder.")],
    *,
    parser: Parser = None,
    pages_from: PagesFrom = None,
    latency: Latency = None,
    client: Annotated[
        str | None,
        option(
            "--client",
            group=MEASURED,
            metavar="CLIENT",
            tells="httpx2, or http.client+aiohttp (the default).",
            autocompletion=client_names,
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Write a commented scenario that runs as it is."""
    from simulator.cli.scenarios import write_template

    raise typer.Exit(
        write_template(name, parser=parser, pages=pages_from, latency=latency, client=client, force=force)
    )


def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="scenario|result|comparison|prediction",
            help="Which document's JSON Schema.",
            autocompletion=schemas,
        ),
    ],
) -> None:
    """Print a JSON Schema: of scenarios, so that editors complete them, or of what --json writes."""
    from simulator.cli.scenarios import print_schema

    raise typer.Exit(print_schema(kind))
