"""What becomes of a repetition whose round is done again, and of one that after all counts."""

from dataclasses import replace

from simulator.result.repetition import Repetition

DISTURBED = "a repetition of this round was disturbed from outside"


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
