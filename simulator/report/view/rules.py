"""What rules of thumb would have chosen here."""

from collections.abc import Mapping, Sequence

from simulator.analysis.combinations import named
from simulator.report.view.parts import Column, Table
from simulator.result.rules import RuleName, RuleOfThumb
from simulator.text.numbers import NONE, factor, number

CALLED: Mapping[RuleName, str] = {
    "goetz": "cores × (1 + wait / compute) threads",
    "executor": "min(32, cores + 4) threads",
    "dask": "a process per core, or √cores",
    "asyncio": "asyncio if it waits longer than it computes",
}
COLUMNS = (
    Column("rule", "", "of thumb", numeric=False),
    Column("takes", "", "whom it would have taken, with so many in flight", numeric=False),
    Column("pages", "/s", "of that; ~ predicted"),
    Column("of best", "×", "over what does most"),
    Column("best", "", "whom, with so many in flight", numeric=False),
)


def rules_tables(found: Sequence[RuleOfThumb]) -> tuple[Table, ...]:
    """Return a table for each combination of levels that rules speak of."""
    groups: dict[str, list[RuleOfThumb]] = {}
    for rule in found:
        title = ", ".join(named(path, str(level)) for path, level in rule.levels.items())
        groups.setdefault(title, []).append(rule)
    return tuple(
        Table(
            f"{title}: rules of thumb" if title else "Rules of thumb",
            COLUMNS,
            tuple(map(_row, rules)),
            (),
            ("~: predicted, as the best that it is beside; else both are measured",)
            if any(not rule.measured for rule in rules)
            else (),
        )
        for title, rules in groups.items()
    )


def _row(rule: RuleOfThumb) -> tuple[str, ...]:
    mark = "" if rule.measured else "~"
    return (
        CALLED[rule.rule],
        f"{rule.strategy} @{number(rule.in_flight)}",
        NONE if rule.per_s is None else f"{mark}{number(rule.per_s)}",
        factor(rule.of_best),
        f"{rule.best_strategy} @{number(rule.best_in_flight)}",
    )
