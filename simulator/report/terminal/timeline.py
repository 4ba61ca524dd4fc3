"""A timeline in characters: one row per lane, one character per slice of time."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from simulator.report.view.parts import Timeline, TimelineLane

PARSE, NETWORK, STALLED, QUEUED, NOTHING = "█", "·", "░", "▒", " "
FILLED = "▁▂▃▄▅▆▇█"
"""A parse whose turns nobody saw: as high as its share on CPU."""
STYLES = {**dict.fromkeys(FILLED, "green"), NETWORK: "dim", STALLED: "red", QUEUED: "yellow"}
LEGEND = (
    f"{FILLED[0]} to {FILLED[-1]} parses, as high as its share on CPU: when in it, nobody saw"
    f"   {STALLED} its answer waits to be taken up   {NETWORK} network"
)
WATCHED_LEGEND = (
    f"watched: {PARSE} runs   {QUEUED} could run, but no core is free   {STALLED} neither, though it has its answer or"
    f" parses   {NETWORK} network.  One more repetition, looked at from outside 1,000 times a second, not measured."
)
MOST_WIDTH = 110


def draw(timeline: Timeline, console: Console) -> None:
    """Print the stretches as wide as the console, at most MOST_WIDTH characters, and what the characters mean."""
    names = max((len(lane.name) for stretch in timeline.stretches for lane in stretch.lanes), default=0)
    width = max(10, min(MOST_WIDTH, console.width) - names - 2)
    console.print()
    console.print(Text(timeline.title, style="bold italic"))
    for stretch in timeline.stretches:
        console.print(Text(stretch.title))
        for lane in stretch.lanes:
            row = Text(f"{lane.name:<{names}}  ", style="dim")
            draw_lane = watched_characters if stretch.watched else characters
            for character in draw_lane(lane, stretch.width_us, width):
                row.append(character, style=STYLES.get(character, ""))
            console.print(row, soft_wrap=True)
        if stretch.left_out:
            console.print(Text(f"… and {stretch.left_out} more", style="dim"))
    if any(not stretch.watched for stretch in timeline.stretches):
        console.print(Text(LEGEND, style="dim"))
    if any(stretch.watched for stretch in timeline.stretches):
        console.print(Text(WATCHED_LEGEND, style="dim"))


def characters(lane: TimelineLane, width_us: int, width: int) -> str:
    """Return one row: for each slice what took most of it.

    A parse is as high as its share on CPU all along, because it is known how much of it was on CPU but not when.
    """
    slice_us = width_us / width
    network = _covered(lane.network_us, slice_us, width)
    resume = _covered(lane.resume_us, slice_us, width)
    parse = [0.0] * width
    on_cpu = [0.0] * width
    for start, end, cpu in _triples(lane.parse_us):
        for index, part in enumerate(_covered((start, end), slice_us, width)):
            parse[index] += part
            on_cpu[index] += part * cpu / (end - start)
    row: list[str] = []
    for index in range(width):
        most = max(network[index], resume[index], parse[index])
        if most < slice_us / 4:
            row.append(NOTHING)
        elif most == parse[index]:
            eighths = round(on_cpu[index] / parse[index] * len(FILLED))
            row.append(FILLED[min(len(FILLED), max(1, eighths)) - 1])
        else:
            row.append(NETWORK if most == network[index] else STALLED)
    return "".join(row)


def watched_characters(lane: TimelineLane, width_us: int, width: int) -> str:
    """Return one row: for each slice what was seen in most of it; where nothing was seen, what the clocks tell."""
    slice_us = width_us / width
    turns = _covered(lane.turns_us, slice_us, width)
    queued = _covered(lane.queued_us, slice_us, width)
    network = _covered(lane.network_us, slice_us, width)
    stalled = _covered(lane.resume_us, slice_us, width)
    for start, end, _ in _triples(lane.parse_us):
        for index, part in enumerate(_covered((start, end), slice_us, width)):
            stalled[index] += part
    row: list[str] = []
    for ran, waited, held, due in zip(turns, queued, network, stalled, strict=True):
        # What is left of the time in which it had something to do, when it neither ran nor could have.
        rest = max(0.0, due - ran - waited)
        most = max(ran, waited, held, rest)
        if most < slice_us / 4:
            row.append(NOTHING)
        else:
            row.append(
                PARSE if most == ran else QUEUED if most == waited else STALLED if most == rest else NETWORK
            )
    return "".join(row)


def _covered(spans_us: Sequence[int], slice_us: float, width: int) -> list[float]:
    """Return how much of each slice the spans cover (us)."""
    covered = [0.0] * width
    for start, end in zip(spans_us[::2], spans_us[1::2], strict=True):
        first, last = int(start / slice_us), min(width - 1, int(end / slice_us))
        for index in range(first, last + 1):
            covered[index] += max(0.0, min(end, (index + 1) * slice_us) - max(start, index * slice_us))
    return covered


def _triples(flat: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    return zip(flat[::3], flat[1::3], flat[2::3], strict=True)
