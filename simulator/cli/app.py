"""The commands and their options. What they do is imported when they are called: `--help` must not wait for it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from simulator import __version__
from simulator.cli.exits import USAGE, Stop

app = typer.Typer(
    name="simulator",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Threads, asyncio or processes? Runs one fetch-and-parse job under each, on this machine, and says which is"
    " faster and why.",
)

StorePath = Annotated[
    Path | None,
    typer.Option("--store", envvar="SIMULATOR_STORE", metavar="PATH", help="Results database."),
]
AllTables = Annotated[
    bool,
    typer.Option("--tables", help="Show the table of every combination, also where there are more than six."),
]
Why = Annotated[
    bool,
    typer.Option(
        "--why", help="Show where the time of workers and jobs went, and a timeline of each strategy."
    ),
]


Json = Annotated[
    str | None,
    typer.Option("--json", metavar="PATH", help="Write the result document there; - is standard output."),
]
Html = Annotated[
    str | None,
    typer.Option(
        "--html", metavar="PATH", help="Write the report as one page for a browser, charts and all."
    ),
]
Trace = Annotated[
    str | None,
    typer.Option(
        "--trace",
        metavar="PATH",
        help="Write one repetition of each cell as trace events, for ui.perfetto.dev.",
    ),
]
Markdown = Annotated[
    bool,
    typer.Option("--markdown", help="Print a short summary in Markdown instead, as for a pull request."),
]


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario, a YAML file.")],
    *,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Change one value, as in --set server.latency=20ms."
        ),
    ] = None,
    python: Annotated[
        str | None,
        typer.Option(
            envvar="SIMULATOR_PYTHON",
            metavar="PATH",
            help="The Python that runs the job, as of your own virtual environment; it is used as it is.",
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Use a mock server that runs already; its configuration is put back."
        ),
    ] = None,
    server_token: Annotated[
        str | None,
        typer.Option(envvar="MOCKSERVER_TOKEN", metavar="TOKEN", help="For that server's admin side."),
    ] = None,
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
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 98 when an expectation stays undecided.")
    ] = False,
    store: StorePath = None,
    tables: AllTables = False,
    why: Why = False,
) -> None:
    """Run a scenario and show who wins, and why."""
    from simulator.cli.presets import preset
    from simulator.cli.run import Options, run_scenario
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
                store=store,
                dry_run=dry_run,
                resume=resume,
                wanted=Wanted(json, html, trace, markdown, tables, why),
                turns=turns,
            )
        )
    )


@app.command()
def tune(
    file: Annotated[Path, typer.Argument(metavar="SCENARIO", help="The scenario, a YAML file.")],
    *,
    goal: Annotated[str, typer.Option(metavar="GOAL", help="throughput, p99, memory or cpu.")] = "throughput",
    max_in_flight: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, help="The most in flight that is tried; by default the scenario's."),
    ] = None,
    budget: Annotated[str, typer.Option(metavar="DURATION", help="How long the search may take.")] = "5m",
    case: Annotated[str | None, typer.Option(metavar="NAME", help="Which of the scenario's cases.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value.")
    ] = None,
    python: Annotated[
        str | None,
        typer.Option(envvar="SIMULATOR_PYTHON", metavar="PATH", help="The Python that runs the job."),
    ] = None,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help="Use a mock server that runs already.")
    ] = None,
    server_token: Annotated[
        str | None,
        typer.Option(envvar="MOCKSERVER_TOKEN", metavar="TOKEN", help="For that server's admin side."),
    ] = None,
    json: Json = None,
    html: Html = None,
    markdown: Markdown = False,
    store: StorePath = None,
) -> None:
    """Find the best strategy, in_flight and parallelism for a scenario."""
    from simulator.cli.run import Options
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
    )
    raise typer.Exit(tune_scenario(options, TuneOptions(goal, max_in_flight, case)))


@app.command()
def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Scenario files.")],
    *,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value.")
    ] = None,
) -> None:
    """Check scenarios; print every mistake with its line, or how many cells each has."""
    from simulator.cli.scenarios import validate_files

    raise typer.Exit(validate_files(files, tuple(set_ or ())))


@app.command()
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


@app.command()
def schema(
    kind: Annotated[
        str, typer.Argument(metavar="scenario|result|comparison", help="Which document's JSON Schema.")
    ],
) -> None:
    """Print a JSON Schema: of scenarios, so that editors complete them, of result documents, or of comparisons."""
    from simulator.cli.scenarios import print_schema

    raise typer.Exit(print_schema(kind))


@app.command()
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


@app.command()
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


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A RUN, as for report: what is compared with.")],
    b: Annotated[str, typer.Argument(metavar="B", help="A RUN: what may have become faster or slower.")],
    *,
    metric: Annotated[
        str, typer.Option(metavar="METRIC", help="throughput, p99, memory or cpu.")
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


@app.command()
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


@app.command()
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
            )
        )
    )


@app.command()
def doctor(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print facts and checks as JSON.")] = False,
) -> None:
    """Show what matters about this machine for measuring, and what to do about each problem."""
    from simulator.cli.doctor import examine

    raise typer.Exit(examine(as_json=json))


def _version(wanted: bool) -> None:
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
    try:
        app()
    except Stop as stop:
        sys.stderr.write(f"simulator: {stop.message}\n")
        raise SystemExit(stop.code) from None
    except BrokenPipeError:
        # Whoever read the output has left, as `head` does; Python would complain again when it flushes.
        sys.stderr.close()
        raise SystemExit(0) from None
