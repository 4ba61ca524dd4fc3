"""What a job may be made of and is not Python's own: clients, the other event loop, an executor, parsers."""

from .clients import CLIENTS
from .parsers import BUILT_IN

LOOP = "uvloop"
EXECUTOR = "joblib"
LIBRARIES = (
    *(package for name in sorted(CLIENTS) for package in CLIENTS[name].packages),
    LOOP,
    EXECUTOR,
    *(parser.package for parser in BUILT_IN.values() if parser.package is not None),
)
"""As they are installed; their versions travel with the numbers."""
