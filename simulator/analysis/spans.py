"""Spans of time that may overlap, and what they cover together."""

import numpy as np

Spans = tuple[np.ndarray, np.ndarray]
"""Starts and ends (ns), as many of the one as of the other."""


def union(starts: np.ndarray, ends: np.ndarray) -> Spans:
    """Return what the spans cover together: rising spans that do not touch.

    Spans that end before they start count nothing.
    """
    keep = ends > starts
    order = np.argsort(starts[keep], kind="stable")
    begins, until = starts[keep][order], np.maximum.accumulate(ends[keep][order]) if keep.any() else ends[:0]
    if not len(begins):
        return begins, until
    fresh = np.concatenate([[True], begins[1:] > until[:-1]])
    last = np.concatenate([np.flatnonzero(fresh)[1:] - 1, [len(begins) - 1]])
    return begins[fresh], until[last]


def covered_ns(spans: Spans) -> float:
    """Return the length of spans that do not overlap (ns)."""
    return float((spans[1] - spans[0]).sum())
