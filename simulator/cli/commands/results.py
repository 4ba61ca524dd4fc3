"""Commands about what was measured."""

from typing import Annotated

import typer

from simulator.cli.commands.options import AllTables, Html, Json, Markdown, StorePath, Trace, Why


def runs(
    *,
    name: Annotated[
        str | None, typer.Option(metavar="GLOB", help="Only scenarios of such a name: 'shop*'.")
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(metavar="STATUS", help="Only running, complete, interrupted or failed ones."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Only later ones: 7d, 12h or 2030-11-01 (UTC).")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array of them.")] = False,
    delete: Annotated[
        list[str] | None,
        typer.Option(metavar="RUN", help="Delete this run, samples and all; may be given several times."),
    ] = None,
    prune: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Delete all that started earlier (30d) and match the filters."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Prune without asking.")] = False,
    store: StorePath = None,
) -> None:
    """List the runs in the results database, or delete some."""
    from simulator.cli.runs import Options, manage_runs

    raise typer.Exit(
        manage_runs(
            Options(
                name=name,
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
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="An id or its beginning, last, last~1, or a result document.")
    ] = "last",
    *,
    json: Json = None,
    html: Html = None,
    trace: Trace = None,
    markdown: Markdown = False,
    store: StorePath = None,
    tables: AllTables = False,
    why: Why = False,
) -> None:
    """Show a run again."""
    from simulator.cli.results import show_run
    from simulator.cli.wanted import Wanted

    raise typer.Exit(show_run(run, Wanted(json, html, trace, markdown, tables, why), store))


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A RUN, as for report: what is compared with.")],
    b: Annotated[str, typer.Argument(metavar="B", help="A RUN: what may have become faster or slower.")],
    *,
    metric: Annotated[
        str,
        typer.Option(
            metavar="METRIC",
            help="Any measure of which more, or less, is better: throughput, p99, memory, cpu …",
        ),
    ] = "throughput",
    tolerance: Annotated[
        str, typer.Option(metavar="PERCENT", help="How much worse B may be before the exit code is 99.")
    ] = "5%",
    across: Annotated[
        bool, typer.Option("--across", help="Compare although machine or Python are different.")
    ] = False,
    json: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="Write the comparison there; - is standard output."),
    ] = None,
    store: StorePath = None,
) -> None:
    """Compare run B with run A, cell by cell: faster, slower, or no difference."""
    from simulator.cli.compare import Options, compare

    raise typer.Exit(
        compare(Options(a=a, b=b, metric=metric, tolerance=tolerance, across=across, json=json, store=store))
    )


def export(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="An id or its beginning, last, last~1, or a result document.")
    ] = "last",
    *,
    what: Annotated[
        str, typer.Option(metavar="WHAT", help="A row for each of: cells, repetitions, or samples (jobs).")
    ] = "cells",
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="csv, jsonl or parquet; else by the name of the output, or csv.",
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="PATH", help="A file; - is standard output.")
    ] = "-",
    store: StorePath = None,
) -> None:
    """Write a run as one flat table, for a spreadsheet, pandas or a database."""
    from simulator.cli.export import export_run

    raise typer.Exit(export_run(run, what=what, format_name=format_, output=output, store=store))
