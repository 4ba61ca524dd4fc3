"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

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
Progress = Annotated[
    str | None,
    typer.Option(
        "--progress",
        metavar="jsonl[:TO]",
        help="Write what happens, a JSON object a line: to stderr, to file descriptor TO (a number) or to a file.",
    ),
]
Markdown = Annotated[
    bool,
    typer.Option("--markdown", help="Print a short summary in Markdown instead, as for a pull request."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one value, as in --set server.latency=20ms."),
]
Python = Annotated[
    str | None,
    typer.Option(
        envvar="SIMULATOR_PYTHON",
        metavar="PATH",
        help="The Python that runs the job, as of your own virtual environment; it is used as it is.",
    ),
]
Server = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Use a mock server that runs already; its configuration is put back."),
]
ServerToken = Annotated[
    str | None,
    typer.Option(envvar="MOCKSERVER_TOKEN", metavar="TOKEN", help="For that server's admin side."),
]
