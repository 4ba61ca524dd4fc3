"""The command that predicts instead of measuring."""

from typing import Annotated

import typer

from simulator.cli.commands.named import run_names, scenario_names
from simulator.cli.commands.options import (
    IN_FLIGHT,
    LATENCY,
    SURE,
    AllTables,
    Cases,
    Json,
    Python,
    Quiet,
    Set,
    StorePath,
    Strategies,
    flag,
    option,
)

CHANGED = "What if, each for itself and all together"


def _names(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    return [
        *((name, "a shipped scenario") for name in scenario_names(incomplete)),
        *run_names(ctx, incomplete),
    ]


def predict(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO|RUN",
            help="A scenario, which is calibrated first, or a run: the beginning of its id, its name, last, or a result"
            " document.",
            autocompletion=_names,
        ),
    ],
    *,
    case: Cases = None,
    strategy: Strategies = None,
    set_: Set = None,
    cores: Annotated[
        int | None,
        option("--cores", group=CHANGED, metavar="N", tells="On a machine of so many cores, all usable."),
    ] = None,
    in_flight: Annotated[
        int | None, option("--in-flight", group=CHANGED, metavar="N", tells=IN_FLIGHT)
    ] = None,
    runtime: Annotated[
        str | None,
        option(
            "--runtime",
            group=CHANGED,
            metavar="VERSION",
            tells="On a Python without the GIL, as 3.14t, at the costs of this one.",
        ),
    ] = None,
    latency: Annotated[
        str | None, option("--latency", group=CHANGED, metavar="LATENCY", tells=LATENCY)
    ] = None,
    change: Annotated[
        list[str] | None,
        option(
            "--change",
            group=CHANGED,
            metavar="CHANGE",
            tells="'parse * 0.8', 'client = 1ms', 'hand-over * 0', 'parse releases the GIL' …; may be given again.",
        ),
    ] = None,
    check: Annotated[
        bool,
        flag("--check", group=SURE, tells="Then measure a tenth of the cells, 3 at least, and show both."),
    ] = False,
    python: Python = None,
    tables: AllTables = False,
    quiet: Quiet = False,
    json: Json = None,
    store: StorePath = None,
) -> None:
    """Predict what every cell would do, from one job alone, and what would be if."""
    from simulator.analysis.what_if.asked import AskedChanges
    from simulator.cli.asked import Asked
    from simulator.cli.measuring import Options
    from simulator.cli.predict import PredictOptions
    from simulator.cli.predict import predict as carry_out
    from simulator.cli.wanted import Wanted

    options = Options(
        file=None,
        asked=Asked(cases=tuple(case or ()), strategies=tuple(strategy or ())),
        overrides=tuple(set_ or ()),
        python=python,
        server_url=None,
        server_token=None,
        store=store,
        wanted=Wanted(quiet=quiet),
    )
    asked = AskedChanges(cores, in_flight, runtime, latency, tuple(change or ()))
    raise typer.Exit(carry_out(options, PredictOptions(what, asked, check, json, tables, quiet)))
