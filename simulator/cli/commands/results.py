"""Commands about what was measured."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.commands.named import formats, metric_names, run_names, statuses, tables
from simulator.cli.commands.options import (
    KEPT,
    MEASURED,
    SHOWN,
    SURE,
    WRITTEN,
    AllTables,
    Benchmark,
    Budget,
    Cases,
    Html,
    Json,
    Junit,
    Markdown,
    Name,
    Note,
    Only,
    Open,
    Precision,
    Python,
    Quiet,
    Rounds,
    Run,
    Set,
    StorePath,
    Strategies,
    Trace,
    Why,
    flag,
    option,
)


def runs(
    *,
    scenario: Annotated[
        str | None,
        option("--scenario", group=SHOWN, metavar="GLOB", tells="Only of scenarios of such a name: 'shop*'."),
    ] = None,
    status: Annotated[
        str | None,
        option(
            "--status",
            group=SHOWN,
            metavar="STATUS",
            tells="Only running, complete, interrupted or failed ones.",
            autocompletion=statuses,
        ),
    ] = None,
    since: Annotated[
        str | None,
        option("--since", group=SHOWN, metavar="WHEN", tells="Only later ones: 7d, 12h or 2030-11-01 (UTC)."),
    ] = None,
    limit: Annotated[
        int,
        option("--limit", group=SHOWN, metavar="N", tells="How many, newest first.", min=1, max=10_000),
    ] = 20,
    json: Json = None,
    delete: Annotated[
        list[str] | None,
        option(
            "--delete",
            group=KEPT,
            metavar="RUN",
            tells="Delete this run, samples and all; may be given again.",
            autocompletion=run_names,
        ),
    ] = None,
    prune: Annotated[
        str | None,
        option(
            "--prune",
            group=KEPT,
            metavar="WHEN",
            tells="Delete all that started earlier (30d) and match the filters.",
        ),
    ] = None,
    yes: Annotated[bool, flag("--yes", group=KEPT, tells="Prune without asking.")] = False,
    store: StorePath = None,
) -> None:
    """List the runs in the results database, or delete some."""
    from simulator.cli.runs import Options, manage_runs

    raise typer.Exit(
        manage_runs(
            Options(
                scenario=scenario,
                status=status,
                since=since,
                limit=limit,
                json=json,
                delete=tuple(delete or ()),
                prune=prune,
                yes=yes,
                store=store,
            )
        )
    )


def report(
    run: Run = "last",
    *,
    only: Only = "",
    tables: AllTables = False,
    why: Why = False,
    markdown: Markdown = False,
    quiet: Quiet = False,
    open_: Open = False,
    json: Json = None,
    html: Html = None,
    trace: Trace = None,
    junit: Junit = None,
    benchmark: Benchmark = None,
    name: Name = None,
    note: Note = None,
    store: StorePath = None,
) -> None:
    """Show a run again; name it, or note something about it."""
    from simulator.cli.results import show_run
    from simulator.cli.wanted import Wanted

    wanted = Wanted(
        json=json,
        html=html,
        trace=trace,
        markdown=markdown,
        tables=tables,
        why=why,
        junit=junit,
        quiet=quiet,
        open=open_,
        only=only,
        benchmark=tuple(benchmark or ()),
    )
    raise typer.Exit(show_run(run, wanted, store, label=name, note=note))


def compare(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="A RUN, as for report: what is compared with; with --revisions a scenario.",
            autocompletion=run_names,
        ),
    ],
    b: Annotated[
        str | None,
        typer.Argument(
            metavar="B", help="A RUN: what may have become faster or slower.", autocompletion=run_names
        ),
    ] = None,
    *,
    revisions: Annotated[
        str | None,
        option(
            "--revisions",
            group=MEASURED,
            metavar="A..B",
            tells="Two revisions of your package instead, measured side by side by the scenario A.",
        ),
    ] = None,
    package: Annotated[
        Path,
        option("--package", group=MEASURED, metavar="FOLDER", tells="Its project, in a git repository."),
    ] = Path(),
    case: Cases = None,
    strategy: Strategies = None,
    set_: Set = None,
    metric: Annotated[
        str,
        option(
            "--metric",
            group=SHOWN,
            metavar="METRIC",
            tells="Any measure: throughput, speedup, p99, memory, cpu …",
            autocompletion=metric_names,
        ),
    ] = "throughput",
    tolerance: Annotated[
        str,
        option(
            "--tolerance",
            group=SURE,
            metavar="PERCENT",
            tells="How much worse B may be before the exit code is 99.",
        ),
    ] = "5%",
    across: Annotated[
        bool, flag("--across", group=SURE, tells="Compare although machine or Python are different.")
    ] = False,
    rounds: Rounds = None,
    precision: Precision = None,
    budget: Budget = None,
    python: Python = None,
    markdown: Markdown = False,
    json: Json = None,
    junit: Junit = None,
    benchmark: Benchmark = None,
    name: Name = None,
    note: Note = None,
    store: StorePath = None,
) -> None:
    """Compare run B with run A, or two revisions of a package, cell by cell: faster, slower, or no difference."""
    from simulator.cli.asked import Asked
    from simulator.cli.compare import Options, Revisions, compare
    from simulator.cli.shown import Shown

    asked = Asked(
        rounds=rounds,
        budget=budget,
        precision=precision,
        cases=tuple(case or ()),
        strategies=tuple(strategy or ()),
    )
    raise typer.Exit(
        compare(
            Options(
                a=a,
                b=b,
                metric=metric,
                tolerance=tolerance,
                across=across,
                shown=Shown(json, junit, tuple(benchmark or ()), markdown=markdown),
                store=store,
                revisions=Revisions(revisions, package, asked, tuple(set_ or ()), python, name, note),
            )
        )
    )


def export(
    run: Run = "last",
    *,
    what: Annotated[
        str,
        option(
            "--what",
            group=WRITTEN,
            metavar="WHAT",
            tells="A row for each of: cells, repetitions, or samples (jobs).",
            autocompletion=tables,
        ),
    ] = "cells",
    format_: Annotated[
        str | None,
        option(
            "--format",
            group=WRITTEN,
            metavar="FORMAT",
            tells="csv, jsonl or parquet; else by the name of the output, or csv.",
            autocompletion=formats,
        ),
    ] = None,
    output: Annotated[
        str,
        option("--output", "-o", group=WRITTEN, metavar="PATH", tells="The table; - is standard output."),
    ] = "-",
    store: StorePath = None,
) -> None:
    """Write a run as one flat table, for a spreadsheet, pandas or a database."""
    from simulator.cli.export import export_run

    raise typer.Exit(export_run(run, what=what, format_name=format_, output=output, store=store))
