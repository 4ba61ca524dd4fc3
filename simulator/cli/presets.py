"""`--fast` and `--rigorous`: how much time an answer is worth, as settings that `--set` can still change."""

from simulator.cli import exits

FAST = ("rounds=3", "precision=10%", "budget=2m")
RIGOROUS = ("rounds=10", "precision=2%", "budget=1h")


def preset(*, fast: bool, rigorous: bool) -> tuple[str, ...]:
    """Return the settings of the preset that was asked for, none without one. Raises Stop for both."""
    if fast and rigorous:
        exits.usage("--fast and --rigorous exclude each other; give one of them")
    return FAST if fast else RIGOROUS if rigorous else ()
