"""What the portable driver leaves to the runner: digests of records, and where two of them differ.

The Pythons that it is for have no BLAKE2b. So its sample file says `digested: false`, and names records as it likes.
"""

from collections.abc import Mapping
from typing import Any

from simulator.driver.difference import difference, digest


def digested(written: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the digest of each job's record ("" where there is none) and the canonical text of each digest.

    Args:
        written: a sample file (driver/protocol.md).
    """
    names, records = written["digests"], written["records"]
    if written.get("digested", True):
        return tuple(names), records
    by_name = {name: digest(text) for name, text in records.items()} | {"": ""}
    return tuple(by_name[name] for name in names), {by_name[name]: text for name, text in records.items()}


def located(differs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return page, field and both values of two parses of a page, also where only their canonical texts were told."""
    if "texts" not in differs:
        return differs
    first, second = differs["texts"]
    field, left, right = difference(first, second) or ("(whole record)", "", "")
    return {"page": differs["page"], "field": field, "first": left, "second": right}
