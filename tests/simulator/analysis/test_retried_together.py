"""Whether retries come in crowds, from cells of which that is known."""

from dataclasses import replace
from typing import Any

import pytest

from simulator.analysis.findings.retried_together import retried_together
from simulator.report.sentences.registry import sentence
from simulator.result.document import CellResult
from tests.simulator.analysis.builders import document

SCOPE = {"in_flight": "32"}


def cell(
    name: str,
    together: float | None,
    by_chance: float = 0.68,
    waits: dict[str, Any] | None = None,
    **server: Any,
) -> CellResult:
    (made,) = document({name: [35.4] * 3}).cells
    assert made.server is not None
    seen = replace(made.server, retries=386, retries_together=together, retries_by_chance=by_chance, **server)
    about = {**made.environment, "back_off": waits or {"jitter": "none", "honour_retry_after": False}}
    return replace(made, server=seen, environment=about, bound_per_s=50.0, bound_by="the server")


def test_a_crowd_that_is_refused_again_is_told_with_what_spreads_it() -> None:
    (found,) = retried_together(SCOPE, [cell("threads", 9.6, refused_again=0.68), cell("asyncio", 8.4)])
    assert sentence(found) == (
        "With threads retries come in crowds: 9.6 others within 10 ms of one, where chance would bring 0.68; 68 % of"
        " the retries are refused again, and goodput is 35.4 /s of the 50 /s that the server lets through."
        " backoff.jitter: full spreads them."
    )


def test_jitter_does_not_spread_what_waits_for_the_server() -> None:
    waits = {"jitter": "full", "honour_retry_after": True}
    (found,) = retried_together(SCOPE, [cell("threads", 11.7, waits=waits, refused_again=0.69)])
    assert sentence(found).endswith(
        "All wait as long as Retry-After says, which jitter does not spread; fewer in_flight are refused less."
    )


def test_a_crowd_of_a_server_that_refuses_nothing_has_no_more_to_be_said_of_it() -> None:
    made = replace(cell("threads", 9.6, refused_again=0.0), bound_by="cores")
    (found,) = retried_together(SCOPE, [made])
    assert sentence(found) == (
        "With threads retries come in crowds: 9.6 others within 10 ms of one, where chance would bring 0.68."
        " backoff.jitter: full spreads them."
    )


@pytest.mark.parametrize(("together", "by_chance"), [(None, 0.0), (1.5, 0.1), (2.3, 1.63)])
def test_what_chance_brings_together_is_no_crowd(together: float | None, by_chance: float) -> None:
    assert retried_together(SCOPE, [cell("threads", together, by_chance)]) == []
