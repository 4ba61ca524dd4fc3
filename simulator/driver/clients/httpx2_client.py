"""httpx2's clients."""

import httpx2

from . import httpx_like


class Blocking(httpx_like.Blocking):
    """One httpx2.Client with its keep-alive connections."""

    library = httpx2


class Asyncio(httpx_like.Asyncio):
    """One httpx2.AsyncClient with its keep-alive connections."""

    library = httpx2
