"""The suite's conversation: what the client is, then a verdict for each check (protocol.md)."""

import platform
import sys
from collections.abc import Mapping
from typing import Any

from ..shared.control import Control
from ..shared.failure import Failure, describe
from ..shared.process_setup import allow_descriptors, find_modules_in
from ..strategies.connections import threads_share
from ..strategies.jobs import client_of
from .checks import CHECKS, Bench, Check, Skipped, Wrong
from .subject import PATIENCE_S, HangsError


def run_conformance(job: "Mapping[str, Any]", control: Control) -> None:
    """Make every check. Raises Failure where there is no such client here."""
    allow_descriptors()
    find_modules_in(job["import_path"])
    name = job["client"]
    kind = job["kind"] or kind_here(name)
    bench = Bench(
        client_of(name, kind),
        name,
        kind,
        job["base_url"],
        job["pages"],
        kind == "asyncio" or threads_share(name),
        job["tls"],
    )
    implementation = f"{sys.implementation.name} {platform.python_version()}"
    control.say("ready", kind=kind, python=sys.executable, version=implementation, checks=len(CHECKS))
    control.next_command()
    for check in CHECKS:
        wrong, skipped = made(check, bench)
        control.say("answer", to=check.name, title=check.title, wrong=wrong, skipped=skipped)
        control.next_command()  # who runs it looks at the server before it goes on


def kind_here(name: str) -> str:
    """Return of which kind the user's own client is. Raises Failure where there is none."""
    from ..clients.user_client import ClientSpecError, find_client, kind_of  # noqa: PLC0415 - the user's own only

    try:
        return kind_of(find_client(name), name)
    except ImportError as error:
        raise Failure("unsupported", str(error)) from error
    except ClientSpecError as error:
        raise Failure("unsupported", str(error)) from error
    except Exception as error:
        raise Failure("failed", f"importing the client {name} raised {describe(error)}") from error


def made(check: Check, bench: Bench) -> "tuple[str | None, str | None]":
    """Make a check; return what is wrong, and why it was not made, or null."""
    try:
        check.make(bench)
    except Wrong as found:
        return str(found), None
    except Skipped as reason:
        return None, str(reason)
    except HangsError:
        return f"a call did not end within {PATIENCE_S:g} s", None
    except Exception as error:  # noqa: BLE001 - whatever a client raises is its answer
        return f"it raised {describe(error)}", None
    return None, None
