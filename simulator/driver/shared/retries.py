"""When an attempt is made again, and how long a job backs off before: decided by what was seen, by no chance.

The wait before attempt k + 1 is first * factor^(k-1), at most `most`; with full jitter a share of it that is drawn from
(seed, page, attempt) alone, so that every strategy waits as long for the same page (full jitter: Brooker, "Exponential
Backoff And Jitter", AWS 2015). A Retry-After of the server is honoured: the wait is no shorter than it says.
"""

from __future__ import absolute_import, division, unicode_literals

import time

from .work import mixed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NEVER = -1
"""In the place of a wait: the job is given up."""
TIMEOUT, RESET = "timeout", "reset"
_TIMED_OUT = ("timeout", "timedout")
_CURL_TIMED_OUT = 28
_OWN = ("builtins", "exceptions", "__builtin__")
_LONGEST_S = 3600
"""Of a Retry-After: what is longer is as long as this."""


class Policy(object):
    """What is tried again, how often, and after which wait."""

    def __init__(self, seed, retries):
        # type: (int, Mapping[str, Any]) -> None
        """Make a policy.

        Args:
            seed: The scenario's.
            retries: As a job file has them (protocol.md).
        """
        self._seed, self._attempts, self._on = seed, retries["attempts"], frozenset(retries["on"])
        self._first_ns, self._factor = retries["first_ns"], retries["factor"]
        self._most_ns = int(retries["most_ns"])
        self._full, self._honour = retries["jitter"] == "full", retries["honour_retry_after"]

    def after_status(self, page, attempt, status, headers):
        # type: (int, int, int, Mapping[str, str]) -> int
        """Return how long to wait (ns) after a response of this status to this attempt, from 1; or NEVER."""
        if (
            attempt >= self._attempts
            or not {"status %d" % status, "status %dxx" % (status // 100)} & self._on
        ):
            return NEVER
        wait_ns = self.backoff_ns(page, attempt)
        if not self._honour:
            return wait_ns
        told = headers.get("retry-after")
        return wait_ns if told is None else max(wait_ns, retry_after_ns(str(told)))

    def after_error(self, page, attempt, error):
        # type: (int, int, Any) -> int
        """Return the same after an exception of the client."""
        if attempt >= self._attempts or outcome_of(error) not in self._on:
            return NEVER
        return self.backoff_ns(page, attempt)

    def backoff_ns(self, page, attempt):
        # type: (int, int) -> int
        """Return the wait after this attempt of a page (ns), apart from what the server says."""
        try:
            longest_ns = min(self._most_ns, int(self._first_ns * self._factor ** (attempt - 1)))
        except OverflowError:
            longest_ns = self._most_ns
        if not self._full:
            return longest_ns
        drawn = mixed(mixed(mixed(self._seed) ^ page) ^ attempt)
        return longest_ns * (drawn >> 32) >> 32


def outcome_of(error):
    # type: (Any) -> str | None
    """Return what an exception of a client is: `timeout`; `reset`, a connection that broke or no HTTP; null: neither.

    Libraries have classes of their own, which one tells by their names; one of Python's own that is none of input and
    output is a mistake in the client, which no second attempt mends.
    """
    kinds = type(error).__mro__ if hasattr(type(error), "__mro__") else (type(error),)
    if any(word in kind.__name__.lower() for kind in kinds for word in _TIMED_OUT):
        return TIMEOUT
    if (
        getattr(error, "args", ())[:1] == (_CURL_TIMED_OUT,)
        or getattr(error, "code", None) == _CURL_TIMED_OUT
    ):
        return TIMEOUT
    if isinstance(error, (EnvironmentError, EOFError)) or type(error).__module__ not in _OWN:
        return RESET
    return None


def retry_after_ns(told):
    # type: (str) -> int
    """Return how long a Retry-After asks to wait (ns): seconds or a date (RFC 9110, 10.2.3); 0 for anything else."""
    told = told.strip()
    if told.isdigit():
        seconds = float(min(int(told[:10]), _LONGEST_S))
    else:
        from email.utils import mktime_tz, parsedate_tz  # noqa: PLC0415 - only where a server sends a date

        date = parsedate_tz(told)
        seconds = 0.0 if date is None else min(max(0.0, mktime_tz(date) - time.time()), _LONGEST_S)
    return int(seconds * 1e9)


def headers_of(page, attempt):
    # type: (int, int) -> dict[str, str]
    """Return what tells the server which attempt of which job a request is, from the second on."""
    return {str("X-Request-Id"): str("%d-%d" % (page, attempt))}
