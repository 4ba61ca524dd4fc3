"""The parsers that only stand for work, in any amount: `spin` and `sha256`.

`spin` is a loop of integer arithmetic in pure Python: it holds the GIL throughout and needs no memory. `sha256` hashes
large blocks: that is done in C, and hashlib releases the GIL around each.
"""

from __future__ import absolute_import, division, unicode_literals

from .python import count_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeGuard

# One for all threads, read only. Large, so that taking the GIL back after each costs next to nothing.
_BLOCK = b"\0" * (1 << 20)


class ScalableParser(object):
    """A parser whose work is an amount that the caller sets; unbound it does none."""

    def bind(self, units):
        # type: (int) -> Callable[[bytes, str], Any]
        """Return the parser that does `units` of work in each call.

        Args:
            units: Loop iterations (`spin`) or bytes to hash (`sha256`), at least 0; 0 is no work at all.

        Raises:
            ValueError: `units` is negative.
        """
        raise NotImplementedError

    def __call__(self, body, url):
        # type: (bytes, str) -> object
        """Return the record of `body`; the same as `bind(0)`."""
        return self.bind(0)(body, url)


def is_scalable(parser):
    # type: (object) -> TypeGuard[ScalableParser]
    """Whether `parser` takes an amount of work."""
    return isinstance(parser, ScalableParser)


class Spin(ScalableParser):
    """Work that is all interpreter; one unit is one iteration."""

    def bind(self, units):
        # type: (int) -> Callable[[bytes, str], Any]
        """Return the parser that loops `units` times in each call."""
        if units < 0:
            raise ValueError("spin cannot loop %d times" % units)

        def parse(body, _url):
            # type: (bytes, str) -> dict[str, int]
            value = 1
            for _ in count_to(units):
                # Numerical Recipes' generator: stays below 2**32, so that every iteration costs the same.
                value = (value * 1664525 + 1013904223) & 0xFFFFFFFF
            return {"bytes": len(body)}

        return parse


class Sha256(ScalableParser):
    """Work that needs no interpreter; one unit is one byte to hash."""

    def bind(self, units):
        # type: (int) -> Callable[[bytes, str], Any]
        """Return the parser that hashes `units` bytes in each call, besides the page itself."""
        if units < 0:
            raise ValueError("sha256 cannot hash %d bytes" % units)
        from hashlib import sha256  # noqa: PLC0415 - most jobs hash nothing

        blocks, rest = divmod(units, len(_BLOCK))
        last = _BLOCK[:rest]

        def parse(body, _url):
            # type: (bytes, str) -> dict[str, int | str]
            work = sha256()
            for _ in count_to(blocks):
                work.update(_BLOCK)
            if rest:
                work.update(last)
            return {"bytes": len(body), "sha256": sha256(body).hexdigest()}

        return parse
