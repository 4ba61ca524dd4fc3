"""Is the job waiting or computing?"""

from collections.abc import Mapping
from typing import Any

from simulator.result.document import CellResult, Finding
from simulator.text.numbers import duration, share

WAITING, COMPUTING = 0.8, 0.2
"""Share of one job's time, alone, that is waiting for the server: from here up, and down to there."""
NO_PARSE_S = 0.00005
"""CPU below which a parse is nothing but a function call."""


def character(scope: Mapping[str, Any], base: CellResult) -> Finding | None:
    """Is the job waiting or computing? Read off the sequential cell, where nothing overlaps."""
    if base.network_s is None or base.parse is None or base.fetch is None:
        return None
    parse, fetch_cpu, network = base.parse.cpu_s, base.fetch.cpu_s, base.network_s
    if parse is None or fetch_cpu is None or network + parse + fetch_cpu <= 0:
        return None
    waiting = network / (network + parse + fetch_cpu)
    kind = (
        "waiting"
        if waiting >= WAITING
        else "computing"
        if waiting <= COMPUTING
        else "both waiting and computing"
    )
    parsing = f"{duration(parse)} CPU of parsing" if parse >= NO_PARSE_S else "no parsing to speak of"
    return Finding(
        "character",
        f"The job is {kind}: one page alone takes {duration(network)} of waiting for the server, {parsing}"
        f" and {duration(fetch_cpu)} CPU of the HTTP client ({share(waiting)} waiting).",
        scope,
        {"network_s": network, "parse_cpu_s": parse, "client_cpu_s": fetch_cpu, "waiting_share": waiting},
    )
