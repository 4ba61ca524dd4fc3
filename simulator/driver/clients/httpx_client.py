"""httpx's clients."""

import httpx

from . import httpx_like


class Blocking(httpx_like.Blocking):
    """One httpx.Client with its keep-alive connections."""

    library = httpx


class Asyncio(httpx_like.Asyncio):
    """One httpx.AsyncClient with its keep-alive connections."""

    library = httpx
