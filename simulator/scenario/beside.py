"""What computes beside the job: pure-Python spinners, in threads of the driver or in processes of their own."""

from typing import Literal

from pydantic import Field

from mockserver.document import Config

MOST = 64
"""Spinners; a switch interval of the interpreter's own, 5 ms, makes one exchange then last more than half a second."""


class Beside(Config):
    """Computing that goes on for the whole window and is no part of the job."""

    spinners: int = Field(
        default=0,
        ge=0,
        le=MOST,
        strict=True,
        description="How many compute, in pure Python, without ever waiting.",
    )
    place: Literal["threads", "processes"] = Field(
        default="threads",
        alias="in",
        description="threads of the driver's own process, which compete with the job for the interpreter's lock and for"
        " cores; or a process for each, which compete for cores only.",
    )

    def too_many(self, most: int) -> str | None:
        """Return why these processes are refused where at most so many are started, and what to set."""
        if self.place == "threads" or self.spinners <= most:
            return None
        return (
            f"{self.spinners} spinner processes are more than the {most} that are started here; set"
            f" beside.spinners to {most} or less"
        )
