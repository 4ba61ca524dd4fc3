"""What turns a page into a record: one module per parser, beside their interface."""

from ..shared.scalable import ScalableParser, is_scalable
from .interface import Parser, ParserResultError, ParserSpecError, ParserUnavailableError
from .registry import BUILT_IN, load, modules

__all__ = [
    "BUILT_IN",
    "Parser",
    "ParserResultError",
    "ParserSpecError",
    "ParserUnavailableError",
    "ScalableParser",
    "is_scalable",
    "load",
    "modules",
]
