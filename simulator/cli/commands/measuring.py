"""Commands that measure a scenario."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.commands.options import (
    AllTables,
    Html,
    Json,
    Markdown,
    Progress,
    Python,
    Server,
    ServerToken,
    Set,
    StorePath,
    Trace,
    Why,
)


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario, a YAML file.")],
    *,
    set_: Set = None,
    python: Python = None,
    server: Server = None,
    server_token: ServerToken = None,
    json: Json = None,
    html: Html = None,
    trace: Trace = None,
    markdown: Markdown = False,
    turns: Annotated[
        bool,
        typer.Option(
            "--turns",
            help="Watch one more repetition of each cell from outside, to show who ran when; it is not measured.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the cells and how long they will take; measure nothing.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="A first answer: 3 rounds or more, until ±10 %, in 2 minutes.")
    ] = False,
    rigorous: Annotated[
        bool, typer.Option("--rigorous", help="10 rounds or more, until ±2 %, in an hour at most.")
    ] = False,
    resume: Annotated[
        str | None, typer.Option(metavar="RUN", help="Go on with an interrupted run of the same scenario.")
    ] = None,
    no_rerun: Annotated[
        bool, typer.Option("--no-rerun", help="Take disturbed rounds as they are, with a warning.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 98 when an expectation stays undecided.")
    ] = False,
    store: StorePath = None,
    progress: Progress = None,
    tables: AllTables = False,
    why: Why = False,
) -> None:
    """Run a scenario and show who wins, and why."""
    from simulator.cli.measuring import Options
    from simulator.cli.presets import preset
    from simulator.cli.run import run_scenario
    from simulator.cli.wanted import Wanted

    raise typer.Exit(
        run_scenario(
            Options(
                file=file,
                overrides=(*preset(fast=fast, rigorous=rigorous), *(set_ or ())),
                python=python,
                server_url=server,
                server_token=server_token,
                strict=strict,
                rerun=not no_rerun,
                store=store,
                dry_run=dry_run,
                resume=resume,
                wanted=Wanted(json, html, trace, markdown, tables, why),
                turns=turns,
                progress=progress,
            )
        )
    )


def tune(
    file: Annotated[Path, typer.Argument(metavar="SCENARIO", help="The scenario, a YAML file.")],
    *,
    goal: Annotated[
        str,
        typer.Option(
            metavar="GOAL",
            help="Any measure of which more, or less, is better: throughput, p99, memory, cpu …",
        ),
    ] = "throughput",
    max_in_flight: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, help="The most in flight that is tried; by default the scenario's."),
    ] = None,
    budget: Annotated[str, typer.Option(metavar="DURATION", help="How long the search may take.")] = "5m",
    case: Annotated[str | None, typer.Option(metavar="NAME", help="Which of the scenario's cases.")] = None,
    set_: Set = None,
    python: Python = None,
    server: Server = None,
    server_token: ServerToken = None,
    json: Json = None,
    html: Html = None,
    markdown: Markdown = False,
    store: StorePath = None,
    progress: Progress = None,
) -> None:
    """Find the best strategy, in_flight and parallelism for a scenario."""
    from simulator.cli.measuring import Options
    from simulator.cli.tune import TuneOptions, tune_scenario
    from simulator.cli.wanted import Wanted

    options = Options(
        file=file,
        overrides=(f"budget={budget}", *(set_ or ())),
        python=python,
        server_url=server,
        server_token=server_token,
        store=store,
        wanted=Wanted(json=json, html=html, markdown=markdown),
        progress=progress,
    )
    raise typer.Exit(tune_scenario(options, TuneOptions(goal, max_in_flight, case)))
