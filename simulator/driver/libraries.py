"""What a job may be made of and is not Python's own: clients, other event loops, engines, executors, parsers."""

from typing import Literal, get_args

from .clients import CLIENTS
from .parsers import BUILT_IN

Loop = Literal["uvloop", "rloop", "winloop"]
Engine = Literal["gevent", "trio"]
LOOPS: "tuple[Loop, ...]" = get_args(Loop)
"""Libraries whose event loop may stand in the place of asyncio's."""
ENGINES: "tuple[Engine, ...]" = get_args(Engine)
"""Libraries that overlap waits in their own way, in one interpreter; each is a kind of fetch of the same name."""
EXECUTORS = ("joblib", "distributed")
LIBRARIES = (
    *(package for name in sorted(CLIENTS) for package in CLIENTS[name].packages),
    *LOOPS,
    *ENGINES,
    *EXECUTORS,
    *(parser.package for parser in BUILT_IN.values() if parser.package is not None),
)
"""As they are installed; their versions travel with the numbers."""
