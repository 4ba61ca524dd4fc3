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
from simulator.model.shape import Shape
from simulator.result.document import CellResult
from simulator.result.needs import Needs
from simulator.result.repetition import Phase
from simulator.scenario.dispatch import PULL, Dispatch
from simulator.scenario.job import Job

_LIMIT: TypeAdapter[RateLimit] = TypeAdapter(Limited)

USUAL_PARSER: str = Job.model_fields["parser"].get_default().name
"""Where none is written."""
SURE = 2.92
"""Times the standard error of three looks at a parse: Student's t, 95 % from one side."""


def needed(cell: CellResult, scenario: Mapping[str, Any], shape: Shape, dispatch: Dispatch) -> Demands:
    """Return what a job of a valid cell needed.

    Args:
        cell: with closed arrivals.
        scenario: of its run, as written.
        shape: its strategy, worked out.
        dispatch: whether its workers pull jobs.
    """
    fetch_s, parse_s = _cpu_s(cell.fetch), _cpu_s(cell.parse)
    rest_s = max(0.0, (cell.cpu_per_page_s or 0.0) - fetch_s - parse_s)
    parse_held, client_held = parse_s * _held(cell, scenario), fetch_s * _client_held(cell, shape)
    main_s = rest_s * _main(cell, shape) if dispatch == PULL else 0.0
    capacity, serving_s = written(cell, scenario, "server.capacity"), _serving_s(cell)
    return Demands(
        waits_s=(serving_s or 0.0,),
        client_held=Demand(client_held),
        client_free=Demand(fetch_s - client_held),
        parse_held=Demand(parse_held),
        parse_free=Demand(parse_s - parse_held),
        server=_server(cell, scenario),
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


def _client_held(cell: CellResult, shape: Shape) -> float:
    """Return the share of the client's CPU in which it surely holds the GIL: Python code does, outside the kernel."""
    known, needs, name = cell.calibration, _needs(cell), cell.environment.get("client")
    if known is None or needs is None or name not in CLIENTS or CLIENTS[name].releases_gil:
        return 0.0
    if known.tls or known.encoding != "identity":  # is decrypted and unpacked without it
        return 0.0
    request = needs.requests.get(f"{'asyncio' if shape.loop else 'blocking'}:{name}")
    return 0.0 if request is None or request.kernel is None else 1 - request.kernel


def _main(cell: CellResult, shape: Shape) -> float:
    """Return what the main interpreter does of all that is neither fetching nor parsing, where records come to it."""
    needs = _needs(cell)
    over = None if needs is None else needs.over.get("shards:processes")
    if over is None or shape.shards not in ("processes", "interpreters"):
        return 0.0
    both_s = over.main_s + over.worker_s
    return over.main_s / both_s if both_s > 0 else 0.0


def _needs(cell: CellResult) -> Needs | None:
    return None if cell.calibration is None else cell.calibration.needs


def _server(cell: CellResult, scenario: Mapping[str, Any]) -> Demand:
    """Return the server's CPU for a page, all its attempts together, where it comes from the cores of the job."""
    done, server = cell.throughput_per_s, cell.server
    if done is None or server is None or written(cell, scenario, "affinity.driver") is not None:
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
