"""`spin`: a loop of integer arithmetic in pure Python. It holds the GIL throughout and needs no memory."""

from .interface import Parser, ScalableParser


class Spin(ScalableParser):
    """Work that is all interpreter; one unit is one iteration."""

    def bind(self, units: int) -> Parser:
        """Return the parser that loops `units` times in each call."""
        if units < 0:
            raise ValueError(f"spin cannot loop {units} times")

        def parse(body: bytes, _url: str, /) -> dict[str, int]:
            value = 1
            for _ in range(units):
                # Numerical Recipes' generator: stays below 2**32, so that every iteration costs the same.
                value = (value * 1_664_525 + 1_013_904_223) & 0xFFFF_FFFF
            return {"bytes": len(body)}

        return parse
