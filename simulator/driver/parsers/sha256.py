"""`sha256`: hashing of large blocks. OpenSSL does it in C, and hashlib releases the GIL around each block."""

from hashlib import sha256

from .interface import Parser, ScalableParser

# One for all threads, read only. Large, so that taking the GIL back after each costs next to nothing.
_BLOCK = memoryview(bytes(1 << 20))


class Sha256(ScalableParser):
    """Work that needs no interpreter; one unit is one byte to hash."""

    def bind(self, units: int) -> Parser:
        """Return the parser that hashes `units` bytes in each call, besides the page itself."""
        if units < 0:
            raise ValueError(f"sha256 cannot hash {units} bytes")
        blocks, rest = divmod(units, len(_BLOCK))

        def parse(body: bytes, _url: str, /) -> dict[str, int | str]:
            work = sha256()
            for _ in range(blocks):
                work.update(_BLOCK)
            if rest:
                work.update(_BLOCK[:rest])
            return {"bytes": len(body), "sha256": sha256(body).hexdigest()}

        return parse
