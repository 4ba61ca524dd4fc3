"""Is the job waiting or computing?"""

from collections.abc import Mapping
from typing import Any

from simulator.result.document import CellResult
from simulator.result.findings.reasons import Character

WAITING, COMPUTING = 0.8, 0.2
"""Share of one job's time, alone, that is waiting for the server: from here up, and down to there."""
NO_PARSE_S = 0.00005
"""CPU below which a parse is nothing but a function call."""


def character(scope: Mapping[str, Any], base: CellResult) -> Character | None:
    """Is the job waiting or computing? Read off the sequential cell, where nothing overlaps."""
    if base.network_s is None or base.parse is None or base.fetch is None:
        return None
    parse, fetch_cpu, network = base.parse.cpu_s, base.fetch.cpu_s, base.network_s
    if parse is None or fetch_cpu is None or network + parse + fetch_cpu <= 0:
        return None
    waiting = network / (network + parse + fetch_cpu)
    return Character(
        scope=scope,
        job="waiting" if waiting >= WAITING else "computing" if waiting <= COMPUTING else "both",
        network_s=network,
        parse_cpu_s=parse,
        client_cpu_s=fetch_cpu,
        waiting_share=waiting,
        parses=parse >= NO_PARSE_S,
    )
