"""What a person means by `last`, `last~1` or the beginning of an id."""

import re
from collections.abc import Sequence

from simulator.text.words import counted

from .errors import RunNotFoundError

_SHOWN = 5


def resolve(reference: str, runs: Sequence[tuple[str, str, str]], place: object) -> str:
    """Return the id of the run that is meant.

    Args:
        reference: An id, the beginning of one, `last`, or `last~N` for the Nth before the last.
        runs: (id, name, started_at), newest first.
        place: Where these runs are kept, for the message.

    Raises:
        RunNotFoundError: None is meant, or more than one; the message lists what there is.
    """
    if not runs:
        raise RunNotFoundError(
            f"no run {reference!r}: {place} holds no runs yet; `simulator run FILE` makes one"
        )
    relative = re.fullmatch(r"last(?:~([0-9]{1,9}))?", reference)
    if relative:
        back = int(relative[1] or 0)
        if back >= len(runs):
            held = counted(len(runs), "run")
            raise RunNotFoundError(
                f"no run {reference!r}: {place} holds {held}; the oldest is last~{len(runs) - 1}"
            )
        return runs[back][0]
    if any(run[0] == reference for run in runs):
        return reference
    found = [run for run in runs if reference and run[0].startswith(reference)]
    if len(found) == 1:
        return found[0][0]
    if found:
        raise RunNotFoundError(
            f"{reference!r} is the beginning of {len(found)} runs: {_listed(found)}; write more of it"
        )
    raise RunNotFoundError(
        f"no run {reference!r} in {place}; write `last`, `last~1` or the beginning of an id: {_listed(runs)}"
    )


def _listed(runs: Sequence[tuple[str, str, str]]) -> str:
    shown = ", ".join(f"{run_id} ({name}, {started_at})" for run_id, name, started_at in runs[:_SHOWN])
    return shown if len(runs) <= _SHOWN else f"{shown}, and {len(runs) - _SHOWN} more"
