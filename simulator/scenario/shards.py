"""Which strategies of a scenario compute in processes: what a crossover asks of them."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simulator.scenario.model import DEFAULT_STRATEGIES
from simulator.scenario.strategy import ShardKind, StrategyEntry, Variant

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
    for entry in scenario.get("strategies", DEFAULT_STRATEGIES):
        try:
            variant = _ENTRY.validate_python(entry)
        except ValidationError:
            continue
        shards, _, parse = variant.choices
        inside = shards if parse == "inline" else parse
        kinds[variant.name] = "processes" if shards == "processes" else inside
    return kinds
