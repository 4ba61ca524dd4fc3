"""What each worker did, and when, over half a second."""

from simulator.analysis.combinations import Combination, combinations
from simulator.analysis.overlap import length_us, pairs, together
from simulator.report.view.columns import starred
from simulator.report.view.figure import Figure, Lanes, Panel
from simulator.report.view.figures.drawn import ok
from simulator.report.view.figures.scales import on_one_scale
from simulator.report.view.lanes import shown
from simulator.report.view.parts import Column, Table
from simulator.result.attribution import Lane, Timeline, Watch
from simulator.result.document import CellResult, ResultDocument
from simulator.text.numbers import duration, ms, number, share
from simulator.text.words import counted

TITLE = "Timeline"
FIRST = "threads"
WATCHED = "who ran when"
LANE = Column("lane", "", "a worker, or a task of a loop", numeric=False)
TIMES = (
    Column("network", "ms", "the server held the request"),
    Column("resume", "ms", "the answer was there, and not yet taken up"),
    Column("parses", "", "in the stretch, whole or in part"),
    Column("parse", "ms", "from the start of a parse to its end"),
)
CLOCKED = (LANE, *TIMES, Column("CPU in parse", "ms", "how much of it was on CPU"))
SEEN = (
    LANE,
    Column("running", "ms", "seen to run"),
    Column("turns", "", "how often"),
    Column("longest", "ms", "the longest turn"),
    Column("no core", "ms", "could have run, and no core was free"),
    *TIMES,
)
NOTES = (
    "Start and end of a parse are known, and how much of it was on CPU, but not when: it is filled to that share.",
    "The rest of it is hatched. Two parses that overlap may still have computed in turns.",
    f"“{WATCHED}” is one more repetition, looked at from outside up to 1,000 times a second, and not measured.",
    "Turns are as exact as the looks are close, 1 ms. Where cores are short, a look may itself make room for another.",
)


def build(document: ResultDocument) -> Figure | None:
    """Return lanes for each strategy and combination, threads first; null where no cell has a timeline.

    The combination with the most to see comes first: the one in which workers stall most.
    """
    groups = sorted(combinations(document), key=_stall, reverse=True)
    panels = tuple(panel for group in groups for panel in _panels(group, len(groups)))
    if not panels:
        return None
    return Figure(
        "timeline",
        TITLE,
        "What does each worker do, and who computes at the same time?",
        on_one_scale(panels),
        NOTES if any(cell.turns is not None for cell in document.cells) else NOTES[:2],
    )


def _stall(group: Combination) -> float:
    return max(
        (cell.attribution.stall for cell in ok(group.cells) if cell.attribution is not None), default=0.0
    )


def _panels(group: Combination, groups: int) -> list[Panel]:
    """Return the panels of one combination: threads, the others, the baseline; turns before what is guessed."""
    made = []
    for cell in sorted(ok(group.cells), key=_rank):
        own = group.label if groups > 1 else ""
        if cell.turns is not None:
            title = ", ".join(filter(None, (starred(cell), own, WATCHED)))
            made.append(
                Panel(
                    title, _lanes(cell.turns), _seen_summary(cell, cell.turns), _seen_table(title, cell.turns)
                )
            )
        if cell.timeline is not None:
            title = ", ".join(filter(None, (starred(cell), own)))
            made.append(
                Panel(
                    title, _lanes(cell.timeline), _summary(cell, cell.timeline), _table(title, cell.timeline)
                )
            )
    return made


def _rank(cell: CellResult) -> int:
    return 2 if cell.baseline_id is None else 0 if cell.strategy == FIRST else 1


def _lanes(found: Timeline) -> Lanes:
    lanes = tuple(shown(lane, found.width_us) for lane in found.lanes)
    return Lanes(found.width_us, lanes, found.left_out)


def _summary(cell: CellResult, found: Timeline) -> str:
    parse_us = sum(sum(ends - begins for begins, ends in _parses(lane)) for lane in found.lanes)
    cpu_us = sum(sum(lane.parse_us[2::3]) for lane in found.lanes)
    count = sum(len(_parses(lane)) for lane in found.lanes)
    told = f"{starred(cell)}: {counted(count, 'parse')} in {_duration(found.width_us)}"
    if parse_us:
        told += f", {share(1 - cpu_us / parse_us)} of whose time was spent off CPU"
    late_us = sum(length_us(lane.resume_us) for lane in found.lanes)
    return f"{told}; answers waited {_duration(late_us)} in all to be taken up."


def _seen_summary(cell: CellResult, found: Timeline) -> str:
    ran, longest_us = together(found), max(map(_longest_us, found.lanes), default=0)
    queued_us = sum(length_us(lane.queued_us) for lane in found.lanes)
    told = (
        f"{starred(cell)}, watched for {_duration(found.width_us)}: {share(ran.one)} of the time one ran,"
        f" {share(ran.several)} two or more at once, {share(ran.none)} none; the longest turn"
        f" took {_duration(longest_us)}"
    )
    if queued_us > found.width_us / 10:
        told += f", and all together waited {_duration(queued_us)} for a core"
    return told + "."


def _table(title: str, found: Timeline) -> Table:
    rows = tuple((lane.name, *_times(lane), _ms(sum(lane.parse_us[2::3]))) for lane in found.lanes)
    return Table(f"{TITLE}: {title}", CLOCKED, rows, _left_out(found), ())


def _seen_table(title: str, found: Timeline) -> Table:
    rows = tuple(
        (
            lane.name,
            _ms(length_us(lane.turns_us)),
            str(len(lane.turns_us) // 2),
            _ms(_longest_us(lane)),
            _ms(length_us(lane.queued_us)),
            *_times(lane),
        )
        for lane in found.lanes
    )
    ran = together(found)
    return Table(
        f"{TITLE}: {title}",
        SEEN,
        rows,
        (*_left_out(found), *(_looks(found.watch, found.width_us) if found.watch is not None else ())),
        (
            f"Lanes running at a time: none {share(ran.none)}, one {share(ran.one)}, two or more {share(ran.several)}.",
        ),
    )


def _times(lane: Lane) -> tuple[str, ...]:
    parses = _parses(lane)
    return (
        _ms(length_us(lane.network_us)),
        _ms(length_us(lane.resume_us)),
        str(len(parses)),
        _ms(sum(end - begin for begin, end in parses)),
    )


def _looks(watch: Watch, width_us: int) -> tuple[str, ...]:
    unseen_us = length_us(watch.unseen_us)
    told = [
        (
            f"{watch.looks} looks, {number(watch.looks / width_us * 1e6)} a second,"
            f" which took {share(watch.cost)} of a core"
        ),
    ]
    if unseen_us:
        told.append(f"for {_duration(unseen_us)} nobody looked: what lies in there is nobody's turn")
    if watch.workers < watch.of:
        told.append(f"{watch.workers} of {watch.of} threads were looked at")
    return tuple(told)


def _left_out(found: Timeline) -> tuple[str, ...]:
    return (f"{found.left_out} more lanes are not shown",) if found.left_out else ()


def _parses(lane: Lane) -> list[tuple[int, int]]:
    return list(zip(lane.parse_us[::3], lane.parse_us[1::3], strict=True))


def _longest_us(lane: Lane) -> int:
    return max((end - begin for begin, end in pairs(lane.turns_us)), default=0)


def _ms(us: float) -> str:
    return ms(us / 1e6)


def _duration(us: float) -> str:
    return duration(us / 1e6)
