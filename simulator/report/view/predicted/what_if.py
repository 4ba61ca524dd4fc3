"""What virtual changes would do: a line for each, and a table for each combination."""

from collections.abc import Iterator, Sequence

from simulator.report.view.parts import Column, Table
from simulator.report.view.predicted.titles import Title, key
from simulator.result.predictions import Gain, PredictedCombination, PredictionDocument, WhatIf
from simulator.text.numbers import NONE, duration, factor, number, rate
from simulator.text.words import counted, listed, plural

LEGEND = (
    "first line: pages/s with the change over those without it, with the jobs in flight that there are; second: the"
    " most that it does over the most that it does without, @ the fewest jobs in flight that are enough"
)
LEGEND_OPEN = (
    "first line: p99 of the response time with the change over that without it; second: the most pages/s that it could"
    " do over the most that it could without, @ the fewest jobs in flight that are enough"
)


def answered(answer: WhatIf) -> str:
    """Say in a line what a change gains, for whom to take and for each, and with how many in flight."""
    take = next((gain for gain in answer.gains if gain.strategy == answer.take), None)
    if _is_open(answer):
        return _answered_open(answer, take)
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


def _is_open(answer: WhatIf) -> bool:
    """Whether jobs come by themselves: then more than comes cannot be done."""
    return any(gain.p99_s is not None or gain.keeps_up is not None for gain in answer.gains)


def _answered_open(answer: WhatIf, take: Gain | None) -> str:
    """Say what a change does to jobs that come by themselves: who keeps up then, and how long they take."""
    if take is None or take.p99_s is None:
        who = "it cannot be told who keeps up" if _open_question(answer) else "nobody keeps up"
        said = f"With {answer.change} {who}"
        return "; ".join(filter(None, (said, _most(answer)))) + "."
    instead = "" if answer.instead_of in (answer.take, None) else f" instead of {answer.instead_of}"
    longer = (
        "nobody surely keeps up without"
        if answer.p99_ratio is None
        else f"{factor(answer.p99_ratio)} × as long"
    )
    said = f"With {answer.change} take {take.strategy}{instead}: p99 {duration(take.p99_s)}, {longer}"
    others = [gain for gain in answer.gains if gain is not take and gain.reason is None]
    steady = [
        f"{gain.strategy} {duration(gain.p99_s)}"
        for gain in others
        if gain.keeps_up and gain.p99_s is not None
    ]
    behind = [gain.strategy for gain in others if gain.keeps_up is False]
    falls = f"{listed(behind)} {plural(behind, 'falls', 'fall')} behind" if behind else ""
    unsure = [gain.strategy for gain in others if gain.keeps_up is None]
    open_ = f"of {listed(unsure)} it cannot be told" if unsure else ""
    return "; ".join(filter(None, (said, ", ".join(steady), falls, open_, _most(answer)))) + "."


def _open_question(answer: WhatIf) -> bool:
    """Whether nobody is known to keep up, and of somebody it cannot be told."""
    return answer.take is None and any(gain.keeps_up is None for gain in answer.gains if gain.reason is None)


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
        mine = [each for each in answers if each.change == change]
        if all(map(_is_open, mine)):
            kept = sum(each.take is not None for each in mine)
            unsure = sum(map(_open_question, mine))
            yield (
                f"With {change} somebody keeps up in {kept} of {counted(len(mine), 'combination')}"
                f"{f'; in {unsure} it cannot be told' if unsure else ''}."
            )
            continue
        ratios = [each.ratio for each in mine if each.ratio is not None]
        moved = [each for each in mine if each.take != each.instead_of]
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
    legend = LEGEND_OPEN if all(map(_is_open, answers)) else LEGEND
    columns = (
        Column("with", "", "the change", numeric=False),
        Column("take", "", "whom to take then", numeric=False),
        *(Column(name, "×", legend) for name in names),
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
    yield Table(f"{title.headline}: what if", columns, rows, tuple(notes), (legend, *lines))


def _gained(answer: WhatIf, name: str) -> str:
    gain = next((each for each in answer.gains if each.strategy == name), None)
    if gain is None or gain.ratio is None:
        return NONE
    if not _is_open(answer):
        first = factor(gain.ratio)
    elif gain.keeps_up is None:
        first = "cannot tell"
    else:
        first = factor(gain.p99_ratio) if gain.keeps_up else "behind"
    return f"{first}\n{factor(gain.most_ratio)} @{number(gain.most_in_flight)}"
