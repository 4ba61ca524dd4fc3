"""Cells of one combination compared with one another: which is best, by how much, and how sure that is.

One way to compare, for everything that ranks, ties, wins, tunes or ends a run. Scores are logarithms, so that more is
better and a difference is a ratio. They are fitted by cells + rounds (`layout`): the best cell is the one of the
greatest effect, and the contrast of two cells is the difference of their effects, which is their mean paired ratio
where no round is missing.

Around the contrasts stand simultaneous 95 % intervals: all of a combination hold together in 95 % of combinations,
whichever cell came out best (comparisons with the best: Edwards & Hsu, Multiple comparisons with the best treatment,
Journal of the American Statistical Association 78, 1983), by Šidák's inequality (the same journal, 62, 1967), which
holds whatever correlates the contrasts.

Three rounds say little of how two cells scatter, but the others of the combination were measured in the same rounds.
So the variance of a contrast is moderated by the mean of its combination (Smyth, Linear models and empirical Bayes
methods, Statistical Applications in Genetics and Molecular Biology 3, 2004). The mean counts for as few degrees of
freedom as PRIOR: where one cell scatters ten times as much as the others, the intervals must still hold.

A run that goes on until its intervals are narrow takes the scatter of its first rounds, and never less than that of
all (`intervals`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, expm1, inf, log, log1p, sqrt
from statistics import median
from typing import Literal

from simulator.stats.intervals import FEWEST_FOR_INTERVAL, Interval, t_quantile
from simulator.stats.layout import Key, Layout, fit

Verdict = Literal["faster", "a little faster", "as fast", "cannot tell"]
"""Surely by more than the margin; surely, but by less; surely within the margin; none of these."""

TOGETHER = 0.95
"""With what probability all intervals of a combination hold."""
PRIOR = 2.0
"""Degrees of freedom that the mean variance of a combination counts for beside that of a contrast itself: with more,
more than one in twenty combinations of equal cells, one of them ten times as restless, names a faster one."""
MOST_ROUNDS = 100
"""More rounds than these decide nothing that anybody would wait for."""


@dataclass(frozen=True)
class Contrast:
    """One cell over another."""

    of: str
    over: str
    ratio: Interval | None
    """How many times better; null where no round has both."""
    verdict: Verdict


@dataclass(frozen=True)
class Ranking:
    """The cells of a combination, compared with the best of them."""

    order: tuple[str, ...]
    """The best first, by their effects."""
    effects: Mapping[str, float]
    """Mean scores with the machine's drift taken out, logarithms."""
    contrasts: tuple[Contrast, ...]
    """Of the best over each other, in that order."""

    @property
    def best(self) -> str:
        """The cell of the greatest effect."""
        return self.order[0]


@dataclass(frozen=True)
class Terms:
    """How scores are compared, beside the scores.

    Args:
        margin: the smallest difference that matters: 0.03 is 3 %.
        first: of a run that goes on until its intervals are narrow, how many rounds it does before it asks.
        weights: how much a score counts, 1 where nothing is said.
        errors: what the instrument itself may add to a cell's scores, as a logarithm. It widens what is said.
        looks: how often the same contrasts are asked at most, each time after another round, where the answer decides
            whether there is another one.
    """

    margin: float
    first: int | None = None
    weights: Mapping[Key, float] | None = None
    errors: Mapping[str, float] | None = None
    looks: int = 1

    def weight(self, key: Key) -> float:
        """Return how much a score counts."""
        return 1.0 if self.weights is None else self.weights.get(key, 1.0)

    def error(self, a: str, b: str) -> float:
        """Return by how much the instrument may be off in the contrast of two cells."""
        return 0.0 if self.errors is None else abs(self.errors.get(a, 0.0) - self.errors.get(b, 0.0))


def rank(scored: Mapping[Key, float], terms: Terms) -> Ranking:
    """Return who is best of the cells that have scores, at least one, and the contrasts of the best.

    Args:
        scored: logarithms by cell and round; more is better.
        terms: how they are compared.
    """
    effects = fit(scored, terms.weights).effects
    order = tuple(sorted(effects, key=lambda cell: (-effects[cell], cell)))
    return Ranking(order, effects, _contrasts(scored, terms, [(order[0], cell) for cell in order[1:]]))


def against(
    scored: Mapping[Key, float], control: str, cells: Sequence[str], terms: Terms
) -> dict[str, Interval | None]:
    """Return the ratio of each cell to a control, all with simultaneous intervals, in the order of the cells."""
    known = {cell for cell, _ in scored}
    pairs = [(cell, control) for cell in cells if cell in known and control in known]
    found = {pair[0]: ratio for pair, ratio in zip(pairs, _ratios(scored, terms, pairs), strict=True)}
    return {cell: found.get(cell) for cell in cells}


def contrast(scored: Mapping[Key, float], of: str, over: str, terms: Terms) -> Contrast:
    """Return the contrast of two cells alone, which were chosen without a look at their scores."""
    return _contrasts(scored, terms, [(of, over)])[0]


def verdict(ratio: Interval | None, margin: float) -> Verdict:
    """Return what an interval says of the first over the second; a range says nothing."""
    if ratio is None or ratio.kind == "range":
        return "cannot tell"
    if ratio.low > 1 + margin:
        return "faster"
    if ratio.high < 1 + margin and ratio.low > 1 / (1 + margin):
        return "a little faster" if ratio.low > 1 else "as fast"
    return "cannot tell"


def half_width(ratio: Interval) -> float:
    """Return half the width of an interval, in units of the logarithm."""
    return (log(ratio.high) - log(ratio.low)) / 2


def would_show(ratio: Interval, margin: float) -> float:
    """Return from which difference on cells so measured are told apart: 0.07 is 7 %.

    A difference of that size is found *faster* as often as not.
    """
    return (1 + margin) * exp(half_width(ratio)) - 1


def rounds_to_decide(ratio: Interval, margin: float) -> int | None:
    """Return about how many rounds there must be in all until the interval decides, if the estimate stays.

    Null where that is more than MOST_ROUNDS, and for a range, whose scatter is not known.
    """
    if ratio.kind == "range" or ratio.rounds is None:
        return None
    distance = abs(abs(log(ratio.median)) - log1p(margin))
    wanted = ratio.rounds * (half_width(ratio) / distance) ** 2 if distance > 0 else inf
    return None if wanted > MOST_ROUNDS else max(ratio.rounds + 1, ceil(wanted))


def rounds_until(ratio: Interval, precision: float) -> int:
    """Return about how many rounds there must be in all until an interval is as narrow as this, MOST_ROUNDS at most.

    Args:
        ratio: of a run that goes on until then, not a range.
        precision: half its width that is wanted, as a share: 0.03 for 3 %.
    """
    rounds, half = ratio.rounds or FEWEST_FOR_INTERVAL, half_width(ratio)
    if half <= log1p(precision):
        return rounds
    return min(MOST_ROUNDS, max(rounds + 1, ceil(rounds * (half / log1p(precision)) ** 2)))


def known_within(ratio: Interval) -> float:
    """Return half the width of an interval, as a share: 0.03 is 3 %."""
    return expm1(half_width(ratio))


def _contrasts(
    scored: Mapping[Key, float], terms: Terms, pairs: Sequence[tuple[str, str]]
) -> tuple[Contrast, ...]:
    found = _ratios(scored, terms, pairs)
    return tuple(
        Contrast(a, b, ratio, verdict(ratio, terms.margin))
        for (a, b), ratio in zip(pairs, found, strict=True)
    )


def _ratios(
    scored: Mapping[Key, float], terms: Terms, pairs: Sequence[tuple[str, str]]
) -> list[Interval | None]:
    """Return the ratios of pairs with simultaneous intervals."""
    if not pairs:
        return []
    layout = fit(scored, terms.weights)
    # Looks at growing data are no more often wrong together than as many at data of their own (Bonferroni).
    share = 1 - (1 - TOGETHER ** (1 / len(pairs))) / 2 / terms.looks
    scales = [_scale(scored, terms, layout, share)]
    if terms.first is not None:
        first = _first_rounds(scored, max(terms.first, FEWEST_FOR_INTERVAL))
        if len(first) < len(scored):
            scales.append(_scale(first, terms, fit(first, terms.weights), share))
    return [_ratio(scored, terms, layout, pair, scales) for pair in pairs]


def _ratio(
    scored: Mapping[Key, float],
    terms: Terms,
    layout: Layout,
    pair: tuple[str, str],
    scales: Sequence[Callable[[str, str], float | None]],
) -> Interval | None:
    a, b = pair
    shared = _shared(scored, a, b)
    if not shared:
        return None
    differences = [scored[a, r] - scored[b, r] for r in shared]
    known = [scale for each in scales if (scale := each(a, b)) is not None]
    if len(shared) < FEWEST_FOR_INTERVAL or not known:
        values = [exp(each) for each in differences]
        return Interval(median(values), min(values), max(values), "range", len(shared))
    middle = layout.effects[a] - layout.effects[b]
    half = max(known) * sqrt(layout.spread(a, b)) + terms.error(a, b)
    return Interval(exp(middle), exp(middle - half), exp(middle + half), rounds=len(shared))


def _scale(
    scored: Mapping[Key, float], terms: Terms, layout: Layout, share: float
) -> Callable[[str, str], float | None]:
    """Return what gives, for a pair, its quantile of t times the standard deviation of one score."""

    def scale(a: str, b: str) -> float | None:
        shared = _shared(scored, a, b)
        own = len(shared) - 1
        if own < 1 or layout.variance is None:
            return None
        # Of the two scores of a round the less certain one decides how much their difference says.
        weights = [2 / (1 / terms.weight((a, r)) + 1 / terms.weight((b, r))) for r in shared]
        differences = [scored[a, r] - scored[b, r] for r in shared]
        middle = sum(w * d for w, d in zip(weights, differences, strict=True)) / sum(weights)
        squares = sum(w * (d - middle) ** 2 for w, d in zip(weights, differences, strict=True))
        prior = min(PRIOR, max(0, layout.degrees - own))
        moderated = (prior * layout.variance + squares / 2) / (prior + own)
        return t_quantile(prior + own, share) * sqrt(moderated)

    return scale


def _shared(scored: Collection[Key], a: str, b: str) -> list[int]:
    return sorted({r for cell, r in scored if cell == a} & {r for cell, r in scored if cell == b})


def _first_rounds(scored: Mapping[Key, float], count: int) -> dict[Key, float]:
    rounds = sorted({round_ for _, round_ in scored})[:count]
    return {key: score for key, score in scored.items() if key[1] in rounds}
