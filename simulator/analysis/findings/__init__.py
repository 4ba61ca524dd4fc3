"""Findings: what the numbers support."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from simulator.analysis.combinations import Key, contrasted, key_of
from simulator.analysis.findings.burdens import burdens
from simulator.analysis.findings.cause import causes
from simulator.analysis.findings.character import NO_PARSE_S, character
from simulator.analysis.findings.convoy import convoys
from simulator.analysis.findings.crossing import crossings
from simulator.analysis.findings.hung_slots import hung_slots
from simulator.analysis.findings.idiom import idioms
from simulator.analysis.findings.open_arrivals import open_findings
from simulator.analysis.findings.responsive import responsive
from simulator.analysis.findings.retried_together import retried_together
from simulator.analysis.findings.runtimes import runtimes
from simulator.analysis.findings.tried_again import tried_again
from simulator.analysis.findings.unexplained import unexplained
from simulator.analysis.findings.winner import winners
from simulator.analysis.pairing import ratio
from simulator.analysis.standing import standings
from simulator.measures.factors import STRATEGY
from simulator.result.document import CellResult, CombinationResult, ResultDocument
from simulator.result.findings.kinds import Finding

__all__ = ["NO_PARSE_S", "findings", "ratio"]


def findings(document: ResultDocument) -> tuple[Finding, ...]:
    """Return what can be said of each combination of levels, what is contrasted within it, and of crossovers."""
    by_id = {cell.id: cell for cell in document.cells}
    if contrasted(document) != STRATEGY:
        between = (_between(combination, by_id, document) for combination in document.combinations)
        return (*chain.from_iterable(between), *runtimes(document))
    compared = standings(document)
    groups: dict[Key, list[CellResult]] = defaultdict(list)
    for cell in document.cells:
        if cell.baseline_id is not None:
            groups[key_of(cell.factors)].append(cell)
    found: list[Finding] = []
    for key, cells in groups.items():
        found.extend(_group(dict(key), by_id.get(cells[0].baseline_id or ""), cells, document, compared))
    if not groups:
        alone = [character(dict(key_of(cell.factors)), cell) for cell in document.cells]
        found.extend(finding for finding in alone if finding is not None)
    return (*found, *crossings(document), *convoys(document), *runtimes(document))


def _between(
    combination: CombinationResult, by_id: Mapping[str, CellResult], document: ResultDocument
) -> Iterator[Finding]:
    """Say how the levels of a factor other than the strategy compare: what explains strategies explains none of it."""
    scope, cells = combination.levels, [by_id[each] for each in combination.cells]
    usable = [c for c in cells if c.status == "ok" and c.throughput_per_s is not None]
    if any(c.arrivals is not None for c in usable):
        yield from open_findings(scope, usable, combination)
    else:
        yield from winners(scope, usable, (), combination, document, None)
        yield from unexplained(scope, usable, document.margin)


def _group(
    scope: Mapping[str, Any],
    base: CellResult | None,
    cells: Sequence[CellResult],
    document: ResultDocument,
    compared: Mapping[str, CombinationResult],
) -> list[Finding]:
    first = document.scatter_rounds
    combination = compared.get(cells[0].id)
    job = character(scope, base) if base is not None and base.status == "ok" else None
    found: list[Finding] = [] if job is None else [job]
    usable = [c for c in cells if c.status == "ok" and c.throughput_per_s is not None]
    if any(c.arrivals is not None for c in usable):
        found.extend(open_findings(scope, usable, combination))
        return [*found, *causes(scope, base, usable, first), *unexplained(scope, usable, document.margin)]
    alike = [c for c in usable if not c.marked]
    found.extend(winners(scope, alike, [c for c in usable if c.marked], combination, document, job))
    found.extend(idioms(scope, usable, document))
    found.extend(causes(scope, base, alike, first, combination))
    found.extend(burdens(scope, base, usable))
    found.extend(responsive(scope, alike, first))
    found.extend(tried_again(scope, usable))
    found.extend(retried_together(scope, usable))
    found.extend(hung_slots(scope, base, usable))
    found.extend(unexplained(scope, usable, document.margin))
    return found
