"""A scenario with some of its cases and strategies only, and with conditions of somebody's own."""

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.measures.factors import BASELINE
from simulator.scenario.combinations import strategy_names
from simulator.scenario.document import Keys
from simulator.scenario.expect_mistakes import expect_mistakes
from simulator.scenario.load import from_document
from simulator.scenario.model import DEFAULT_STRATEGIES, Scenario
from simulator.scenario.problem import Problem, ScenarioError
from simulator.scenario.runtimes import levels
from simulator.scenario.strategy import NAMES
from simulator.text.nearest import nearest


def narrowed(
    scenario: Scenario,
    *,
    cases: Sequence[str] = (),
    strategies: Sequence[str] = (),
    expect: Sequence[str] = (),
) -> tuple[Scenario, int]:
    """Return the scenario with these cases and strategies alone; its cells are the same as in the whole of it.

    Args:
        scenario: one that `load` accepted.
        cases: names of its cases; none: all.
        strategies: names of its strategies, or of any that has a name by itself; none: all.
        expect: conditions besides those of the scenario.

    Returns:
        The scenario, and how many of its own conditions are left out: they speak of what it has no more.

    Raises:
        ScenarioError: it has no such case, there is no such strategy, or a condition is wrong.
    """
    if not (cases or strategies or expect):
        return scenario, 0
    document = scenario.document()
    if cases:
        document["cases"] = _of(document.get("cases") or {}, cases, "--case")
    if strategies:
        _keep_strategies(document, strategies)
    kept, left_out = _judgeable(document)
    if kept or left_out or expect:
        document["expect"] = [*kept, *expect]
    by: dict[Keys, str] = {("expect", len(kept) + index): "--expect" for index in range(len(expect))}
    made = from_document(document, scenario.name, scenario.source_dir, scenario.origin, set_by=by)
    return made, left_out


def _of(there: Mapping[str, Any], names: Sequence[str], option: str) -> dict[str, Any]:
    for name in names:
        if name not in there:
            raise ScenarioError([Problem(option, None, None, "", _unknown(name, list(there)))])
    return {name: value for name, value in there.items() if name in names}


def _unknown(name: str, there: Sequence[str]) -> str:
    meant = nearest(name, there)
    hint = "" if meant is None else f"; did you mean {meant}?"
    return f"there is no {name}{hint} (there are: {', '.join(there) or 'none'})"


def _keep_strategies(document: dict[str, Any], names: Sequence[str]) -> None:
    """Leave the strategies of these names, and what is set of these; what is listed of none goes with it."""
    listed = document.get("strategies", DEFAULT_STRATEGIES)
    by_name = {item["name"] if isinstance(item, dict) else item: item for item in listed}
    others = {name: name for name in NAMES if name not in by_name}
    # The baseline is measured in any case: as the scenario has it.
    baseline = [BASELINE] if BASELINE in by_name else []
    kept = _of({**by_name, **others}, [*baseline, *names], "--strategy")
    gone = {name for name in strategy_names(document) if name not in kept and name != BASELINE}
    document["strategies"] = list(kept.values())
    for key in ("vary", "cases"):
        entries = document.pop(key, None) or {}
        left = _without(entries, gone) if key == "vary" else _cases_of(entries, gone)
        if left:
            document[key] = left


def _without(entries: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    """Leave out the dotted paths that lead into strategies that are gone."""
    prefixes = tuple(f"strategies.{name}." for name in gone)
    return {path: value for path, value in entries.items() if not path.startswith(prefixes)}


def _cases_of(cases: Mapping[str, Mapping[str, Any]], gone: set[str]) -> dict[str, Any]:
    """Leave of each case what it sets of strategies that are there; one that is of others alone goes too."""
    left = {}
    for name, settings in cases.items():
        kept = _without(settings, gone)
        if "strategies" in kept:
            kept["strategies"] = [one for one in levels(kept["strategies"]) if one not in gone]
            if not kept["strategies"]:
                continue
        if kept:
            left[name] = kept
    return left


def _judgeable(document: Mapping[str, Any]) -> tuple[list[Any], int]:
    """Return the conditions that speak only of cells that there are, and how many do not."""
    entries = document.get("expect") or []
    lost = {mistake.keys[1] for mistake in expect_mistakes(document, ())}
    return [entry for index, entry in enumerate(entries) if index not in lost], len(lost)
