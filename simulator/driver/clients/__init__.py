"""The HTTP clients, one small adapter each; every strategy uses the same one."""

from .interface import AsyncClient, BlockingClient, Response, Settings
from .registry import CLIENTS, Library, adapter, library_of, names

__all__ = [
    "CLIENTS",
    "AsyncClient",
    "BlockingClient",
    "Library",
    "Response",
    "Settings",
    "adapter",
    "library_of",
    "names",
]
