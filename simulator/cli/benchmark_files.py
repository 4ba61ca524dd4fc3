"""`--benchmark FORMAT:PATH`: which files are written for services that watch numbers from commit to commit."""

from collections.abc import Iterable, Sequence

from simulator.cli import exits
from simulator.cli.output import check_writable, write_text
from simulator.export.benchmarks import FORMATS, Figure

OPTION = "--benchmark"


def targets(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return format and path of each. Raises Stop: it has no such form, or cannot be written."""
    found = []
    for text in texts:
        name, colon, path = text.partition(":")
        if name not in FORMATS or not colon or not path:
            listed = " or ".join(f"{known}:PATH" for known in FORMATS)
            exits.usage(f"{OPTION} {text}: write {listed}, as in {next(iter(FORMATS))}:benchmark.json")
        check_writable(path, OPTION)
        found.append((name, path))
    return found


def write_figures(figures: Iterable[Figure], texts: Sequence[str]) -> None:
    """Write them to each of the files that are wanted. Raises Stop."""
    if texts:
        known = tuple(figures)
        for name, path in targets(texts):
            write_text(FORMATS[name](known), path, OPTION)
