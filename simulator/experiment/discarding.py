"""What becomes of a repetition whose round is done again, and of one that after all counts."""

from dataclasses import replace

from simulator.result.repetition import MACHINE_LOST, Repetition

DISTURBED = "a repetition of this round was disturbed from outside"


def moved(repetition: Repetition, machine: str, other: str) -> Repetition:
    """Return the repetition as one that counts no more, since its combination is measured anew on another machine.

    Args:
        repetition: of the combination.
        machine: on which it was measured.
        other: on which it will be.
    """
    before = repetition.status
    return replace(
        repetition,
        status="discarded",
        discarded_from=before if before in ("ok", "invalid") else repetition.discarded_from,
        reason=f"{MACHINE_LOST} {machine}, and measured anew on {other}",
    )


def revised(repetition: Repetition, *, discarded: bool) -> Repetition | None:
    """Return the repetition as it is to be from now on; null where it is so already.

    Args:
        repetition: of a round.
        discarded: whether that round is done again.
    """
    if discarded and repetition.status in ("ok", "invalid"):
        return replace(
            repetition,
            status="discarded",
            discarded_from=repetition.status,
            reason=repetition.reason or DISTURBED,
        )
    if discarded or repetition.status != "discarded":
        return None
    # Of runs of older versions nobody knows it; what is invalid is compared with nothing.
    before = repetition.discarded_from or "invalid"
    return replace(
        repetition,
        status=before,
        discarded_from=None,
        reason=None if before == "ok" else repetition.reason,
    )
