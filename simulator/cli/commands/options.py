"""Options of more than one command: each means the same wherever it is; and the groups in which help shows them.

What an option of one command means is not said of another one by the same name: a test walks all commands.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.cli.commands.named import (
    case_names,
    parser_names,
    run_names,
    scenario_names,
    strategy_names,
)

MEASURED = "What is measured"
SURE = "How long, how sure"
WHERE = "Where it runs"
SHOWN = "What is shown"
WRITTEN = "What is written"
KEPT = "What is kept"


def flag(*names: str, group: str, tells: str) -> Any:
    """Return an option without a value."""
    return typer.Option(*names, rich_help_panel=group, help=tells)


def option(*names: str, group: str, metavar: str, tells: str, **more: Any) -> Any:
    """Return an option with a value."""
    return typer.Option(*names, metavar=metavar, rich_help_panel=group, help=tells, **more)


Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run: the beginning of its id, its name, last, last~1, or a result document.",
        autocompletion=run_names,
    ),
]

File = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="A scenario: a YAML file, or the name of one that is shipped. Without it, --parser, --pages-from,"
        " --latency and --in-flight say what is measured.",
        autocompletion=scenario_names,
    ),
]

# What is measured

Parser = Annotated[
    str | None,
    option(
        "--parser",
        group=MEASURED,
        metavar="PARSER",
        tells="A built-in parser, or yours: package.module:function.",
        autocompletion=parser_names,
    ),
]
PAGES_FROM = "Saved pages, instead of generated ones."
PagesFrom = Annotated[Path | None, option("--pages-from", group=MEASURED, metavar="FOLDER", tells=PAGES_FROM)]
LATENCY = "A duration, as in 40ms, or a distribution, as in '{kind: lognormal, median: 40ms, p99: 160ms}'."
Latency = Annotated[str | None, option("--latency", group=MEASURED, metavar="LATENCY", tells=LATENCY)]
IN_FLIGHT = "Jobs started and not finished, at a time."
InFlight = Annotated[int | None, option("--in-flight", group=MEASURED, metavar="N", tells=IN_FLIGHT)]
Cases = Annotated[
    list[str] | None,
    option(
        "--case",
        group=MEASURED,
        metavar="NAME",
        tells="This case of the scenario's alone.",
        autocompletion=case_names,
    ),
]
Strategies = Annotated[
    list[str] | None,
    option(
        "--strategy",
        group=MEASURED,
        metavar="NAME",
        tells="This strategy alone, beside sequential; may be given again.",
        autocompletion=strategy_names,
    ),
]
Set = Annotated[
    list[str] | None,
    option(
        "--set",
        group=MEASURED,
        metavar="PATH=VALUE",
        tells="Change one value of the scenario, as in --set server.latency=20ms; may be given again.",
    ),
]

# How long, how sure

Rounds = Annotated[
    int | None,
    option("--rounds", group=SURE, metavar="N", tells="How often every cell is measured."),
]
Precision = Annotated[
    str | None,
    option(
        "--precision",
        group=SURE,
        metavar="PERCENT",
        tells="Go on by rounds until ratios are known to that much, as 3%.",
    ),
]
Budget = Annotated[
    str | None,
    option("--budget", group=SURE, metavar="DURATION", tells="How long measuring may take, as 5m."),
]
Expect = Annotated[
    list[str] | None,
    option(
        "--expect",
        group=SURE,
        metavar="COND",
        tells="A condition; 99 when it does not hold. May be given again.",
    ),
]

# Where it runs

Python = Annotated[
    str | None,
    option(
        "--python",
        group=WHERE,
        metavar="PATH",
        tells="The Python that runs the job, as of your own virtual environment; it is used as it is.",
        envvar="SIMULATOR_PYTHON",
    ),
]
Server = Annotated[
    str | None,
    option(
        "--server",
        group=WHERE,
        metavar="URL",
        tells="Use a mock server that runs already; its configuration is put back.",
    ),
]
ServerToken = Annotated[
    str | None,
    option(
        "--server-token",
        group=WHERE,
        metavar="TOKEN",
        tells="For that server's admin side.",
        envvar="MOCKSERVER_TOKEN",
    ),
]
ServerCa = Annotated[
    Path | None,
    option(
        "--server-ca",
        group=WHERE,
        metavar="FILE",
        tells="The certificate that an https server is verified with, as mockserver serve --tls-ca wrote it.",
    ),
]

On = Annotated[
    str | None,
    option(
        "--on",
        group=WHERE,
        metavar="dask",
        tells="Spread the combinations over machines that are alike: the workers of a Dask cluster.",
    ),
]
Scheduler = Annotated[
    str | None,
    option(
        "--scheduler",
        group=WHERE,
        metavar="ADDRESS",
        tells="That cluster's, as tcp://127.0.0.1:8786; whoever runs it can run code here, and you there.",
    ),
]

# What is shown

AllTables = Annotated[
    bool,
    flag(
        "--tables", group=SHOWN, tells="The table of every combination, also where there are more than six."
    ),
]
Why = Annotated[
    bool,
    flag(
        "--why",
        group=SHOWN,
        tells="Where the time of workers and jobs went, and a timeline of each strategy.",
    ),
]
Only = Annotated[
    str,
    option(
        "--only",
        group=SHOWN,
        metavar="FACTOR=LEVEL,…",
        tells="Of these levels, as in case=mixed,strategy=threads.",
    ),
]
Markdown = Annotated[
    bool,
    flag(
        "--markdown",
        group=SHOWN,
        tells="A short summary in Markdown instead, as for a pull request.",
    ),
]

Quiet = Annotated[
    bool, flag("--quiet", group=SHOWN, tells="Nothing but the verdicts: no progress, no tables.")
]
Open = Annotated[
    bool, flag("--open", group=SHOWN, tells="Open the report as a page in a browser, with or without --html.")
]

# What is written

Json = Annotated[
    str | None,
    option("--json", group=WRITTEN, metavar="PATH", tells="What was found, as JSON; - is standard output."),
]
Html = Annotated[
    str | None,
    option(
        "--html",
        group=WRITTEN,
        metavar="PATH",
        tells="One page for a browser, charts and all; - is standard output.",
    ),
]
Trace = Annotated[
    str | None,
    option(
        "--trace",
        group=WRITTEN,
        metavar="PATH",
        tells="One repetition of each cell as trace events, for ui.perfetto.dev; - is standard output.",
    ),
]
Junit = Annotated[
    str | None,
    option(
        "--junit",
        group=WRITTEN,
        metavar="PATH",
        tells="What was checked as JUnit's XML, for CI; - is standard output.",
    ),
]
Benchmark = Annotated[
    list[str] | None,
    option(
        "--benchmark",
        group=WRITTEN,
        metavar="FORMAT:PATH",
        tells="Numbers for a service that watches them: github:PATH (github-action-benchmark), bencher:PATH (Bencher).",
    ),
]
Progress = Annotated[
    str | None,
    option(
        "--progress",
        group=WRITTEN,
        metavar="jsonl[:TO]",
        tells="What happens, a JSON object a line: to stderr, to file descriptor TO (a number) or to a file.",
    ),
]

Force = Annotated[bool, flag("--force", group=WRITTEN, tells="Overwrite what is there of that name.")]

# What is kept

Name = Annotated[
    str | None,
    option(
        "--name",
        group=KEPT,
        metavar="NAME",
        tells="Call the run so: then NAME is a RUN, the newest of that name.",
    ),
]
Note = Annotated[
    str | None,
    option("--note", group=KEPT, metavar="TEXT", tells="What to remember of it; simulator runs shows it."),
]
StorePath = Annotated[
    Path | None,
    option("--store", group=KEPT, metavar="PATH", tells="The results database.", envvar="SIMULATOR_STORE"),
]
Resume = Annotated[
    str | None,
    option(
        "--resume",
        group=KEPT,
        metavar="RUN",
        tells="Go on with an interrupted run of the same scenario.",
        autocompletion=run_names,
    ),
]
