"""Who holds a server: one program at a time may change what several could, and all others are told whom to wait for."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_LONGEST_NAME = 80


@dataclass(frozen=True)
class Lease:
    """That one program alone configures and resets a server, for as long as its connection is open.

    Attributes:
        program: What it calls itself.
        pid: Its process, if it said so.
        since: When it began.
        secret: What its requests are known by.
    """

    program: str
    pid: int | None
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    secret: str = field(default_factory=secrets.token_urlsafe)

    @classmethod
    def asked(cls, document: Any) -> "Lease":
        """Make one of a request's document.

        Raises:
            ValueError: It is no such document; the sentence says what is.
        """
        program = document.get("program") if isinstance(document, dict) else None
        pid = document.get("pid") if isinstance(document, dict) else None
        if not isinstance(program, str) or not program.isprintable() or not program.strip():
            raise ValueError('say who you are, as in {"program": "my scraper", "pid": 4711}')
        if pid is not None and (not isinstance(pid, int) or isinstance(pid, bool) or pid <= 0):
            raise ValueError("pid: a whole number above 0 is needed")
        return cls(program[:_LONGEST_NAME], pid)

    def holder(self) -> dict[str, Any]:
        """Say who holds it, as JSON without the secret."""
        return {"program": self.program, "pid": self.pid, "since": self.since.isoformat(timespec="seconds")}

    def refusal(self) -> str:
        """Say to somebody else why not now."""
        process = "" if self.pid is None else f" (process {self.pid})"
        return (
            f"{self.program}{process} holds this server since {self.since:%Y-%m-%d %H:%M:%S} UTC; "
            "wait until it has ended, or start another server"
        )
