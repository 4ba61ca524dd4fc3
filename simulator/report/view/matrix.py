"""The parse cost against everything else that varies: who wins where, and from which cost on processes do."""

from collections import Counter
from collections.abc import Iterator, Sequence

from simulator.analysis.combinations import Key, key_of
from simulator.analysis.matrix import Matrix, by_pair
from simulator.analysis.standing import Standing
from simulator.measures.factors import PARSE_COST
from simulator.report.sentences.registry import kind_of, sentence
from simulator.report.view.parts import Column, Table
from simulator.result.document import Crossover, ResultDocument
from simulator.text.numbers import NONE, duration, durations, in_ms, ms, share, times
from simulator.text.words import form

MOST_SENTENCES = 8
"""Crossovers that are told one by one."""


def winners(found: Matrix) -> Table:
    """Return the table of who wins where."""
    return Table(
        title="Who is fastest",
        columns=(
            Column(", ".join(found.paths), "", "what varies besides the parse cost", numeric=False),
            *(Column(level, in_ms(cost), "parse cost, CPU measured") for level, cost in found.costs.items()),
        ),
        rows=tuple(
            (name, *(winner_text(found.standings.get((key, level))) for level in found.costs))
            for key, name in found.rows.items()
        ),
        notes=(),
        findings=tuple(_legend(found)),
    )


def winner_text(place: Standing | None) -> str:
    """Return who is fastest and how far ahead, below one another, with marks that the legend explains."""
    if place is None:
        return NONE
    if place.best is None:
        return place.status.replace(" ", "\n")
    marks = ("†" if place.baseline_best else "") + ("" if place.complete else "!")
    others = (*place.near, *place.open) if place.sure else ()
    if others:
        both = not place.slower and len(others) > 1
        said = "as fast" if not place.open else "cannot tell"
        return "\n".join([*(("all",) if both else (place.best, *others)), f"{said}{marks}"])
    lead = "alone" if place.lead is None else times(place.lead.median)
    return f"{place.best}\n{lead}{'' if place.sure else '?'}{marks}"


def _legend(found: Matrix) -> Iterator[str]:
    yield (
        "columns: the parse cost as it is written, and below it the CPU per page that was measured; cells: the fastest"
        " strategy and how many times faster it is than the next; as fast: surely within the margin; cannot tell: the"
        " interval of the ratio reaches beyond it"
    )
    places = found.standings.values()
    if any(place.best is not None and not place.sure for place in places):
        yield "? fewer than 3 rounds cannot tell whether that is luck"
    if any(place.baseline_best for place in places):
        yield "† one job after the other is as fast, or faster"
    if any(place.best is not None and not place.complete for place in places):
        yield "! among the strategies that have a valid cell there; not all do"


def picture(found: Matrix) -> str:
    """Return in one sentence how many combinations each strategy wins."""
    places = list(found.standings.values())
    wins = Counter(place.winner for place in places if place.winner is not None)
    parts = [f"{name} {form(name, 'wins', 'win')} {count}" for name, count in wins.most_common()]
    for count, words in (
        (
            sum(place.sure and bool(place.near) and not place.open for place in places),
            "several are as fast in {}",
        ),
        (sum(place.sure and bool(place.open) for place in places), "the rounds cannot tell in {}"),
        (sum(place.best is not None and not place.sure for place in places), "{} had too few rounds to tell"),
        (sum(place.best is None for place in places), "{} had no valid number"),
    ):
        if count:
            parts.append(words.format(count))
    factors = " and ".join([*found.paths, PARSE_COST])
    return f"Of {len(places)} combinations of {factors}, {', '.join(parts)}."


def told(document: ResultDocument) -> tuple[str, ...]:
    """Return the crossovers in sentences: each one, or where they are many, for two strategies from where to where."""
    texts = tuple(sentence(finding) for finding in document.findings if kind_of(finding).place == "crossover")
    if len(texts) <= MOST_SENTENCES:
        return texts
    return tuple(_range(*names, members, document.margin) for names, members in by_pair(document).items())


def _range(faster: str, slower: str, found: Sequence[Crossover], margin: float) -> str:
    ends = [
        end
        for crossover in found
        if crossover.kind == "crossing"
        for end in (
            [crossover.cost_s] if crossover.cost_s is not None else [crossover.low_s, crossover.high_s]
        )
    ]
    costs = [end for end in ends if end is not None]
    beat = f"{faster} {form(faster, 'beats', 'beat')} {slower} by more than {share(margin)}"
    kinds = Counter(crossover.kind for crossover in found)
    parts = []
    if costs:
        span = duration(costs[0]) if len(costs) == 1 else durations(min(costs), max(costs))
        parts.append(f"from {span} of parse CPU on in {kinds['crossing']}")
    for words, count in (
        ("at every cost measured", kinds["always"]),
        ("at none", kinds["never"]),
        ("undecided", kinds["undecided"]),
    ):
        if count:
            parts.append(f"{words} in {count}")
    return f"Of {len(found)} combinations of the other levels, {beat} {', '.join(parts)}."


def crossover_tables(document: ResultDocument, found: Matrix) -> tuple[Table, ...]:
    """Return a table for each strategy with processes: from which parse CPU on it wins, over each of the others."""
    by_faster: dict[str, dict[str, dict[Key, Crossover]]] = {}
    for (faster, slower), members in by_pair(document).items():
        by_faster.setdefault(faster, {})[slower] = {
            key_of(member.scope, PARSE_COST): member for member in members
        }
    return tuple(
        Table(
            title=f"From which parse CPU on {faster} {form(faster, 'wins', 'win')}, in ms",
            columns=(
                Column(", ".join(found.paths), "", "what varies besides the parse cost", numeric=False),
                *(Column("over", slower, "crossover and its 95 % interval") for slower in others),
            ),
            rows=tuple(
                (name, *(crossover_text(members.get(key)) for members in others.values()))
                for key, name in found.rows.items()
            ),
            notes=(),
            findings=(
                (
                    f"by more than {share(document.margin)}; in brackets the 95 % interval, or only the measured costs"
                    " that it lies between; all: at every cost measured; none: at none"
                ),
                "?: the rounds do not tell, or it lies beyond what was measured",
            ),
        )
        for faster, others in by_faster.items()
    )


def crossover_text(found: Crossover | None) -> str:
    """Return a crossover in ms with its interval, `?` for what is not known."""
    if found is None:
        return NONE
    match found.kind:
        case "always":
            return "all"
        case "never":
            return "none"
    low, high = ("?" if value is None else ms(value) for value in (found.low_s, found.high_s))
    if (low, high) == ("?", "?"):
        return "?"
    return f"{low}–{high}" if found.cost_s is None else f"{ms(found.cost_s)} ({low}–{high})"
