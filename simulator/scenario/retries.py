"""Attempts that are made again: which, how often, and how long a job backs off before."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mockserver.document import Config
from mockserver.units import DurationNs, format_duration
from simulator.scenario.between import between

_STATUS = re.compile(r"status ([1-5][0-9]{2}|[1-5]xx)")


def _outcome(text: str) -> str:
    if text in ("timeout", "reset") or _STATUS.fullmatch(text):
        return text
    raise ValueError(f"found {text!r}; timeout, reset, status 503 or status 5xx is allowed")


class Backoff(Config):
    """The wait before attempt k + 1: first · factor^(k-1), at most `most`."""

    first_ns: Annotated[DurationNs, between("0ms", "10m")] = Field(
        default=100_000_000, alias="first", description="The wait before the second attempt."
    )
    factor: float = Field(
        default=2.0, ge=1, le=100, description="By how much each wait is longer than the one before."
    )
    most_ns: Annotated[DurationNs, between("0ms", "10m")] = Field(
        default=5_000_000_000, alias="most", description="The longest wait."
    )
    jitter: Literal["full", "none"] = Field(
        default="full",
        description="full: each wait is a share of that, drawn from seed, page and attempt alone; none: all of it.",
    )

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.most_ns < self.first_ns:
            raise ValueError(
                f"most ({format_duration(self.most_ns)}) is less than first ({format_duration(self.first_ns)});"
                " raise it"
            )
        return self


class Retries(Config):
    """What a job does when an attempt fails."""

    attempts: int = Field(
        default=3, ge=1, le=100, strict=True, description="Most of one job, the first one included."
    )
    on: tuple[Annotated[str, AfterValidator(_outcome)], ...] = Field(
        default=("timeout", "reset", "status 429", "status 5xx"),
        min_length=1,
        description="What is tried again: timeout; reset, a connection that broke or an answer that is no HTTP; status"
        " 503, or status 5xx for a hundred of them.",
    )
    backoff: Backoff = Field(default=Backoff(), description="How long a job waits before.")
    honour_retry_after: bool = Field(
        default=True, strict=True, description="Wait at least as long as a Retry-After says."
    )
    hold_slot: bool = Field(
        default=True,
        strict=True,
        description="true: a job that waits keeps its place among those in flight; false: another is begun there.",
    )

    def told(self) -> dict[str, Any]:
        """Return what a job file says of it (driver/protocol.md)."""
        backoff = self.backoff
        return {
            "attempts": self.attempts,
            "on": list(self.on),
            "first_ns": backoff.first_ns,
            "factor": backoff.factor,
            "most_ns": backoff.most_ns,
            "jitter": backoff.jitter,
            "honour_retry_after": self.honour_retry_after,
            "hold_slot": self.hold_slot,
        }
