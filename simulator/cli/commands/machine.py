"""Commands about one function, and about this machine."""

from pathlib import Path
from typing import Annotated

import typer


def probe(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A built-in parser, or package.module:function of one bytes argument or none.",
        ),
    ],
    *,
    input_: Annotated[
        list[Path] | None,
        typer.Option(
            "--input",
            metavar="PAGE",
            help="A file, or a folder of files, to call it with; may be given again.",
        ),
    ] = None,
    python: Annotated[
        str | None,
        typer.Option(envvar="SIMULATOR_PYTHON", metavar="PATH", help="The Python that calls it."),
    ] = None,
    json: Annotated[
        str | None, typer.Option(metavar="PATH", help="Write what was found there; - is standard output.")
    ] = None,
    time_limit: Annotated[
        str,
        typer.Option(metavar="DURATION", help="Of the whole; a page that takes a quarter of it is named."),
    ] = "2m",
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="COND", help="A condition, as 'gil_held < 0.2'; 99 when it does not hold."),
    ] = None,
) -> None:
    """Tell whether a parser releases the GIL, and whether threads or processes make it faster."""
    from simulator.cli.probe import Options, probe_target

    raise typer.Exit(
        probe_target(
            Options(
                target=target,
                inputs=tuple(input_ or ()),
                python=python,
                json=json,
                expect=tuple(expect or ()),
                time_limit=time_limit,
            )
        )
    )


def doctor(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print facts and checks as JSON.")] = False,
) -> None:
    """Show what matters about this machine for measuring, and what to do about each problem."""
    from simulator.cli.doctor import examine

    raise typer.Exit(examine(as_json=json))
