"""What a person means by `last`, `last~1`, a run's own name or the beginning of an id."""

import re
from collections.abc import Mapping, Sequence

from simulator.text.words import counted

from .errors import RunNotFoundError

_SHOWN = 5
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")


def check_label(text: str) -> None:
    """Make sure that a run can be called so: it is then meant by this name, and by nothing else that a RUN may be.

    Raises:
        ValueError: It cannot; the message says what names are like.
    """
    if not _LABEL.fullmatch(text) or text == "last" or text.endswith(".json"):
        raise ValueError(
            f"a run cannot be called {text!r}; a name begins with a letter, has letters, digits, '_', '-' and '.',"
            " is not 'last' and does not end in .json"
        )


def resolve(
    reference: str, runs: Sequence[tuple[str, str, str]], labels: Mapping[str, str | None], place: object
) -> str:
    """Return the id of the run that is meant.

    Args:
        reference: An id; `last`, or `last~N` for the Nth before the last; a label, or `LABEL~N` for the Nth before the
            newest of that label; the beginning of an id. The first of these that there is.
        runs: (id, name, started_at), newest first.
        labels: What runs are called, by id.
        place: Where these runs are kept, for the message.

    Raises:
        RunNotFoundError: None is meant, or more than one; the message lists what there is.
    """
    if not runs:
        raise RunNotFoundError(
            f"no run {reference!r}: {place} holds no runs yet; `simulator run FILE` makes one"
        )
    if any(run[0] == reference for run in runs):
        return reference
    counting = re.fullmatch(r"(.+?)(?:~([0-9]{1,9}))?", reference)
    word, back = (counting[1], int(counting[2] or 0)) if counting else ("", 0)
    called = [run for run in runs if word in ("last", labels.get(run[0]))]
    if called and back >= len(called):
        held = counted(len(called), "run") + ("" if word == "last" else f" called {word}")
        raise RunNotFoundError(
            f"no run {reference!r}: {place} holds {held}; the oldest is {word}~{len(called) - 1}"
        )
    if called:
        return called[back][0]
    found = [run for run in runs if reference and run[0].startswith(reference)]
    if len(found) == 1:
        return found[0][0]
    if found:
        raise RunNotFoundError(
            f"{reference!r} is the beginning of {len(found)} runs: {_listed(found)}; write more of it"
        )
    raise RunNotFoundError(
        f"no run {reference!r} in {place}; write `last`, `last~1`, a run's name or the beginning of an id:"
        f" {_listed(runs)}"
    )


def _listed(runs: Sequence[tuple[str, str, str]]) -> str:
    shown = ", ".join(f"{run_id} ({name}, {started_at})" for run_id, name, started_at in runs[:_SHOWN])
    return shown if len(runs) <= _SHOWN else f"{shown}, and {len(runs) - _SHOWN} more"
