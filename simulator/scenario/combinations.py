"""The factors of a scenario: `cases`, crossed with the levels of every path in `vary`, for each strategy.

A path below one strategy (`strategies.uv.loop`) varies only that strategy. The baseline, `sequential`,
always has one job in flight, so that `in_flight` and `parallelism` do not vary it: it is measured once for
each combination of the others.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations as pairs
from itertools import product
from typing import Any

from simulator.measures.factors import BASELINE, CASE, RUNTIME, STRATEGY
from simulator.scenario.document import Keys
from simulator.scenario.explain import Mistake
from simulator.scenario.model import DEFAULT_STRATEGIES
from simulator.scenario.paths import PathError, dotted, place, replaced, split
from simulator.scenario.problem import found
from simulator.scenario.runtimes import levels
from simulator.text.nearest import nearest

MAX_CELLS = 2_000

ROOTS = ("server", "job", "arrivals", "in_flight", "parallelism", "affinity", "beside", "strategies")
"""What `cases` and `vary` may set: the rest describes the whole experiment, not a cell."""

SELECTIONS = ("runtimes", "strategies")
"""Of these a case may choose some of those that the scenario lists: it is measured with no others."""

_OF_ALL = ("cases", "vary", "contrast", "refine")
"""What a scenario has and none of its combinations."""

_NOT_FOR_BASELINE = ("in_flight", "parallelism", "strategies")


@dataclass(frozen=True)
class Entry:
    """One value that a case or a level of `vary` sets."""

    keys: Keys
    """Where the value is written."""
    path: str
    """The dotted path that it sets."""
    value: Any

    @property
    def path_keys(self) -> Keys:
        """Where the path is written: a path is wrong once, not once for each of its levels."""
        return self.keys[:2] if self.keys[0] == "vary" else self.keys


@dataclass(frozen=True)
class Point:
    """One combination of a case and levels, for one strategy."""

    strategy: str
    case: str | None
    entries: tuple[Entry, ...]
    """What the case sets, then one entry for each path in `vary` that concerns the strategy."""
    levels: tuple[tuple[str, Any], ...]
    """(dotted path, level) of those paths; before them the runtime, where the scenario lists some."""
    order: tuple[int, ...]
    """Sorts points by case and levels, the way they are written."""


@dataclass(frozen=True)
class Factors:
    """`cases` and `vary` of a document whose rest is a valid scenario."""

    document: Mapping[str, Any]
    strategies: tuple[str, ...]
    """Names, the baseline included."""

    @cached_property
    def cases(self) -> Mapping[str, Mapping[str, Any]]:
        """Each case's dotted paths and values."""
        return self.document.get("cases") or {}

    @cached_property
    def vary(self) -> Mapping[str, list[Any]]:
        """Each path's levels; a path without levels is left out."""
        return {path: levels for path, levels in (self.document.get("vary") or {}).items() if levels}

    @cached_property
    def runtimes(self) -> tuple[str, ...]:
        """The levels of the factor `runtime`; empty where the scenario lists none."""
        return levels(self.document.get("runtimes"))

    def listed(self, what: str) -> tuple[str, ...]:
        """Return the names of one of SELECTIONS that the scenario lists."""
        return self.runtimes if what == "runtimes" else self.strategies

    def selected(self, what: str, case: str | None) -> tuple[str, ...]:
        """Return those with which a case is measured: those it chooses, else all; the baseline is always one."""
        chosen = self.cases[case].get(what) if case is not None else None
        if chosen is None:
            return self.listed(what)
        names = {*levels(chosen), *([BASELINE] if what == "strategies" else [])}
        return tuple(name for name in self.listed(what) if name in names)

    def points(self) -> Iterator[Point]:
        """List every combination, strategy by strategy."""
        for strategy in self.strategies:
            paths = [path for path in self.vary if _concerns(path, strategy)]
            for case_index, case in enumerate(self.cases or (None,)):
                if strategy not in self.selected("strategies", case):
                    continue
                runtimes = self.selected("runtimes", case)
                set_by_case = (
                    tuple(
                        Entry(("cases", case, path), path, value)
                        for path, value in self.cases[case].items()
                        if path not in SELECTIONS
                    )
                    if case is not None
                    else ()
                )
                of_levels = (range(len(self.vary[path])) for path in paths)
                for on, *indices in product(range(max(1, len(runtimes))), *of_levels):
                    runtime = ((RUNTIME, runtimes[on]),) if runtimes else ()
                    chosen = list(zip(paths, indices, strict=True))
                    at = dict(chosen)
                    yield Point(
                        strategy,
                        case,
                        (*set_by_case, *(Entry(("vary", p, i), p, self.vary[p][i]) for p, i in chosen)),
                        (*runtime, *((path, self.vary[path][index]) for path, index in chosen)),
                        (case_index, on, *(at.get(path, 0) for path in self.vary)),
                    )

    def count(self) -> int:
        """Return the number of points."""
        return sum(
            max(1, len(self.selected("runtimes", case)))
            * sum(
                math.prod(len(levels) for path, levels in self.vary.items() if _concerns(path, strategy))
                for strategy in self.selected("strategies", case)
            )
            for case in (self.cases or (None,))
        )

    def mistakes(self) -> Iterator[Mistake]:
        """Find what is wrong with the paths and levels as such, before any combination is tried."""
        for key in ("cases", "vary"):
            if key in self.document and not self.document[key]:
                yield Mistake((key,), "empty; write at least one entry or remove it")
        for name, settings in self.cases.items():
            yield from self._case_mistakes(name, settings)
        for path in self.document.get("vary") or {}:
            yield from self._vary_mistakes(path)
        for first, second in pairs(self.vary, 2):
            if _overlap(first, second):
                yield Mistake(("vary", second), f"overlaps with {first}, which varies too; remove one")
        yield from self._contrast_mistakes()
        if self.count() > MAX_CELLS:
            on = "runtimes x " if self.runtimes else ""
            yield Mistake(
                ("vary",) if self.vary else ("cases",),
                f"{self.count()} cells (cases x {on}levels x strategies); one run measures at most {MAX_CELLS}",
                "remove levels",
            )

    def _contrast_mistakes(self) -> Iterator[Mistake]:
        contrast = self.document.get("contrast", STRATEGY)
        if contrast == STRATEGY or not isinstance(contrast, str):
            return
        there = [*self.vary, *([CASE] if self.cases else []), *([RUNTIME] if self.runtimes else []), STRATEGY]
        if contrast not in there:
            close = nearest(contrast, there)
            hint = f"; did you mean {close}?" if close else ""
            yield Mistake(("contrast",), f"{contrast} does not vary{hint} (what varies: {', '.join(there)})")
        elif self.document.get("refine") is True:
            yield Mistake(
                ("contrast",),
                f"found {contrast} with refine: true, which looks for where strategies begin to win; remove one",
            )

    def _case_mistakes(self, name: str, settings: Mapping[str, Any]) -> Iterator[Mistake]:
        if not settings:
            message = "empty; a case sets at least one dotted path, as in job.parse_cost: 20ms"
            yield Mistake(("cases", name), message)
        for path in settings:
            keys = ("cases", name, path)
            if path in SELECTIONS:
                yield from self._selection_mistakes(keys, settings[path])
                continue
            yield from self._path_mistakes(keys, path)
            yield from self._conflicts(keys, path, (*self.vary, *settings))

    def _selection_mistakes(self, keys: Keys, chosen: Any) -> Iterator[Mistake]:
        what, listed = str(keys[-1]), self.listed(str(keys[-1]))
        if not listed:
            yield Mistake(
                keys, f"chooses among the scenario's {what}, which it does not list; list them", at_key=True
            )
            return
        if not isinstance(chosen, list | tuple) or not levels(chosen):
            yield Mistake(keys, f"found {label(chosen)}; write a list of some of: {', '.join(listed)}")
            return
        for name in levels(chosen):
            if name not in listed:
                yield Mistake(keys, f"found {name}; the scenario's {what} are {', '.join(listed)}")

    def _vary_mistakes(self, path: str) -> Iterator[Mistake]:
        yield from self._path_mistakes(("vary", path), path)
        levels = self.vary.get(path, ())
        if not levels:
            yield Mistake(("vary", path), "no levels; write at least one, as in [0ms, 20ms]")
        for index, level in enumerate(levels):
            if any(_same(level, earlier) for earlier in levels[:index]):
                yield Mistake(("vary", path, index), f"found the level {label(level)} twice; remove one")

    def _path_mistakes(self, keys: Keys, path: str) -> Iterator[Mistake]:
        try:
            parts = split(path)
            if parts[0] not in ROOTS:
                starts = ", ".join(ROOTS)
                yield Mistake(keys, f"does not vary; a path starts with one of {starts}", at_key=True)
            elif len(parts) < 2 + (parts[0] == "strategies") and parts[0] in {"server", "job", "strategies"}:
                example = "strategies.NAME.loop" if parts[0] == "strategies" else f"{parts[0]}.…"
                yield Mistake(keys, f"sets {path} as a whole; name one of its keys, {example}", at_key=True)
            elif parts[0] == "strategies" and parts[2] == "name":
                yield Mistake(keys, "a strategy's name does not vary; list another variant", at_key=True)
            else:
                place(self.document, parts)
        except PathError as error:
            yield Mistake(keys, str(error), at_key=True)

    def _conflicts(self, keys: Keys, path: str, others: tuple[str, ...]) -> Iterator[Mistake]:
        if path in self.vary:
            yield Mistake(keys, f"{path} varies too; set it in cases or in vary, not in both", at_key=True)
            return
        for other in others:
            if other != path and _overlap(path, other) and (other in self.vary or path > other):
                yield Mistake(keys, f"overlaps with {other}; remove one", at_key=True)


def strategy_names(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of a document's strategies; the baseline comes first where it is not listed."""
    listed = document.get("strategies", DEFAULT_STRATEGIES)
    items = listed if isinstance(listed, list | tuple) else ()
    names = (item.get("name") if isinstance(item, dict) else item for item in items)
    known = dict.fromkeys(name for name in names if isinstance(name, str))
    return tuple(known) if BASELINE in known else (BASELINE, *known)


def resolve(document: Any, point: Point) -> Any:
    """Return the document of one combination: what its case and levels set, without `_OF_ALL`.

    Raises:
        EntryError: A path leads into a plain value.
    """
    resolved = {key: value for key, value in document.items() if key not in _OF_ALL}
    for entry in point.entries:
        try:
            resolved = replaced(resolved, place(resolved, split(entry.path)), entry.value)
        except PathError as error:
            raise EntryError(Mistake(entry.path_keys, str(error), at_key=True)) from error
    return resolved


class EntryError(ValueError):
    """An entry of `cases` or `vary` that cannot be set."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake
        super().__init__(f"{dotted(mistake.keys)}: {mistake.message}")


def origin(document: Any, point: Point, mistake: Mistake) -> Mistake:
    """Move a mistake in a resolved combination to the entry that made it."""
    keys = mistake.keys
    for entry in reversed(point.entries):
        path = place(document, split(entry.path))
        if keys[: len(path)] == path:
            written = entry.path_keys if mistake.at_key and keys == path else entry.keys
            return replace(mistake, keys=(*written, *keys[len(path) :]))
    for entry in reversed(point.entries):
        path = place(document, split(entry.path))
        if path[: len(keys)] == keys:
            return Mistake(
                entry.keys, f"{dotted(keys)}: {mistake.message}" if keys else mistake.message, mistake.hint
            )
    return mistake


def varies_baseline(path: str) -> bool:
    """Whether the baseline is measured once for each level of this path (or for each `case`).

    The one rule behind both the points of `sequential` and the baseline of every other cell.
    """
    return path.partition(".")[0] not in _NOT_FOR_BASELINE


def label(level: Any) -> str | int | float | bool | None:
    """Return a level as it is shown and compared: plain values as they are, others as YAML in one line."""
    if level is None or isinstance(level, str | int | float):
        return level
    if isinstance(level, dict):
        return "{" + ", ".join(f"{key}: {_inside(value)}" for key, value in level.items()) + "}"
    if isinstance(level, list):
        return "[" + ", ".join(map(_inside, level)) + "]"
    return found(level)


def _inside(level: Any) -> str:
    """Return a level inside another one: null, true and false are written as in YAML."""
    shown = label(level)
    return json.dumps(shown) if shown is None or isinstance(shown, bool) else str(shown)


def _concerns(path: str, strategy: str) -> bool:
    if strategy == BASELINE:
        return varies_baseline(path)
    root, _, rest = path.partition(".")
    return root != "strategies" or rest.partition(".")[0] == strategy


def _overlap(first: str, second: str) -> bool:
    return first.startswith(f"{second}.") or second.startswith(f"{first}.")


def _same(first: Any, second: Any) -> bool:
    """Compare as written: true, 1 and 1.0 are three levels."""
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
