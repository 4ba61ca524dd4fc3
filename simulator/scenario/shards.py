"""Which strategies of a scenario spread the job over processes: what a crossover asks of them."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simulator.scenario.model import DEFAULT_STRATEGIES
from simulator.scenario.strategy import ShardKind, StrategyEntry, Variant, plan

_ENTRY: TypeAdapter[Variant] = TypeAdapter(StrategyEntry)


def shard_kinds(scenario: Mapping[str, Any]) -> dict[str, ShardKind]:
    """Return the kind of shards of each strategy, by its name, in the order in which they are listed.

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
        kinds[variant.name] = plan(variant, in_flight=1, parallelism=1).shards.kind
    return kinds
