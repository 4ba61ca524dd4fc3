"""How many requests a second are let in: a token bucket, whose clock is when requests arrive.

It is kept as the moment at which the bucket will be full again (the generic cell rate algorithm, ITU-T I.371): no
tokens are counted and no timer fills anything, so it is exact at every rate and does not drift.
"""

import math
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from mockserver.document import Config
from mockserver.units import RatePerS, format_rate

HIGHEST_RATE_PER_S = 1e6
LOWEST_RATE_PER_S = 1 / 3600
MOST_AT_ONCE = 1_000_000


def _bearable(per_s: float) -> float:
    if not LOWEST_RATE_PER_S <= per_s <= HIGHEST_RATE_PER_S:
        raise ValueError(
            f"found {format_rate(per_s)}; from 1/h to {format_rate(HIGHEST_RATE_PER_S)} is allowed"
        )
    return per_s


class RateLimit(Config):
    """A token bucket: `burst` tokens that come back at `rate`; each request takes one."""

    rate_per_s: Annotated[RatePerS, AfterValidator(_bearable)] = Field(
        alias="rate", description="How often a request is let in, in the long run, as 50/s."
    )
    burst: int = Field(
        default=1,
        ge=1,
        le=MOST_AT_ONCE,
        strict=True,
        description="How many are let in at once after a pause.",
    )


def _shorthand(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number:
        raise ValueError(f"{value} has no unit; write {value}/s, or {{rate: {value}/s, burst: 10}}")
    return {"rate": value} if isinstance(value, str) else value


Limited = Annotated[RateLimit, BeforeValidator(_shorthand, json_schema_input_type=RatePerS | RateLimit)]
"""A rate limit, or its rate alone, as 50/s."""


class TokenBucket:
    """A bucket that is full at first."""

    def __init__(self, limit: RateLimit) -> None:
        self._interval_ns = max(round(1e9 / limit.rate_per_s), 1)
        self._ahead_ns = (limit.burst - 1) * self._interval_ns
        self._full_ns: int | None = None
        self._latest_ns = 0

    def take(self, now_ns: int) -> int:
        """Take a token.

        Args:
            now_ns: when the request arrived.

        Returns:
            0; or if there is none, how long it will be until there is one (ns), if nobody else takes it.
        """
        # Who came first may be told of last, by another worker: that does not turn the clock back.
        self._latest_ns = now_ns = max(now_ns, self._latest_ns)
        full_ns = now_ns if self._full_ns is None else max(self._full_ns, now_ns)
        missing_ns = full_ns - now_ns - self._ahead_ns
        if missing_ns > 0:
            return missing_ns
        self._full_ns = full_ns + self._interval_ns
        return 0

    def fill(self) -> None:
        """Make it full."""
        self._full_ns = None


def retry_after_s(wait_ns: int) -> int:
    """Return what Retry-After says: whole seconds, enough of them, at least one."""
    return max(math.ceil(wait_ns / 1e9), 1)
