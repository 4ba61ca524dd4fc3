"""What it costs that an executor hands the jobs out: each beside the strategy that is like it in all else."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from simulator.analysis.ranking import scores, terms_of
from simulator.measures.work import THROUGHPUT
from simulator.result.document import CellResult, ResultDocument
from simulator.result.findings.idiom import HandedOut, Idiom
from simulator.scenario.shards import resembled
from simulator.stats.contrasts import against, verdict
from simulator.stats.intervals import Interval

Effect = Literal["costs", "costs a little", "as fast", "gains a little", "gains", "cannot tell"]


def idioms(scope: Mapping[str, Any], cells: Sequence[CellResult], document: ResultDocument) -> list[Idiom]:
    """Return what is to be said of them in this combination: of each strategy that others resemble.

    Args:
        scope: its levels.
        cells: valid ones.
        document: that they are of.
    """
    alike, by_name = resembled(document.scenario), {cell.strategy: cell for cell in cells}
    found = []
    for name, over in by_name.items():
        handed_out = [cell for cell in cells if alike.get(cell.strategy) == name]
        if handed_out:
            found.append(_beside(over, handed_out, scope, document))
    return [finding for finding in found if finding.handed_out]


def _beside(
    over: CellResult, cells: Sequence[CellResult], scope: Mapping[str, Any], document: ResultDocument
) -> Idiom:
    compared = [over, *cells]
    ratios = against(
        scores(compared, THROUGHPUT), over.id, [cell.id for cell in cells], terms_of(compared, document)
    )
    return Idiom(
        scope=scope,
        over=over.name,
        handed_out=tuple(
            HandedOut(
                strategy=cell.name,
                own_in_flight=cell.in_flight if cell.marked else None,
                effect=_effect(ratio, document.margin),
                ratio=ratio,
                cpu_more_s=_more(cell.cpu_per_page_s, over.cpu_per_page_s),
            )
            for cell in cells
            if (ratio := ratios[cell.id]) is not None
        ),
    )


def _effect(ratio: Interval, margin: float) -> Effect:
    """Return what a ratio to where workers claim their jobs says."""
    slower: dict[str, Effect] = {"faster": "costs", "a little faster": "costs a little", "as fast": "as fast"}
    faster: dict[str, Effect] = {"faster": "gains", "a little faster": "gains a little"}
    inverse = Interval(1 / ratio.median, 1 / ratio.high, 1 / ratio.low, ratio.kind, ratio.rounds)
    gain = faster.get(verdict(ratio, margin))
    return gain or slower.get(verdict(inverse, margin), "cannot tell")


def _more(of: float | None, over: float | None) -> float | None:
    return None if of is None or over is None else of - over
