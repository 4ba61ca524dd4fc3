"""What virtual changes would do: a line for each, and a table for each combination."""

from collections.abc import Iterator, Sequence

from simulator.report.view.parts import Column, Table
from simulator.report.view.predicted.titles import Title, key
from simulator.result.predictions import PredictedCombination, PredictionDocument, WhatIf
from simulator.text.numbers import NONE, factor, number, rate
from simulator.text.words import counted

LEGEND = (
    "first line: pages/s with the change over those without it, with the jobs in flight that there are; second: the"
    " most that it does over the most that it does without, @ the fewest jobs in flight that are enough"
)


def answered(answer: WhatIf) -> str:
    """Say in a line what a change gains, for whom to take and for each, and with how many in flight."""
    take = next((gain for gain in answer.gains if gain.strategy == answer.take), None)
    if take is None or answer.ratio is None:
        return f"With {answer.change}: nothing can be predicted."
    instead = "" if answer.instead_of in (answer.take, None) else f" instead of {answer.instead_of}"
    said = (
        f"With {answer.change} take {answer.take}{instead}: {factor(answer.ratio)} × with"
        f" {number(take.in_flight)} in flight"
    )
    others = [
        f"{gain.strategy} {factor(gain.ratio)} ×"
        for gain in answer.gains
        if gain.strategy != answer.take and gain.ratio is not None
    ]
    return "; ".join(filter(None, (said, ", ".join(others), _most(answer)))) + "."


def _most(answer: WhatIf) -> str:
    """Say who does most with any number of jobs in flight."""
    known = [(gain.most_per_s, gain) for gain in answer.gains if gain.most_per_s is not None]
    if not known:
        return ""
    per_s, most = max(known, key=lambda each: each[0])
    return (
        f"most is done by {most.strategy} with {number(most.most_in_flight)} in flight, {rate(per_s, 'pages')},"
        f" {factor(most.most_ratio)} × the most without"
    )


def in_all(answers: Sequence[WhatIf]) -> Iterator[str]:
    """Say of each change what it gains over many combinations."""
    for change in dict.fromkeys(each.change for each in answers):
        ratios = [each.ratio for each in answers if each.change == change and each.ratio is not None]
        moved = [each for each in answers if each.change == change and each.take != each.instead_of]
        if not ratios:
            yield f"With {change}: nothing can be predicted."
            continue
        reach = f"{factor(min(ratios))} to {factor(max(ratios))}"
        yield (
            f"With {change} whom to take does {reach} × in {counted(len(ratios), 'combination')}; it is another in"
            f" {len(moved)} of them."
        )


def what_if_table(found: PredictedCombination, document: PredictionDocument, title: Title) -> Iterator[Table]:
    """Yield the table of what would be with each change; none where none was asked for."""
    answers = [each for each in document.changes if key(each.levels) == key(found.levels)]
    if not answers:
        return
    names = list(dict.fromkeys(gain.strategy for each in answers for gain in each.gains))
    columns = (
        Column("with", "", "the change", numeric=False),
        Column("take", "", "whom to take then", numeric=False),
        *(Column(name, "×", LEGEND) for name in names),
    )
    rows = tuple(
        (each.change, each.take or NONE, *(_gained(each, name) for name in names)) for each in answers
    )
    notes = dict.fromkeys(
        f"{gain.strategy} with {each.change}: {gain.reason}"
        for each in answers
        for gain in each.gains
        if gain.reason
    )
    lines = map(answered, answers) if len(document.combinations) > 1 else ()
    yield Table(f"{title.headline}: what if", columns, rows, tuple(notes), (LEGEND, *lines))


def _gained(answer: WhatIf, name: str) -> str:
    gain = next((each for each in answer.gains if each.strategy == name), None)
    if gain is None or gain.ratio is None:
        return NONE
    return f"{factor(gain.ratio)}\n{factor(gain.most_ratio)} @{number(gain.most_in_flight)}"
