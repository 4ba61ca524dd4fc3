"""Which formats there are, in which version: for docs/formats.md, from where each is written or read."""

from collections.abc import Iterator
from typing import NamedTuple

from mockserver import identity, manifest
from simulator.cli import check_client
from simulator.cli.event_lines import name_of
from simulator.driver.shared import control
from simulator.experiment import events
from simulator.probe import result as probe
from simulator.result import comparison, document, predictions, version_1
from simulator.store import schema


class Format(NamedTuple):
    """One row."""

    name: str
    version: str
    read_also: str
    """Older versions that this program still reads."""
    written_by: str
    described_in: str


FORMATS = (
    Format(
        "result document",
        f"`{document.SCHEMA}`",
        f"`{version_1.SCHEMA}`",
        "`run`, `tune`, `report` with `--json`",
        "`simulator schema result`, [reference](reference.md#the-result-document)",
    ),
    Format(
        "prediction document",
        f"`{predictions.SCHEMA}`",
        "",
        "`predict --json`",
        "`simulator schema prediction`, [reference](reference.md#predictions)",
    ),
    Format(
        "comparison",
        f"`{comparison.SCHEMA}`",
        "",
        "`compare --json`",
        "`simulator schema comparison`, [results](results.md#comparing-two-runs)",
    ),
    Format("probe result", f"`{probe.SCHEMA}`", "", "`probe --json`", "[probe](probe.md)"),
    Format(
        "client check",
        f"`{check_client.SCHEMA}`",
        "",
        "`check-client --json`",
        "[clients](clients.md#your-own-client)",
    ),
    Format(
        "recording",
        f"`{manifest.SCHEMA}`",
        "",
        "`import`, `record`: `manifest.json`",
        "[real-job](real-job.md)",
    ),
    Format(
        "admin JSON, headers and paths",
        f"`protocol` {identity.PROTOCOL} of `/__admin/health`",
        "",
        "the mock server",
        "[mock-server](mock-server.md#admin-side)",
    ),
    Format(
        "results database",
        f"`user_version` {schema.VERSION}",
        f"1 to {schema.VERSION - 1}",
        "`run`, `tune`: SQLite",
        "nowhere: use `export` or `report --json`",
    ),
    Format(
        "job file, driver's protocol, sample file",
        f"`protocol` {control.PROTOCOL}",
        "",
        "runner and driver, for one another",
        "[protocol](../simulator/driver/protocol.md)",
    ),
)


def rows() -> Iterator[str]:
    """Yield a Markdown table of the formats."""
    yield "| format | version | read also | written by | described in |"
    yield "|---|---|---|---|---|"
    for row in FORMATS:
        yield f"| {' | '.join(row)} |"


def event_names() -> Iterator[str]:
    """Yield the `event` of each kind of line that `--progress jsonl` writes."""
    for kind in events.Event.__subclasses__():
        if kind is not events.StillRunning:  # for those who show it
            yield name_of(kind)
