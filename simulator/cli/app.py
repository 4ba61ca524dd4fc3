"""The command line as a whole."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from simulator import __version__
from simulator.cli.commands import (
    exploring,
    machine,
    measuring,
    predicting,
    recordings,
    results,
    scenarios,
)
from simulator.cli.commands.examples import EPILOGS
from simulator.cli.exits import USAGE, Stop
from simulator.cli.old_spellings import renewed


class _FlagsAsFlags:
    """Shows options without a value as such: typer says that they take a bool."""

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc] # of the class that it is mixed into
        for param in params:
            if getattr(param, "is_flag", False) and param.metavar is None:
                param.metavar = ""
        return params


class _Command(_FlagsAsFlags, TyperCommand):
    pass


class _Group(_FlagsAsFlags, TyperGroup):
    pass


app = typer.Typer(
    name="simulator",
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Threads, asyncio or processes? Runs one fetch-and-parse job under each, on this machine, and says which is"
    " faster and why.",
    epilog="Begin with: simulator run quickstart",
)

for _command in (
    measuring.run,
    measuring.tune,
    predicting.predict,
    exploring.lab,
    scenarios.validate,
    scenarios.init,
    scenarios.schema,
    recordings.import_,
    recordings.record,
    results.runs,
    results.report,
    results.compare,
    results.export,
    machine.probe,
    machine.check_client,
    machine.doctor,
):
    _name = _command.__name__.rstrip("_").replace("_", "-")  # `import` is a word of Python's
    app.command(_name, cls=_Command, epilog=EPILOGS[_name])(_command)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"simulator {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line. Windows is told where to go: it has neither fork servers nor /proc."""
    if sys.platform == "win32":
        sys.stderr.write("simulator runs on Linux and macOS; on Windows use it inside WSL.\n")
        raise SystemExit(USAGE)
    arguments, said = renewed(sys.argv[1:])
    for line in said:
        sys.stderr.write(f"simulator: {line}\n")
    try:
        app(arguments, prog_name="simulator")
    except Stop as stop:
        sys.stderr.write(f"simulator: {stop.message}\n")
        raise SystemExit(stop.code) from None
    except BrokenPipeError:
        # Whoever read the output has left, as `head` does; Python would complain again when it flushes.
        sys.stderr.close()
        raise SystemExit(0) from None
