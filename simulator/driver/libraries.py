"""What a job may be made of and is not Python's own: clients, the other event loop, parsers."""

from .clients import CLIENTS
from .parsers import BUILT_IN

LOOP = "uvloop"
LIBRARIES = (
    *(package for name in sorted(CLIENTS) for package in CLIENTS[name].packages),
    LOOP,
    *(parser.package for parser in BUILT_IN.values() if parser.package is not None),
)
"""As they are installed; their versions travel with the numbers."""
