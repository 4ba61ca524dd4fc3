"""Where the time of the workers went."""

from collections.abc import Callable

from simulator.analysis.combinations import Combination
from simulator.report.view.columns import row_of, starred
from simulator.report.view.figure import Axis, Layer, Stack, Tone
from simulator.report.view.figures.drawn import Chart, Known, Picture, having, missing, ok, unknown
from simulator.report.view.parts import Column
from simulator.report.view.why import LACKING, SHARES, WORKERS
from simulator.result.attribution import Attribution
from simulator.result.document import ResultDocument
from simulator.text.numbers import share
from simulator.text.words import form, names

SPOKEN_OF = 0.02
"""A stall smaller than this is none to speak of."""
MUCH_STEAL = 0.05
GAP = 0.005
"""A residual up to this is not drawn."""

LAYERS: tuple[tuple[str, Tone, Callable[[Attribution], float]], ...] = (
    ("fetch CPU", "fetch", lambda found: found.fetch_cpu),
    ("parse CPU", "cpu", lambda found: found.parse_cpu),
    ("other CPU", "other", lambda found: found.other_cpu),
    ("no core", "queue", lambda found: found.run_queue),
    ("stalled", "stall", lambda found: found.stall),
    ("network", "network", lambda found: found.network),
    ("idle", "idle", lambda found: found.idle),
)
CALLED = {
    "no core": "the wait for a core",
    "stalled": "a stall",
    "network": "the network",
    "idle": "idle time",
}
"""Layers in sentences."""


def _picture(group: Combination, _: ResultDocument) -> Picture | None:
    known = having(group.cells, lambda cell: cell.attribution)
    if not known:
        return None
    layers = [
        Layer(name, tone, tuple(pick(found) * 100 for _, found in known)) for name, tone, pick in LAYERS
    ]
    if any(found.residual > GAP for _, found in known):
        layers.append(Layer("gap", "residual", tuple(max(0.0, found.residual) * 100 for _, found in known)))
    lacking = [cell for cell in ok(group.cells) if cell.attribution is None]
    return Picture(
        Stack(tuple(starred(cell) for cell, _ in known), tuple(layers), Axis("share of worker time", "%")),
        _summary(known),
        (WORKERS[0], Column("workers", "", "threads that fetch or parse"), *WORKERS[1:]),
        tuple((starred(cell), str(found.workers), *row_of(SHARES, cell)) for cell, found in known),
        (*missing(group.cells), *unknown(lacking, LACKING)),
    )


def _summary(known: Known[Attribution]) -> str:
    """Say what took most of each, then who stalled most, then what the host took, each if there is any."""
    most: dict[str, list[str]] = {}
    for cell, found in known:
        most_of, name = max((pick(found), name) for name, _, pick in LAYERS)
        most.setdefault(name, []).append(f"{starred(cell)} ({share(most_of)})")
    told = "The largest part is " + ", ".join(
        f"{CALLED.get(name, name)} with {names(found)}" for name, found in most.items()
    )
    cell, found = max(known, key=lambda pair: pair[1].stall)
    if found.stall >= max(SPOKEN_OF, found.steal or 0.0) and "stalled" not in most:
        who = starred(cell)
        told += f"; {who} {form(who, 'is', 'are')} stalled for {share(found.stall)}"
        told += ", most of all" if len(known) > 1 else ""
    steal = max((found.steal or 0.0 for _, found in known), default=0.0)
    if steal >= MUCH_STEAL:
        told += f"; the host took up to {share(steal)} of the machine meanwhile"
    return told + "."


CHART = Chart(
    "shares",
    "Where the workers' time went",
    "What were the workers doing: computing, waiting for the network, or for one another?",
    _picture,
    (
        "Worker time is the window times the workers: threads that fetch or parse, a loop being one.",
        (
            "Stalled is off CPU with neither network, nor core, nor work to wait for: a lock, such as the GIL, or a"
            " loop that is busy elsewhere."
        ),
        (
            "What the host of the machine stole is a share of its capacity, not of worker time: it stands in the"
            " table only."
        ),
    ),
)
