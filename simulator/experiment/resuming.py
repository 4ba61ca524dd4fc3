"""Going on with an interrupted run: whether it is still the same experiment on the same machine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulator.experiment.design import Design
from simulator.experiment.launch import Launch
from simulator.measures.factors import RUNTIME
from simulator.result.run import MACHINES, Run, RunHeader
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.interpreters import Interpreters


class NotTheSameError(Exception):
    """The run was another experiment, or on another machine or Python; the text says what is different."""


def resumed(design: Design, earlier: Run) -> Design:
    """Return the design of the run that goes on. Raises NotTheSameError."""
    check_same(earlier, design.header, _pythons(earlier, design.launch))
    return replace(design, earlier=earlier, header=earlier.header)


def check_same(earlier: Run, header: RunHeader, more: Iterable[str] = ()) -> None:
    """Make sure that a run can go on with what is designed now. Raises NotTheSameError.

    Args:
        earlier: as far as it got.
        header: of what is designed now.
        more: further differences, in words.
    """
    differences = [
        *_scenario(earlier.header, header),
        *_spread(earlier.header.environment, header.environment),
        *_machine(earlier.header.environment, header.environment),
        *more,
    ]
    if differences:
        listed = "\n".join(f"  {difference}" for difference in differences)
        raise NotTheSameError(
            f"run {earlier.header.id} cannot go on here, since its rounds would not be comparable:\n{listed}"
        )


def _scenario(earlier: RunHeader, header: RunHeader) -> Iterator[str]:
    """Compare what both mean, whatever of it is written and what is a default; as written, where no more was kept."""
    then, now = earlier.scenario_resolved, header.scenario_resolved
    if then is None or now is None:
        then, now = earlier.scenario, header.scenario
    else:
        then = {**then, "tune": earlier.scenario.get("tune")}
        now = {**now, "tune": header.scenario.get("tune")}
    yield from _changes(then, now)


def _changes(then: Mapping[str, Any], now: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key in sorted(then.keys() | now.keys()):
        old, new = then.get(key), now.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _changes(old, new, f"{above}{key}.")
        elif old != new:
            yield f"{above}{key} was {_short(old)}, and is {_short(new)}"


def _spread(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    before, after = (MACHINES in environment for environment in (then, now))
    if before != after:
        ways = {True: "spread over machines, with --on dask", False: "measured by one machine"}
        yield f"it was {ways[before]}, and would be {ways[after]}"


def _machine(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    old, new = then.get("machine") or {}, now.get("machine") or {}
    for key in ("cpu_model", "usable_cores"):
        if old.get(key) != new.get(key):
            yield f"the machine's {key} was {_short(old.get(key))}, and is {_short(new.get(key))}"


def _pythons(run: Run, launch: Launch) -> Iterator[str]:
    if launch.interpreters is not None:
        yield from _runtimes(run, launch.interpreters)
        return
    ran = {str(r.environment["executable"]) for r in run.repetitions if "executable" in r.environment}
    if ran and launch.python not in ran:
        yield f"the job ran on {', '.join(sorted(ran))}, and would on {launch.python}"


def _runtimes(run: Run, interpreters: Interpreters) -> Iterator[str]:
    """Compare what each runtime was with what it is now; made environments may stand elsewhere meanwhile."""
    runtimes = {cell.id: str(cell.factors.get(RUNTIME)) for cell in run.header.cells}
    ran: dict[str, dict[str, str]] = {}
    executables: dict[str, set[str]] = {}
    for repetition in run.repetitions:
        if "build" in repetition.environment:
            about = repetition.environment
            label = f"{about.get('implementation', 'Python')} {about.get('version', '')}".strip()
            ran.setdefault(runtimes[repetition.cell_id], {})[str(about["build"])] = label
            executables.setdefault(runtimes[repetition.cell_id], set()).add(str(about.get("executable")))
    for runtime, builds in ran.items():
        before = ", ".join(builds.values())
        if runtime not in interpreters.located:
            yield f"runtime {runtime} was {before}, and is not here now"
            continue
        located = interpreters.located[runtime]
        if located.current and not located.requirements and located.python not in executables[runtime]:
            yield f"runtime {runtime} was {', '.join(sorted(executables[runtime]))}, and is {located.python}"
            continue
        try:
            facts = interpreters.facts(runtime)
        except RuntimeUnavailableError as error:
            yield f"runtime {runtime} was {before}, and now {error}"
            continue
        if facts.build not in builds:
            then = _short(next(iter(builds)))
            yield f"runtime {runtime} was {before} ({then}), and is {facts.label} ({_short(facts.build)})"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - what fits beside a sentence
