"""Going on with an interrupted run: which one, and whether it is still the same experiment on the same machine."""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator import environment
from simulator.cli import exits
from simulator.measures.factors import RUNTIME
from simulator.result.run import Run
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.interpreters import Interpreters
from simulator.scenario.model import Scenario
from simulator.store import Store


def earlier_run(
    store: Store, reference: str, scenario: Scenario, python: str, interpreters: Interpreters | None = None
) -> Run:
    """Return the run that goes on.

    Raises:
        Stop: it is of another scenario, machine or Python.
        RunNotFoundError: no such run.
        StoreError: the database cannot be read.
    """
    run = store.load(store.find(reference))
    differences = [
        *_scenario(run.header.scenario, scenario.document()),
        *_machine(run.header.environment, environment.describe()),
        *(_python(run, python) if interpreters is None else _runtimes(run, interpreters)),
    ]
    if differences:
        listed = "\n".join(f"  {difference}" for difference in differences)
        exits.usage(
            f"run {run.header.id} cannot go on here, since its rounds would not be comparable:\n{listed}\n"
            "give the same file, --set and --python as before, or start a new run without --resume"
        )
    return run


def _scenario(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(then.keys() | now.keys()):
        if then.get(key) != now.get(key):
            yield f"{key} was {_short(then.get(key))}, and is {_short(now.get(key))}"


def _machine(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    old, new = then.get("machine") or {}, now.get("machine") or {}
    for key in ("cpu_model", "usable_cores"):
        if old.get(key) != new.get(key):
            yield f"the machine's {key} was {_short(old.get(key))}, and is {_short(new.get(key))}"


def _python(run: Run, python: str) -> Iterator[str]:
    ran = {str(r.environment["executable"]) for r in run.repetitions if "executable" in r.environment}
    if ran and python not in ran:
        yield f"the job ran on {', '.join(sorted(ran))}, and would on {python}"


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
