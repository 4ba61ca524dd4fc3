"""From options to virtual changes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.analysis.demanded import waits_s
from simulator.analysis.what_if.change import (
    MOST_CORES,
    MOST_IN_FLIGHT,
    Becomes,
    Change,
    Lock,
    Together,
    Waits,
)
from simulator.analysis.what_if.parsing import ChangeError, parse_change
from simulator.scenario.load import from_document
from simulator.scenario.problem import Problem, ScenarioError
from simulator.scenario.runtimes import levels
from simulator.scenario.settings import setting

FREE_THREADED = re.compile(r"3\.\d+t")


@dataclass(frozen=True)
class AskedChanges:
    """The options as typed; what is null or empty was not given."""

    cores: int | None = None
    in_flight: int | None = None
    runtime: str | None = None
    latency: str | None = None
    changes: tuple[str, ...] = ()


def changes_of(asked: AskedChanges, scenario: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return each change for itself and, where there are several, all of them together.

    Args:
        asked: the options.
        scenario: as written: what a latency needs beside itself, and which runtimes are known.

    Raises:
        ChangeError: one is no change; names its option.
    """
    found = tuple(_each(asked, scenario))
    return (*found, Together(found)) if len(found) > 1 else found


def _each(asked: AskedChanges, scenario: Mapping[str, Any]) -> Iterator[Change]:
    if asked.cores is not None:
        yield _count("--cores", "cores", asked.cores, MOST_CORES)
    if asked.in_flight is not None:
        yield _count("--in-flight", "in flight", asked.in_flight, MOST_IN_FLIGHT)
    if asked.runtime is not None:
        yield _runtime(asked.runtime, scenario)
    if asked.latency is not None:
        yield _latency(asked.latency, scenario)
    for text in asked.changes:
        try:
            yield parse_change(text)
        except ChangeError as error:
            raise ChangeError(f"--change {text!r}: {error}") from None


def _count(option: str, target: Any, count: int, most: int) -> Change:
    if not 1 <= count <= most:
        raise ChangeError(f"{option} {count}: from 1 to {most:,} is allowed")
    return Becomes(target, float(count), f"{count:,}")


def _runtime(name: str, scenario: Mapping[str, Any]) -> Change:
    listed = levels(scenario.get("runtimes"))
    if name in listed:
        raise ChangeError(
            f"--runtime {name}: the scenario lists it, so its cells are predicted from what jobs cost there; leave it"
            " out"
        )
    if not FREE_THREADED.fullmatch(name):
        both = ", ".join(dict.fromkeys((*listed, "current", name)))
        raise ChangeError(
            f"--runtime {name}: what a job costs there is not known, only that a Python whose version ends with t, as"
            f" 3.14t, has no GIL; --set 'runtimes=[{both}]' calibrates on it"
        )
    return Lock("GIL", held=False, text=f"{name} (that is, no GIL)")


def _latency(text: str, scenario: Mapping[str, Any]) -> Change:
    option = "--latency"
    found = setting(option, "server.latency", text)
    if isinstance(found, Problem):
        raise ChangeError(str(found))
    server = {**(scenario.get("server") or {}), "latency": found.value}
    try:
        changed = from_document(
            {**scenario, "server": server}, option, set_by={("server", "latency"): option}
        )
    except ScenarioError as error:
        raise ChangeError(str(error)) from None
    return Waits(waits_s(changed.server), text)
