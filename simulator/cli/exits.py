"""The exit codes, and how a command ends early."""

from typing import NoReturn

OK = 0
FAILED = 1
"""The run failed, or a cell of it did."""
USAGE = 2
"""The command line or a scenario is wrong."""
NOTHING_VALID = 98
"""Nothing that counts was measured, or no baseline that does."""
UNDECIDED = 98
"""An expectation is of a cell that is invalid, or stayed undecided, and `--strict` asked for certainty."""
NOT_HELD = 99
"""An expectation or a comparison did not hold."""
INTERRUPTED = 130


class Stop(Exception):  # noqa: N818 - not an error: a command that has said all there is to say
    """Ends the command with one message on stderr and this exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def usage(message: str) -> NoReturn:
    """End the command: something that the user gave is wrong."""
    raise Stop(USAGE, message)
