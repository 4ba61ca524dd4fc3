"""Figures of a result document: one module for each question, in the order in which they are read."""

from simulator.report.figure import Figure
from simulator.result.document import ResultDocument


def figures(document: ResultDocument) -> tuple[Figure, ...]:
    """Return the figures that apply to a run; those that do not are absent."""
    del document
    return ()
