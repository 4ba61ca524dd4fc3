"""What a cluster's driver tells, as measures; and what workers that ended are borne."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.asked import impostures
from simulator.analysis.handed_over import HandedOver, handed_over, told_of_replaced
from simulator.result.observation import Observed
from tests.simulator.analysis.builders import MS, observed

TOLD = {"tasks": 10, "task_ns": 4 * MS, "there_ns": 3 * MS, "back_ns": MS, "whole_ns": 40 * MS}
ENDED = {"dask": {"workers": 2, "threads": 2}, "ended_workers": 1, "done_again": 3}


def test_a_page_has_its_part_of_its_task() -> None:
    found = handed_over({"handed_over": TOLD}, 100)
    assert (found.task_hand_over_s, found.hand_over_s) == pytest.approx((0.004, 0.0004))
    assert (found.hand_over_there_s, found.hand_over_share) == pytest.approx((0.003, 0.1))
    assert found.done_again == 0


def test_with_other_clocks_the_way_there_is_not_known() -> None:
    assert handed_over({"handed_over": {**TOLD, "there_ns": None}}, 10).hand_over_there_s is None


@pytest.mark.parametrize("environment", [{}, {"handed_over": {}}])
def test_without_a_cluster_there_is_none_of_it(environment: dict[str, Any]) -> None:
    assert handed_over(environment, 10) == HandedOver()


def more_requests(by: int, **environment: Any) -> Observed:
    seen = observed()
    stats = {**seen.server_stats, "requests": len(seen.samples) + by}
    return replace(seen, server_stats=stats, environment=environment)


def test_requests_of_workers_that_ended_are_nobody_else_s() -> None:
    assert list(impostures(more_requests(5, **ENDED), None)) == []  # 3 pages, 2 new threads that connect
    (told,) = impostures(more_requests(6, **ENDED), None)
    assert "somebody else used the server" in told
    assert len([*impostures(more_requests(1), None)]) == 1


def test_a_worker_that_ended_is_told() -> None:
    (told,) = told_of_replaced(more_requests(0, **ENDED))
    assert told.startswith("1 worker of Dask ended and 3 pages had to be handed out once more")
    assert list(told_of_replaced(more_requests(0))) == []
