"""What one job of a measured cell needed of each resource, by what the cell's own rounds say.

A cell can be bounded by that alone: whatever is done, each job takes so much of its cores, locks and places. What is
not known for sure holds no lock and no place.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mockserver.rate_limit import Limited, RateLimit
from simulator.analysis.written import written
from simulator.driver.clients import CLIENTS
from simulator.driver.parsers import BUILT_IN
from simulator.measures.factors import PARSER
from simulator.model.demands import NOTHING, Demand, Demands
from simulator.result.document import CellResult
from simulator.result.needs import Needs
from simulator.result.repetition import Phase
from simulator.scenario.dispatch import PULL
from simulator.scenario.job import Job
from simulator.scenario.strategy_plan import StrategyPlan

_LIMIT: TypeAdapter[RateLimit] = TypeAdapter(Limited)

USUAL_PARSER: str = Job.model_fields["parser"].get_default().name
"""Where none is written."""
SURE = 2.92
"""Times the standard error of three looks at a parse: Student's t, 95 % from one side."""


def needed(cell: CellResult, scenario: Mapping[str, Any], planned: StrategyPlan | None) -> Demands:
    """Return what a job of a valid cell needed.

    Args:
        cell: with closed arrivals.
        scenario: of its run, as written.
        planned: its strategy, worked out; null: of a later version.
    """
    fetch_s, parse_s = _cpu_s(cell.fetch), _cpu_s(cell.parse)
    rest_s = max(0.0, (cell.cpu_per_page_s or 0.0) - fetch_s - parse_s)
    parse_held, client_held = parse_s * _held(cell, scenario), fetch_s * _client_held(cell, planned)
    main_s = _main_s(cell, planned, rest_s)
    capacity, serving_s = written(cell, scenario, "server.capacity"), _serving_s(cell)
    return Demands(
        waits_s=(serving_s or 0.0,),
        client_held=Demand(client_held),
        client_free=Demand(fetch_s - client_held),
        parse_held=Demand(parse_held),
        parse_free=Demand(parse_s - parse_held),
        server=_server(cell),
        server_workers=max(1, int(written(cell, scenario, "server.workers") or 1)),
        capacity=capacity if isinstance(capacity, int) and serving_s else None,
        rate_per_s=_rate_per_s(cell, scenario),
        over_main=Demand(main_s),
        elsewhere=Demand(rest_s - main_s),
    )


def in_turn_s(cell: CellResult) -> float | None:
    """Return the least that a job of a cell takes: what it does one after another; null where nothing of that is known.

    That the server held its request, its time in a queue apart, and the CPU of fetching and parsing.
    """
    wait_s = max(0.0, (cell.network_s or 0.0) - (cell.server_queue_s or 0.0))
    return wait_s + _cpu_s(cell.fetch) + _cpu_s(cell.parse) or None


def _cpu_s(phase: Phase | None) -> float:
    return 0.0 if phase is None else phase.cpu_s or 0.0


def _held(cell: CellResult, scenario: Mapping[str, Any]) -> float:
    """Return the share of a parse in which it surely holds the GIL: as is known of a built-in parser, else as seen."""
    parser = written(cell, scenario, PARSER) or USUAL_PARSER
    name = parser.get("name") if isinstance(parser, Mapping) else parser
    known = BUILT_IN[name].held if isinstance(name, str) and name in BUILT_IN else None
    if known is not None:
        return known
    needs = _needs(cell)
    if needs is None or needs.held is None or needs.held_error is None:
        return 0.0
    return max(0.0, needs.held - SURE * needs.held_error)


def _client_held(cell: CellResult, planned: StrategyPlan | None) -> float:
    """Return the share of the client's CPU in which it surely holds the GIL: Python code does, outside the kernel."""
    known, needs, name = cell.calibration, _needs(cell), cell.environment.get("client")
    if known is None or needs is None or planned is None or name not in CLIENTS or CLIENTS[name].releases_gil:
        return 0.0
    if known.tls or known.encoding != "identity":  # is decrypted and unpacked without it
        return 0.0
    request = needs.requests.get(f"{planned.fetch.client_kind}:{name}")
    return 0.0 if request is None or request.kernel is None else 1 - request.kernel


def _main_s(cell: CellResult, planned: StrategyPlan | None, rest_s: float) -> float:
    """Return what the main interpreter surely does of all that is neither fetching nor parsing, as records come to it.

    Its share of a hand-over, and no more than it did of one alone: other threads of a job may have computed the rest.
    """
    needs = _needs(cell)
    over = None if needs is None else needs.over.get("shards:processes")
    if over is None or planned is None or planned.dispatch != PULL:
        return 0.0
    both_s = over.main_s + over.worker_s
    if planned.shards.kind not in ("processes", "interpreters") or both_s <= 0:
        return 0.0
    return min(rest_s * over.main_s / both_s, over.main_s)


def _needs(cell: CellResult) -> Needs | None:
    return None if cell.calibration is None else cell.calibration.needs


def _server(cell: CellResult) -> Demand:
    """Return the server's CPU for a page, all its attempts together, if surely from the cores of the job."""
    done, server = cell.throughput_per_s, cell.server
    its, driver = (cell.environment.get(name) for name in ("server_affinity", "affinity"))
    if done is None or server is None or not its or not driver or not set(its) <= set(driver):
        return NOTHING
    return Demand((server.cpu_cores or 0.0) / done.median)


def _serving_s(cell: CellResult) -> float | None:
    """Return for how long a page takes places of the server, all its attempts together; null where nobody knows."""
    if cell.server is not None and cell.server.served_s_per_page is not None:
        return cell.server.served_s_per_page
    # Of runs that kept no more: the server held its request so long, its time in the queue apart.
    once = (cell.attempts_per_page or 1) == 1
    if not once or cell.network_s is None or cell.server_queue_s is None:
        return None
    return cell.network_s - cell.server_queue_s


def _rate_per_s(cell: CellResult, scenario: Mapping[str, Any]) -> float | None:
    """Return how many pages a second the server's rate limit lets in; null: all that come.

    What meets a fault takes a token like any other request, so a page that takes several attempts takes several of
    them; what the rate limit refuses takes none.
    """
    limit = written(cell, scenario, "server.rate_limit")
    if limit is None:
        return None
    with suppress(ValidationError):  # written as only a later version can read it
        rate = written(cell, scenario, "server.rate_limit.rate")
        admitted = None if cell.server is None else cell.server.admitted_per_page
        return _LIMIT.validate_python(rate or limit).rate_per_s / max(1.0, admitted or 1.0)
    return None
