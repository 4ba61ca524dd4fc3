"""What both of httpx's clients are built with, so that they differ in nothing but their kind."""

import ssl
from typing import Any

import httpx

from .interface import HEADERS

OPTIONS: "dict[str, Any]" = {
    "headers": HEADERS,
    "timeout": None,
    # A connection lives as long as its worker; by default httpx would drop one that idled for 5 s of parsing.
    "limits": httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None),
    "trust_env": False,
    # One empty context for all: loading the certificates for each client takes 20 ms, and no TLS is spoken here.
    "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
}
