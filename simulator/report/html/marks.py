"""What tells lines apart besides their colour: the mark of each point, and dashes."""

SYMBOLS = ("circle", "rect", "triangle", "diamond")
"""As ECharts calls them."""
SHAPES = {
    "circle": '<circle cx="11" cy="6" r="4"/>',
    "rect": '<rect x="7" y="2" width="8" height="8"/>',
    "triangle": '<path d="M11 1.5 16 10.5H6Z"/>',
    "diamond": '<path d="M11 .5 15.5 6 11 11.5 6.5 6Z"/>',
}
DASHES = ((), (6, 4), (2, 3))


def symbol(slot: int | None) -> str:
    """Return the mark of a strategy's points, or of what is none."""
    return SYMBOLS[(slot or 0) % len(SYMBOLS)]


def dash(slot: int | None) -> tuple[int, ...]:
    """Return the lengths of its dashes and gaps in pixels; empty: a whole line."""
    return DASHES[(slot or 0) // len(SYMBOLS) % len(DASHES)]
