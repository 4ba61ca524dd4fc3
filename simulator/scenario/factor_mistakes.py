"""What is wrong with `cases` and `vary`: in themselves, and in each combination that they make."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from simulator.scenario.combinations import (
    MAX_CELLS,
    SELECTIONS,
    EntryError,
    Factors,
    Point,
    label,
    origin,
    resolve,
    strategy_names,
)
from simulator.scenario.explain import Mistake, explain
from simulator.scenario.model import Scenario
from simulator.scenario.referred import ReferredFiles


def has_factors(document: Any) -> bool:
    """Tell whether `cases` and `vary` have their form, so that they can be checked beside other mistakes."""
    cases, vary = document.get("cases", {}), document.get("vary", {})
    return (
        isinstance(cases, dict)
        and all(isinstance(settings, dict) for settings in cases.values())
        and isinstance(vary, dict)
        and all(isinstance(levels, list) for levels in vary.values())
    )


def factor_mistakes(
    document: Any, base: frozenset[Mistake], referred: ReferredFiles | None
) -> tuple[Mistake, ...]:
    """Find what is wrong with `cases` and `vary`: in themselves, then in each combination they make.

    Args:
        document: The whole document.
        base: What is wrong with the rest of it, which the combinations only repeat.
        referred: Looks at the files that combinations name; null: nobody does.
    """
    varied = Factors(document, strategy_names(document))
    in_themselves = tuple(varied.mistakes())
    if varied.count() > MAX_CELLS:
        return in_themselves
    said = {mistake.keys for mistake in in_themselves}
    points = {tuple(entry.keys for entry in point.entries): point for point in varied.points()}
    seen: dict[Any, Point] = {}
    mistakes: list[Mistake] = []
    for point in points.values():
        made, wrong = _try(document, point, base, referred)
        mistakes += wrong
        if made:
            # Only points that set the same paths are compared: the baseline lacks some of them.
            paths = tuple(entry.path for entry in point.entries if entry.keys[0] == "vary")
            chosen = tuple(varied.selected(what, point.case) for what in SELECTIONS)
            same = (paths, chosen, made)
            mistakes += _equal(seen.setdefault(same, point), point)
    new = (m for m in mistakes if not any(m.keys[:length] in said for length in range(len(m.keys) + 1)))
    return (*in_themselves, *dict.fromkeys(new))


def _try(
    document: Any, point: Point, base: frozenset[Mistake], referred: ReferredFiles | None
) -> tuple[str, list[Mistake]]:
    """Validate one combination; return its scenario as JSON, empty if it is none, and what is wrong."""
    made = ""
    wrong: list[Mistake] = []
    try:
        resolved = resolve(document, point)
    except EntryError as error:
        return "", [error.mistake]
    try:
        made = Scenario.model_validate(resolved).model_dump_json()
    except ValidationError as error:
        wrong += explain(error, resolved)
    if referred is not None:
        wrong += referred.mistakes(resolved)
    return made, [origin(document, point, mistake) for mistake in wrong if mistake not in base]


def _equal(first: Point, second: Point) -> Iterator[Mistake]:
    """Report two combinations that come to the same thing, as 40ms and 0.04s do."""
    if first is second or first.entries == second.entries:
        return
    if first.case != second.case:
        yield Mistake(("cases", str(second.case)), f"comes to the same as {first.case}; remove one")
        return
    levels = zip(first.entries, second.entries, strict=True)
    for one, other in levels:
        if one != other:
            message = f"{label(other.value)} is the same level as {label(one.value)}; remove one"
            yield Mistake(other.keys, message)
            return
