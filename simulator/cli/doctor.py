"""`simulator doctor`: the diagnosis for people, and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.cli import exits
from simulator.cli.output import check_writable, write_text
from simulator.environment.diagnosis import Check, diagnose
from simulator.environment.facts import Facts, gather

_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def examine(target: str | None = None, console: Console | None = None) -> int:
    """Look at this machine for a few seconds, print what was found, and return the exit code: 0, whatever it was.

    Args:
        target: Where facts and checks are written as JSON; `-` is standard output, which they have alone.
        console: Where to print; standard output by default.
    """
    if target is not None:
        check_writable(target)
    facts = gather()
    checks = diagnose(facts)
    if target is not None:
        write_text(to_json(facts, checks) + "\n", target)
    if target != "-":
        render(console or Console(), checks)
    return exits.OK


def render(console: Console, checks: Sequence[Check]) -> None:
    """Print a line per check, its advice below it, and what all of it comes to.

    The verdict is a word, not only a colour; nothing from outside is read as markup.
    """
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        value = Text(check.value)
        if check.advice is not None:
            value.append("\n-> " + check.advice, style="" if check.verdict != "ok" else "dim")
        table.add_row(Text(check.verdict, style=_STYLES[check.verdict]), Text(check.name), value)
    console.print(table)
    console.print(Text("\n" + conclusion(checks)))


def conclusion(checks: Sequence[Check]) -> str:
    """Say in one sentence whether to measure here."""
    problems = [check.name for check in checks if check.verdict == "problem"]
    warnings = [check.name for check in checks if check.verdict == "warning"]
    if problems:
        return f"Measurements here will mislead until this is changed: {', '.join(problems)}."
    if warnings:
        return f"This machine can measure; expect wider intervals because of: {', '.join(warnings)}."
    return "This machine is fit to measure."


def to_json(facts: Facts, checks: Sequence[Check]) -> str:
    """Return the facts and the checks as JSON text."""
    return json.dumps({"facts": asdict(facts), "checks": [asdict(check) for check in checks]}, indent=1)
