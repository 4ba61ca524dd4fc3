"""How waits can overlap: what each kind of fetch takes for a client, and what of it a model knows."""

from collections.abc import Mapping
from typing import Literal

from simulator.driver.libraries import Engine, Loop

FetchKind = Literal["blocking", "asyncio", Engine]
ClientKind = Literal["blocking", "asyncio"]
LoopName = Literal["asyncio", Loop]
CLIENT_OF: Mapping[FetchKind, ClientKind] = {
    "blocking": "blocking",
    "asyncio": "asyncio",
    "gevent": "blocking",
    "trio": "asyncio",
}
"""An asyncio client is one whose `fetch` is a coroutine."""
_UNMODELLED: Mapping[FetchKind, str] = {
    "gevent": "what greenlets cost is not in the model, which knows threads and asyncio's loop; measure it, beside"
    " asyncio, which resembles it only roughly",
    "trio": "what trio's loop costs is not in the model, which knows asyncio's; measure it, beside asyncio, which"
    " resembles it only roughly",
}
_ADAPTIVE = (
    "how many it has in flight follows from how long answers take, which is not in the model; measure it"
)


def why_unmodelled(fetch: FetchKind, *, adaptive: bool) -> str | None:
    """Return why no prediction is made of a strategy that fetches so; null: one is."""
    return _ADAPTIVE if adaptive else _UNMODELLED.get(fetch)
