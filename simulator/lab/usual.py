"""What one job needs besides waiting and parsing, where no run says it: as on the machine of docs/method.md."""

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from simulator.model.demands import Demand, Demands
from simulator.scenario.engines import CLIENT_OF, ClientKind
from simulator.scenario.strategy import CHOICES, StrategyName

USUAL_CLIENT: Mapping[str, str] = {"blocking": "http.client", "asyncio": "aiohttp"}
_UNSURE = 0.15
"""Standard error of each, as a share: they are of another machine."""


def _about(seconds: float) -> Demand:
    return Demand(seconds, _UNSURE)


_BESIDE = Demands(
    transport=_about(0.1e-3),
    server=_about(0.1e-3),
    over_worker=_about(0.15e-3),
    over_main=_about(0.1e-3),
)
_BY_CLIENT: Mapping[ClientKind, Demands] = {
    "blocking": replace(_BESIDE, client_held=_about(0.2e-3), client_free=_about(0.1e-3)),
    "asyncio": replace(_BESIDE, client_held=_about(0.15e-3), client_free=_about(0.05e-3)),
}
"""http.client in threads, aiohttp on a loop."""
USUAL: Mapping[StrategyName, Demands] = {
    name: _BY_CLIENT[CLIENT_OF[CHOICES[name].fetch]] for name in get_args(StrategyName)
}
"""By strategy."""
