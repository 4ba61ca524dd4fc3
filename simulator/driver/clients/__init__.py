"""The HTTP clients, one small adapter each; every strategy uses the same one."""

from .interface import AsyncClient, BlockingClient, Response, open_async, open_blocking

__all__ = ["AsyncClient", "BlockingClient", "Response", "open_async", "open_blocking"]
