from dataclasses import replace
from math import exp, log
from random import Random

import pytest

from simulator.analysis.summary import throughput_by_round
from simulator.result.repetition import Repetition
from simulator.schedule import Allowance, Block, Next, Precise, Rounds, precision
from simulator.schedule.reason import AnotherRound, Reason
from simulator.stats.intervals import paired_ratio
from tests.simulator.analysis.builders import repetition
from tests.simulator.schedule.played import Make, play, steady

BLOCK = Block("sequential", ("sequential", "threads", "processes"))
RATES = {"sequential": 25.0, "threads": 50.0, "processes": 80.0}


def noisy(sigma: float, seed: int = 0, rates: dict[str, float] = RATES) -> Make:
    random = Random(seed)  # noqa: S311 - noise, not a secret
    drift: dict[int, float] = {}

    def make(following: Next, _done: list[Repetition]) -> Repetition:
        shared = drift.setdefault(following.round, exp(random.gauss(0, 0.3)))
        rate = rates[following.cell_id] * shared * exp(random.gauss(0, sigma))
        return replace(repetition(following.cell_id, following.round, rate), took_s=1.0)

    return make


def rounds(done: list[Repetition]) -> int:
    return len({r.round for r in done})


def test_quiet_ratios_need_no_more_than_the_planned_rounds() -> None:
    assert rounds(play(Rounds([BLOCK], Precise(5, 0.03), 0), noisy(0.001))) == 5


def test_rounds_go_on_until_every_ratio_is_as_precise_as_asked() -> None:
    done = play(Rounds([BLOCK], Precise(5, 0.05), 0), noisy(0.04))
    assert 5 < rounds(done) < 100
    rates = {cell: throughput_by_round(r for r in done if r.cell_id == cell) for cell in RATES}
    for a, b in (("threads", "sequential"), ("processes", "sequential"), ("processes", "threads")):
        first, second = ([rates[c][r] for r in sorted(rates[c])] for c in (a, b))
        ratio = paired_ratio(first, second, first=5)
        assert ratio is not None
        assert ratio.high / ratio.low <= 1.05**2 * 1.01


def test_a_block_that_is_precise_waits_for_no_other() -> None:
    quiet = Block("q", ("q", "r"))
    make_noisy, make_quiet = noisy(0.04), noisy(0.001, rates={"q": 10.0, "r": 20.0})
    done = play(
        Rounds([BLOCK, quiet], Precise(5, 0.05), 0),
        lambda f, d: (make_quiet if f.cell_id in "qr" else make_noisy)(f, d),
    )
    assert len([r for r in done if r.cell_id == "q"]) == 5
    assert len([r for r in done if r.cell_id == "threads"]) > 5


def test_the_budget_ends_it() -> None:
    allowance = Allowance(30.0, dict.fromkeys(RATES, 1.0))
    done = play(Rounds([BLOCK], Precise(3, 0.001), 0, allowance), noisy(0.1))
    assert len(done) == 30


def test_a_rest_of_doubt_is_given_up_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "MOST_ROUNDS", 20)  # a hundred are told apart for seconds
    assert rounds(play(Rounds([BLOCK], Precise(3, 0.001), 0), noisy(0.3))) == 20


def test_it_says_which_ratio_it_goes_on_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "MOST_ROUNDS", 5)
    schedule = Rounds([BLOCK], Precise(3, 0.03), 0)
    reasons: list[Reason | None] = []
    make = noisy(0.05)

    def note(following: Next, done: list[Repetition]) -> Repetition:
        reasons.append(following.why)
        return make(following, done)

    play(schedule, note)
    assert reasons[:9] == [AnotherRound(i, 3) for i in (1, 2, 3) for _ in RATES]
    said = reasons[9]
    assert isinstance(said, AnotherRound)
    assert said.number == 4
    assert said.imprecise is not None
    assert said.imprecise.known > said.imprecise.asked == 0.03


def test_rounds_that_are_invalid_are_made_up_for_but_not_for_ever() -> None:
    def sometimes(following: Next, done: list[Repetition]) -> Repetition:
        made = steady(following, done)
        bad = following.cell_id == "threads" and following.round in (0, 1)
        return replace(made, status="invalid") if bad else made

    assert rounds(play(Rounds([BLOCK], Precise(3, 0.03), 0), sometimes)) == 5

    def never(following: Next, done: list[Repetition]) -> Repetition:
        made = steady(following, done)
        return replace(made, status="invalid") if following.cell_id == "threads" else made

    assert rounds(play(Rounds([BLOCK], Precise(3, 0.03), 0), never)) <= 6


def test_the_intervals_of_such_runs_cover_the_truth() -> None:
    truth, covered, draws = log(2.0), 0, 300
    two = Block("sequential", ("sequential", "threads"))
    for seed in range(draws):
        done = play(Rounds([two], Precise(5, 0.05), 0), noisy(0.04, seed))
        rates = {cell: throughput_by_round(r for r in done if r.cell_id == cell) for cell in two.cells}
        ratio = paired_ratio(
            [rates["threads"][r] for r in sorted(rates["threads"])],
            [rates["sequential"][r] for r in sorted(rates["sequential"])],
            first=5,
        )
        assert ratio is not None
        covered += log(ratio.low) <= truth <= log(ratio.high)
    assert 0.92 <= covered / draws <= 0.99, "of 300 draws, 0.92 lies 2.4 standard deviations below 0.95"


def test_of_what_is_contrasted_only_the_ratios_within_a_combination_are_to_be_precise() -> None:
    rates = {"a-threads": 50.0, "b-threads": 40.0, "a-asyncio": 60.0, "b-asyncio": 45.0}
    block = Block("block", tuple(rates), (("a-threads", "b-threads"), ("a-asyncio", "b-asyncio")))
    done = play(Rounds([block], Precise(5, 0.05), 0), noisy(0.04, rates=rates))
    assert 5 < rounds(done) < 100
    _, why = Precise(5, 0.001).rounds(block, done)
    assert why is not None
    assert why.of.rpartition("-")[2] == why.over.rpartition("-")[2]
