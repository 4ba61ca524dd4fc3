"""What differs between two runs besides their numbers: machine, Python, libraries, scenario, work done."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.analysis.summary import valid
from simulator.result.measured import MeasuredCell, MeasuredRun

_SHOWN = 12
_NOT_THE_JOB = frozenset({"name", "description", "rounds", "vary", "budget", "precision", "expect"})
"""Parts of a scenario that say how long is measured, or what is thought of it, but not what a cell is."""

_UNKNOWN = "unknown"
_MACHINE = ("cpu_model", "cores", "usable_cores", "physical_cores", "governor", "boost")


def differences(a: MeasuredRun, b: MeasuredRun) -> tuple[str, ...]:
    """Return how machine and Python of two runs differ, each as `what: this in A, that in B`.

    What one of the two does not know is no difference. Pythons are compared cell by cell: only those of cells that
    both runs have.
    """
    found = [
        f"{what}: {left} in A, {right} in B"
        for what, left, right in zip(
            (
                *("operating system", "architecture", "CPU", "cores", "usable cores", "physical cores"),
                *("frequency governor", "boost", "limit"),
            ),
            _machine(a.environment),
            _machine(b.environment),
            strict=True,
        )
        if left != right and _UNKNOWN not in (left, right)
    ]
    pythons: dict[str, None] = {}  # in order, each once
    for cell_a, cell_b in _matched(a, b):
        left, right = _pythons(cell_a), _pythons(cell_b)
        if left and right and left != right:
            pythons[f"Python: {' and '.join(left)} in A, {' and '.join(right)} in B"] = None
    return (*found, *pythons)


def cautions(a: MeasuredRun, b: MeasuredRun) -> tuple[str, ...]:
    """Return what else may explain a difference: libraries, kernel, settings of the scenario, other work."""
    found = []
    if a.id == b.id:
        found.append("A and B are the same run")
    for what, keys in (("program", ("program",)), ("kernel", ("platform", "release"))):
        left, right = _at(a.environment, keys), _at(b.environment, keys)
        if left != right and left is not None and right is not None:
            found.append(f"{what}: {left} in A, {right} in B")
    left_set, right_set = _libraries(a, b), _libraries(b, a)
    for name in sorted(left_set.keys() | right_set.keys()):
        left_text, right_text = left_set.get(name, "not there"), right_set.get(name, "not there")
        if left_text != right_text and left_set and right_set:
            found.append(f"{name}: {left_text} in A, {right_text} in B")
    found.extend(
        f"{name} went on until its intervals were narrow enough, so its scatter is taken from its first"
        f" {run.first} rounds where that is more"
        for name, run in (("A", a), ("B", b))
        if run.first is not None
    )
    found.extend(_switches(a.environment, b.environment))
    left_scenario, right_scenario = a.scenario_resolved, b.scenario_resolved
    if left_scenario is None or right_scenario is None:
        left_scenario, right_scenario = a.scenario, b.scenario
    found.extend(_settings(left_scenario, right_scenario))
    other = [cell_a.id for cell_a, cell_b in _matched(a, b) if _other_records(cell_a, cell_b)]
    if other:
        found.append(f"the records differ between the runs, so the work was not the same: {_listed(other)}")
    return tuple(found)


def _matched(a: MeasuredRun, b: MeasuredRun) -> Iterator[tuple[MeasuredCell, MeasuredCell]]:
    others = {cell.id: cell for cell in b.cells}
    return ((cell, others[cell.id]) for cell in a.cells if cell.id in others)


def _at(mapping: Mapping[str, Any], keys: Iterable[str]) -> Any:
    value: Any = mapping
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _machine(environment: Mapping[str, Any]) -> tuple[str, ...]:
    places = (("system",), ("architecture",))
    platform = [_at(environment, ("platform", *place)) for place in places]
    machine = [_at(environment, ("machine", key)) for key in _MACHINE]
    known = [_UNKNOWN if value is None else str(value) for value in (*platform, *machine)]
    described = environment.get("machine")
    if not isinstance(described, Mapping) or "cpu_limit_cores" not in described:
        return (*known, _UNKNOWN)
    limit = described["cpu_limit_cores"]  # here null is an answer: there is no limit
    return (*known, "none" if limit is None else f"{limit:g} cores")


def _pythons(cell: MeasuredCell) -> tuple[str, ...]:
    return tuple(sorted({_python(r.environment) for r in cell.repetitions if "version" in r.environment}))


def _python(environment: Mapping[str, Any]) -> str:
    build = " free-threaded" if environment.get("free_threaded") else ""
    return f"{environment.get('implementation', 'Python')} {environment['version']}{build}"


def _switches(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    """Give each environment variable that differs, where both runs have noted them."""
    left, right = a.get("switches"), b.get("switches")
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for name in sorted(left.keys() | right.keys()):
            if left.get(name) != right.get(name):
                yield f"{name}: {left.get(name, 'not set')} in A, {right.get(name, 'not set')} in B"


def _libraries(run: MeasuredRun, other: MeasuredRun) -> dict[str, str]:
    """Return name -> versions in the drivers of the cells that both have; the workers' GIL among them."""
    versions: dict[str, set[str]] = {}
    for cell, _ in _matched(run, other):
        for repetition in cell.repetitions:
            for name, version in (repetition.environment.get("libraries") or {}).items():
                versions.setdefault(name, set()).add(str(version))
            for enabled in repetition.environment.get("gil_enabled") or ():
                versions.setdefault("GIL in the workers", set()).add("on" if enabled else "off")
    return {name: " and ".join(sorted(found)) for name, found in versions.items()}


def _settings(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Return the settings that differ and are no factor: cells have the same id whatever these are."""
    factors = set(a.get("vary") or {}) & set(b.get("vary") or {})
    left, right = dict(_flat(_job_of(a, b))), dict(_flat(_job_of(b, a)))
    paths = sorted(
        path
        for path in left.keys() | right.keys()
        if left.get(path) != right.get(path)
        and not any(path == factor or path.startswith(f"{factor}.") for factor in factors)
    )
    found = [f"{path}: {_level(left, path)} in A, {_level(right, path)} in B" for path in paths]
    if len(found) <= _SHOWN:
        return found
    return [*found[:_SHOWN], f"and {len(found) - _SHOWN} more settings of the scenario differ"]


def _job_of(scenario: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes a cell: strategies and runtimes by name and cases, as far as both scenarios have them."""
    kept = {key: value for key, value in scenario.items() if key not in _NOT_THE_JOB}
    for key, named in (("strategies", _strategies), ("cases", _cases), ("runtimes", _runtimes)):
        theirs = named(other)
        kept[key] = {name: value for name, value in named(scenario).items() if name in theirs}
    return kept


def _strategies(scenario: Mapping[str, Any]) -> dict[str, Any]:
    entries = scenario.get("strategies") or ()
    return {
        str(entry["name"]) if isinstance(entry, Mapping) else str(entry): {"base": entry}
        if isinstance(entry, str)
        else {key: value for key, value in entry.items() if key != "name"}
        for entry in entries
    }


def _runtimes(scenario: Mapping[str, Any]) -> dict[str, Any]:
    entries = scenario.get("runtimes") or ()
    named = (entry if isinstance(entry, Mapping) else {"python": str(entry)} for entry in entries)
    return {str(entry.get("name") or entry.get("python")): dict(entry) for entry in named}


def _cases(scenario: Mapping[str, Any]) -> dict[str, Any]:
    return dict(scenario.get("cases") or {})


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, value


def _level(settings: Mapping[str, Any], path: str) -> str:
    found = settings.get(path)
    return "not set" if found is None else str(found)


def _other_records(a: MeasuredCell, b: MeasuredCell) -> bool:
    left, right = (
        {r.measures.digest for r in valid(cell.repetitions) if r.measures is not None} for cell in (a, b)
    )
    return bool(left and right) and None not in left | right and left.isdisjoint(right)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
