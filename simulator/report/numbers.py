"""How a report writes numbers."""

NONE = "–"


def number(value: float) -> str:
    """Return three significant digits without an exponent, but at most two decimals."""
    if value >= 100:  # noqa: PLR2004 - from here on no decimals
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - three digits


def ms(seconds: float | None) -> str:
    """Return seconds as milliseconds with three significant digits."""
    return NONE if seconds is None else number(seconds * 1e3)
