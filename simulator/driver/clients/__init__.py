"""The HTTP clients, one small adapter each; every strategy uses the same one."""

from .interface import AsyncClient, BlockingClient, Response, Settings
from .registry import CLIENTS, adapter, names, open_async, open_blocking

__all__ = [
    "CLIENTS",
    "AsyncClient",
    "BlockingClient",
    "Response",
    "Settings",
    "adapter",
    "names",
    "open_async",
    "open_blocking",
]
