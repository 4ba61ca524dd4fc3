"""Every kind of finding, and what is said of one."""

from typing import Any

from simulator.report.sentences import (
    beside_winner,
    character,
    contention,
    convoy,
    crossover,
    falls_behind,
    gil,
    hung_slots,
    idiom,
    keeps_up,
    loop_cause,
    moved,
    price,
    responsive,
    retried_together,
    runtimes,
    soonest,
    threads_cause,
    tried_again,
    unexplained,
    winner,
)
from simulator.report.sentences.interface import Kind
from simulator.result.findings.kinds import Finding

KINDS: dict[type, Kind[Any]] = {
    module.KIND.of: module.KIND
    for module in (
        winner,
        beside_winner,
        idiom,
        keeps_up,
        falls_behind,
        soonest,
        character,
        threads_cause,
        loop_cause,
        price,
        moved,
        contention,
        responsive,
        tried_again,
        retried_together,
        hung_slots,
        unexplained,
        crossover,
        convoy,
        runtimes,
        gil,
    )
}


def kind_of(finding: Finding) -> Kind[Any]:
    """Return what the report knows of a finding's kind."""
    return KINDS[type(finding)]


def sentence(finding: Finding) -> str:
    """Return what a finding says; every number in it is one of the finding's."""
    return kind_of(finding).sentence(finding)
