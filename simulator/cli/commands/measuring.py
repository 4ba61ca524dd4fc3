"""Commands that measure a scenario."""

from typing import Annotated

import typer

from simulator.cli.commands.named import goal_names
from simulator.cli.commands.options import (
    MEASURED,
    SHOWN,
    SURE,
    AllTables,
    Benchmark,
    Budget,
    Cases,
    Expect,
    File,
    Html,
    InFlight,
    Json,
    Junit,
    Latency,
    Markdown,
    Name,
    Note,
    On,
    Open,
    PagesFrom,
    Parser,
    Precision,
    Progress,
    Python,
    Quiet,
    Resume,
    Rounds,
    Scheduler,
    Server,
    ServerCa,
    ServerToken,
    Set,
    StorePath,
    Strategies,
    Trace,
    Why,
    flag,
    option,
)


def run(
    file: File = None,
    *,
    parser: Parser = None,
    pages_from: PagesFrom = None,
    latency: Latency = None,
    in_flight: InFlight = None,
    case: Cases = None,
    strategy: Strategies = None,
    set_: Set = None,
    rounds: Rounds = None,
    precision: Precision = None,
    budget: Budget = None,
    fast: Annotated[
        bool,
        flag("--fast", group=SURE, tells="A first answer: 3 rounds or more, until ±10 %, in 2 minutes."),
    ] = False,
    rigorous: Annotated[
        bool,
        flag("--rigorous", group=SURE, tells="10 rounds or more, until ±2 %, in an hour at most."),
    ] = False,
    no_rerun: Annotated[
        bool, flag("--no-rerun", group=SURE, tells="Take disturbed rounds as they are, with a warning.")
    ] = False,
    refine: Annotated[
        bool,
        flag("--refine", group=SURE, tells="Measure new parse costs where strategies begin to win."),
    ] = False,
    expect: Expect = None,
    strict: Annotated[
        bool, flag("--strict", group=SURE, tells="End with 98 when an expectation stays undecided.")
    ] = False,
    dry_run: Annotated[
        bool,
        flag("--dry-run", group=SURE, tells="List the cells and how long they will take; measure nothing."),
    ] = False,
    python: Python = None,
    server: Server = None,
    server_token: ServerToken = None,
    server_ca: ServerCa = None,
    on: On = None,
    scheduler: Scheduler = None,
    tables: AllTables = False,
    why: Why = False,
    turns: Annotated[
        bool,
        flag(
            "--turns",
            group=SHOWN,
            tells="Who ran when: one more repetition of each cell, watched from outside and not measured.",
        ),
    ] = False,
    markdown: Markdown = False,
    quiet: Quiet = False,
    open_: Open = False,
    json: Json = None,
    html: Html = None,
    trace: Trace = None,
    junit: Junit = None,
    benchmark: Benchmark = None,
    progress: Progress = None,
    name: Name = None,
    note: Note = None,
    store: StorePath = None,
    resume: Resume = None,
) -> None:
    """Run a scenario and show who wins, and why."""
    from simulator.cli.asked import Asked
    from simulator.cli.measuring import Options
    from simulator.cli.on_machines import scheduler_of
    from simulator.cli.presets import preset
    from simulator.cli.run import run_scenario
    from simulator.cli.wanted import Wanted

    raise typer.Exit(
        run_scenario(
            Options(
                file=file,
                asked=Asked(
                    parser=parser,
                    pages_from=pages_from,
                    latency=latency,
                    in_flight=in_flight,
                    rounds=rounds,
                    budget=budget,
                    precision=precision,
                    cases=tuple(case or ()),
                    strategies=tuple(strategy or ()),
                    expect=tuple(expect or ()),
                ),
                overrides=(
                    *preset(fast=fast, rigorous=rigorous),
                    *(["refine=true"] if refine else []),
                    *(set_ or ()),
                ),
                python=python,
                server_url=server,
                server_token=server_token,
                server_ca=server_ca,
                scheduler=scheduler_of(on, scheduler),
                rerun=not no_rerun,
                store=store,
                dry_run=dry_run,
                resume=resume,
                wanted=Wanted(
                    json=json,
                    html=html,
                    trace=trace,
                    markdown=markdown,
                    tables=tables,
                    why=why,
                    junit=junit,
                    quiet=quiet,
                    open=open_,
                    strict=strict,
                    benchmark=tuple(benchmark or ()),
                ),
                turns=turns,
                progress=progress,
                label=name,
                note=note,
            )
        )
    )


def tune(
    file: File = None,
    *,
    parser: Parser = None,
    pages_from: PagesFrom = None,
    latency: Latency = None,
    case: Cases = None,
    strategy: Strategies = None,
    max_in_flight: Annotated[
        int | None,
        option(
            "--max-in-flight",
            group=MEASURED,
            metavar="N",
            tells="The most in flight that is tried; by default the scenario's.",
            min=1,
            max=10_000,
        ),
    ] = None,
    set_: Set = None,
    goal: Annotated[
        str,
        option(
            "--goal",
            group=SURE,
            metavar="GOAL",
            tells="Any measure of which more, or less, is better: throughput, p99, memory, cpu …",
            autocompletion=goal_names,
        ),
    ] = "throughput",
    budget: Budget = "5m",
    python: Python = None,
    server: Server = None,
    server_token: ServerToken = None,
    server_ca: ServerCa = None,
    markdown: Markdown = False,
    quiet: Quiet = False,
    open_: Open = False,
    json: Json = None,
    html: Html = None,
    progress: Progress = None,
    name: Name = None,
    note: Note = None,
    store: StorePath = None,
    resume: Resume = None,
) -> None:
    """Find the best strategy, in_flight and parallelism for a scenario."""
    from simulator.cli.asked import Asked
    from simulator.cli.measuring import Options
    from simulator.cli.tune import TuneOptions, tune_scenario
    from simulator.cli.wanted import Wanted

    options = Options(
        file=file,
        asked=Asked(parser=parser, pages_from=pages_from, latency=latency, strategies=tuple(strategy or ())),
        overrides=(f"budget={budget}", *(set_ or ())),
        python=python,
        server_url=server,
        server_token=server_token,
        server_ca=server_ca,
        store=store,
        resume=resume,
        wanted=Wanted(json=json, html=html, markdown=markdown, quiet=quiet, open=open_),
        progress=progress,
        label=name,
        note=note,
    )
    raise typer.Exit(tune_scenario(options, TuneOptions(goal, max_in_flight, tuple(case or ()))))
