"""A summary as Markdown in under 20 lines, as for a pull request."""

from collections.abc import Iterator, Sequence

from simulator.report.markdown.syntax import code, escaped, table
from simulator.report.view.document import Summary, Tally
from simulator.report.view.parts import Column

MOST_LINES = 19
MOST_SENTENCES = 4
MOST_CAUTIONS = 2
MOST_ROWS = 8


def render(summary: Summary) -> str:
    """Return the lines; the last ends with a line break."""
    head = [f"**{escaped(summary.verdict.title)}**", *_sentences(summary.verdict.sentences)]
    foot = [f"- {line}" for line in _foot(summary)]
    room = min(MOST_ROWS, MOST_LINES - len(head) - len(foot) - 4)  # two blank lines, header and rule
    drawn: list[str] = []
    if summary.table is not None:
        columns = summary.table.columns
        numeric = [column.numeric for column in columns]
        drawn = ["", *table(list(map(_heading, columns)), numeric, _cut(summary.table.rows, room))]
    return "\n".join([*head, *drawn, "", *foot]) + "\n"


def _sentences(sentences: Sequence[str]) -> list[str]:
    shown = sentences if len(sentences) <= MOST_SENTENCES else sentences[: MOST_SENTENCES - 1]
    lines = [f"- **{escaped(sentence)}**" for sentence in shown]
    left_out = len(sentences) - len(shown)
    return [*lines, f"- … and {left_out} more"] if left_out else lines


def _heading(column: Column) -> str:
    return f"{column.name}{'' if column.unit.startswith('/') else ' '}{column.unit}".strip()


def _cut(rows: Sequence[tuple[str, ...]], room: int) -> Sequence[tuple[str, ...]]:
    if len(rows) <= room:
        return rows
    shown = rows[: room - 1]
    more = f"… and {len(rows) - len(shown)} more"
    return (*shown, (more, *[""] * (len(rows[0]) - 1)))


def _foot(summary: Summary) -> Iterator[str]:
    if summary.expectations is not None:
        yield f"Expectations: {_expected(summary.expectations)}"
    if summary.reasons:
        yield f"Reasons: {_few(summary.reasons, ' · ', ' · … and')}"
    if summary.cautions:
        yield f"Cautions: {_few(summary.cautions, ' · ', ' · … and')}"
    if summary.left_out:
        yield f"Not served: {_few(summary.left_out, ' · ', ' · … and')}"
    yield f"Measured on {escaped(summary.machine)}"
    yield f"{'Again' if summary.again else 'More'}: {code(summary.command)}"


def _expected(tally: Tally) -> str:
    total = tally.held + sum(len(those) for _, those in tally.others)
    words = [f"{tally.held} of {total} held"]
    words += [f"**{verdict}**: {_few(those, '; ', ' … and')}" for verdict, those in tally.others if those]
    return ". ".join(words)


def _few(texts: Sequence[str], between: str, more: str) -> str:
    shown = between.join(map(escaped, texts[:MOST_CAUTIONS]))
    return shown + (f"{more} {len(texts) - MOST_CAUTIONS} more" if len(texts) > MOST_CAUTIONS else "")
