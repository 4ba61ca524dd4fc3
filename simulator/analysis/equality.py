"""Were all strategies given the same job? Their records, compared per page id with the first ones seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from simulator.driver.difference import difference
from simulator.result.observation import Observed


@dataclass
class Reference:
    """Page id -> digest of its record, and the canonical text of each digest; grows as pages are first seen."""

    digests: dict[int, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def learn(self, page: int, digest: str, texts: Mapping[str, str]) -> None:
        """Take this page's record as the one that all others must equal."""
        self.digests[page] = digest
        self.texts[digest] = texts[digest]


def compare(
    reference: Reference, observed: Observed
) -> tuple[Literal["equal", "unchecked", "differs"], str | None]:
    """Compare a repetition's records with the reference; pages it has not seen are learnt.

    Returns:
        The verdict, and for `differs` the page, field and both values, for `unchecked` the reason.
    """
    for page, digest in zip(observed.samples.page.tolist(), observed.digests, strict=True):
        if not digest:
            continue
        known = reference.digests.get(page)
        if known is None:
            reference.learn(page, digest, observed.records)
        elif known != digest:
            where, left, right = difference(reference.texts[known], observed.records[digest]) or (
                "(whole record)",
                known,
                digest,
            )
            return "differs", (
                f"page {page}, field {where}: {left} at first, {right} here; strategies can only be compared on a"
                " parser whose record depends on the page alone"
            )
    if observed.unchecked is not None:
        return "unchecked", observed.unchecked
    return "equal", None
