"""Commands that bring in what was recorded elsewhere."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from simulator.cli.commands.named import kinds
from simulator.cli.commands.options import MEASURED, SURE, WRITTEN, Force, flag, option

To = Annotated[
    str,
    option("--to", group=WRITTEN, metavar="NAME", tells="Writes the folder NAME and the scenario NAME.yaml."),
]
KeepSecrets = Annotated[
    bool,
    flag("--keep-secrets", group=WRITTEN, tells="Write URLs as they are, with the tokens and keys in them."),
]
AllStatuses = Annotated[
    bool, flag("--all-statuses", group=MEASURED, tells="Answers that are no success (2xx), too.")
]
MediaType = Annotated[
    list[str] | None,
    option(
        "--media-type",
        group=MEASURED,
        metavar="TYPE",
        tells="Answers of this type alone, as html or json; may be given again.",
    ),
]


class Unit(StrEnum):
    """In which bare numbers are."""

    S = "s"
    MS = "ms"
    US = "us"
    NS = "ns"


def import_(
    kind: Annotated[
        str, typer.Argument(metavar="har|warc|vcr|scrapy|log|csv", help="What FILE is.", autocompletion=kinds)
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The recording; of scrapy, the folder of a spider's cache.")
    ],
    *,
    to: To,
    media_type: MediaType = None,
    all_statuses: AllStatuses = False,
    column: Annotated[
        str | None,
        option(
            "--column",
            group=MEASURED,
            metavar="COLUMN",
            tells="Of a csv: where the durations are, by name or number.",
        ),
    ] = None,
    unit: Annotated[
        Unit | None,
        option(
            "--unit",
            group=MEASURED,
            metavar="s|ms|us|ns",
            tells="Of a csv or log: what durations without a unit are in.",
        ),
    ] = None,
    keep_secrets: KeepSecrets = False,
    force: Force = False,
) -> None:
    """Make a recording a folder of pages with their delays, and a scenario that runs as it is."""
    from simulator.cli.imports import import_recording
    from simulator.imports.interface import Wanted

    wanted = Wanted(
        all_statuses=all_statuses,
        keep_secrets=keep_secrets,
        media_types=tuple(media_type or ()),
        unit=None if unit is None else unit.value,
        column=column,
    )
    raise typer.Exit(import_recording(kind, file, to, wanted, force=force))


def record(
    urls: Annotated[
        Path,
        typer.Argument(
            metavar="URLS", help="A file with URLs, one on each line: your own, or ones you may fetch."
        ),
    ],
    *,
    to: To,
    media_type: MediaType = None,
    all_statuses: AllStatuses = False,
    samples: Annotated[
        int,
        option(
            "--samples",
            group=SURE,
            metavar="N",
            tells="How often each is fetched; its delay is the median.",
        ),
    ] = 3,
    every: Annotated[
        str,
        option("--every", group=SURE, metavar="DURATION", tells="Pause before each request, 100ms at least."),
    ] = "1s",
    keep_secrets: KeepSecrets = False,
    force: Force = False,
) -> None:
    """Fetch a list of URLs politely, and make of it what `import` makes of a recording.

    One request at a time, as robots.txt allows.
    """
    from simulator.cli.recording import record_urls
    from simulator.imports.interface import Wanted

    wanted = Wanted(all_statuses=all_statuses, keep_secrets=keep_secrets, media_types=tuple(media_type or ()))
    raise typer.Exit(record_urls(urls, to, samples, every, wanted, force=force))
