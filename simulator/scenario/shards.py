"""What can be said of a scenario's strategies by their making: in what they compute, and how simple they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simulator.scenario.dispatch import EXECUTORS, PULL
from simulator.scenario.engines import why_unmodelled
from simulator.scenario.model import DEFAULT_STRATEGIES
from simulator.scenario.strategy import CHOICES, SEQUENTIAL, Choices, ShardKind, StrategyEntry, Variant

_ENTRY: TypeAdapter[Variant] = TypeAdapter(StrategyEntry)


def computing_in(scenario: Mapping[str, Any]) -> dict[str, ShardKind]:
    """Return in what each strategy computes, by its name, in the order in which they are listed.

    That is processes where its shards or the workers of its parse pool are; else what the pool is made of; else what
    the shards are.

    Args:
        scenario: as written, for example that of a stored run. A strategy that this version does not know, because
            a later one wrote the run, is left out.
    """
    kinds: dict[str, ShardKind] = {}
    for variant in _variants(scenario):
        shards, _, parse = variant.choices
        inside = shards if parse == "inline" else parse
        kinds[variant.name] = "processes" if shards == "processes" else inside
    return kinds


def opposed(scenario: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the strategies whose crossover is looked for: each that computes in processes, with each that does not.

    The baseline is left out: it has other jobs in flight than any of them.

    Args:
        scenario: as written.
    """
    kinds = {name: kind for name, kind in computing_in(scenario).items() if name != SEQUENTIAL.name}
    return tuple(
        (faster, slower)
        for faster in kinds
        if kinds[faster] == "processes"
        for slower in kinds
        if kinds[slower] != "processes"
    )


def variants_in(scenario: Mapping[str, Any]) -> dict[str, Variant]:
    """Return the strategies by their names, the baseline among them, which need not be listed.

    Args:
        scenario: as of `computing_in`.
    """
    return {SEQUENTIAL.name: SEQUENTIAL} | {variant.name: variant for variant in _variants(scenario)}


def _variants(scenario: Mapping[str, Any]) -> Iterator[Variant]:
    for entry in scenario.get("strategies", DEFAULT_STRATEGIES):
        try:
            yield _ENTRY.validate_python(entry)
        except ValidationError:
            continue


def simplicity(scenario: Mapping[str, Any]) -> dict[str, int]:
    """Return how simple each strategy is to build and to run, by its name: the smaller the number, the simpler.

    sequential, threads, one loop, processes, then all that is mixed of these, or needs a library or a control of its
    own. An executor of Python's own is as simple as what it resembles.
    """
    plain = [Choices("none", "blocking"), Choices("none", "asyncio"), Choices("processes", "blocking")]
    ranks: dict[str, int] = {SEQUENTIAL.name: 0}
    for variant in _variants(scenario):
        shards, fetch, parse = variant.choices
        kind, executor = Choices(shards, fetch, parse), EXECUTORS.get(variant.dispatch)
        installed = executor is not None and executor.package is not None
        if variant.name not in ranks:
            own_loop = variant.loop in (None, "asyncio")
            is_plain = kind in plain and own_loop and not installed and not variant.adaptive
            ranks[variant.name] = 1 + (plain.index(kind) if is_plain else len(plain))
    return ranks


def unmodelled(scenario: Mapping[str, Any]) -> dict[str, str]:
    """Return why no prediction is made of a strategy, by its name, of those whose engine the model does not know.

    Args:
        scenario: as written.
    """
    found = {}
    for variant in _variants(scenario):
        why = why_unmodelled(variant.choices[1], adaptive=variant.adaptive)
        if why is not None:
            found[variant.name] = why
    return found


def resembled(scenario: Mapping[str, Any]) -> dict[str, str]:
    """Return of each strategy whose jobs an executor hands out the listed one that is like it in all else.

    Args:
        scenario: as written.
    """
    variants = {variant.name: variant for variant in _variants(scenario)}
    pulling = {
        (variant.choices, variant.start_method): name
        for name, variant in reversed(variants.items())
        if variant.dispatch == PULL and variant.base != SEQUENTIAL.name and _is_whole(variant)
    }
    found = {name: pulling.get((each.choices, each.start_method)) for name, each in variants.items()}
    return {
        name: over for name, over in found.items() if over is not None and variants[name].dispatch != PULL
    }


def _is_whole(variant: Variant) -> bool:
    """Whether its shards are as many as there are jobs in flight, or one: as those of every executor."""
    return variant.base is not None and CHOICES[variant.base].count in ("one", "in_flight")


def pushed(scenario: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the strategies whose jobs an executor hands out."""
    return frozenset(variant.name for variant in _variants(scenario) if variant.dispatch != PULL)
