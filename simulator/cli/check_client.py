"""`simulator check-client`."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from simulator.cli import exits
from simulator.cli.output import check_writable, write_text
from simulator.conformance.check import Checked, Conformance, check_client
from simulator.driver.clients import CLIENTS
from simulator.experiment.folders import import_path
from simulator.runner.driver_process import DriverError, default_python
from simulator.runner.servers import ServerError
from simulator.text.nearest import nearest
from simulator.text.words import counted

SCHEMA = "simulator.client/1"


def check(client: str, python: str | None, to_json: str | None) -> int:
    """Check, show, and return the exit code. Raises Stop."""
    if to_json is not None:
        check_writable(to_json)
    if ":" not in client and client not in CLIENTS:
        close = nearest(client, CLIENTS)
        exits.usage(
            f"{client} is no client; {f'did you mean {close}? ' if close else ''}There are {', '.join(CLIENTS)}, and"
            " your own is written package.module:Client"
        )
    progress = Console(stderr=True, highlight=False)
    try:
        found = check_client(
            client,
            python or default_python(),
            import_path(None),
            tell=lambda step: progress.print(f"{step} …", style="dim", markup=False, soft_wrap=True),
        )
    except KeyboardInterrupt:
        raise exits.Stop(exits.INTERRUPTED, "interrupted") from None
    except DriverError as error:
        code = exits.USAGE if error.status == "unsupported" else exits.FAILED
        raise exits.Stop(code, error.reason.removeprefix("job.client: ")) from error
    except ServerError as error:
        raise exits.Stop(exits.FAILED, str(error)) from error
    if to_json is not None:
        document = {"schema": SCHEMA, "clients": [one.as_json() for one in found]}
        write_text(json.dumps(document, indent=1) + "\n", to_json)
    show(found, Console(stderr=to_json == "-", highlight=False))
    return exits.NOT_HELD if any(one.wrong for one in found) else exits.OK


def show(found: Sequence[Conformance], console: Console) -> None:
    """Print of each kind the verdict, then its checks."""
    for one in found:
        verdict = (
            f"{counted(one.wrong, 'check')} failed" if one.wrong else "it does all that a client has to do"
        )
        console.print(Text(f"{one.client} ({one.kind}): {verdict}", style="bold"), soft_wrap=True)
        console.print(Text(f"{one.version}, {one.python}", style="dim"), soft_wrap=True)
        for made in one.checks:
            mark, style = _mark(made)
            told = made.wrong or (f"not checked: {made.skipped}" if made.skipped else "")
            console.print(Text.assemble((mark, style), f" {made.title.removesuffix('.')}"), soft_wrap=True)
            if told:
                console.print(Text(f"  {told}", style=style), soft_wrap=True)


def _mark(made: Checked) -> tuple[str, str]:
    if made.wrong is not None:
        return "✗", "bold red"
    return ("–", "dim") if made.skipped is not None else ("✓", "bold green")
