"""Questions to begin with: what each shipped scenario asks, and cases that people decided without measuring."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A question, and the point that it is about."""

    group: str
    question: str
    state: Mapping[str, Any]
    """What of a point it sets; the rest stays as it is."""
    scenario: str = ""
    """The shipped one that measures it."""


def _at(latency_ms: float, parse_ms: float, held_percent: float, in_flight: int) -> dict[str, Any]:
    return {
        "latency_ms": latency_ms,
        "parse_ms": parse_ms,
        "held_percent": held_percent,
        "in_flight": in_flight,
    }


_SCENARIOS = "What the shipped scenarios ask"
_CASES = "What people decide"

QUESTIONS = (
    Preset(_SCENARIOS, "Why do threads not help a 20 ms parse?", _at(0, 20, 100, 4), "cpu_bound"),
    Preset(_SCENARIOS, "And when that parse releases the GIL?", _at(0, 20, 0, 4), "gil_releasing_parse"),
    Preset(_SCENARIOS, "Who serves waiting best?", _at(50, 0, 100, 16), "io_bound"),
    Preset(_SCENARIOS, "Waiting, and computing a little: what decides?", _at(20, 5, 100, 4), "quickstart"),
    Preset(_SCENARIOS, "A shop's listing pages, 40 ms away, 5 ms to parse", _at(40, 5, 100, 8), "mixed"),
    Preset(_SCENARIOS, "From which parse cost on do processes win?", _at(20, 4, 100, 8), "crossover"),
    Preset(_SCENARIOS, "What does the GIL look like from inside?", _at(0, 20, 100, 4), "gil"),
    Preset(_SCENARIOS, "Which mix wins with 64 in flight?", _at(80, 6, 100, 64), "hybrids"),
    Preset(
        _SCENARIOS,
        "What does an exchange wait for beside threads that compute?",
        _at(0, 20, 100, 2),
        "convoy",
    ),
    Preset(_SCENARIOS, "Does a loop stay responsive with 150 ms of bs4?", _at(60, 150, 100, 4), "responsive"),
    Preset(_SCENARIOS, "What would 65 jobs a second need?", _at(20, 20, 100, 8), "open_arrivals"),
    Preset(
        _SCENARIOS, "And on a Python without the GIL?", {**_at(0, 20, 100, 2), "python": "3.14t"}, "runtimes"
    ),
    Preset(_SCENARIOS, "What is left where only the client computes?", _at(20, 0, 100, 16), "clients"),
    Preset(_SCENARIOS, "Saved pages with a quick parser", _at(20, 1, 100, 4), "real_pages"),
    Preset(_SCENARIOS, "Pages as slow as recorded ones", _at(69, 1, 100, 8), "recorded"),
    Preset(_SCENARIOS, "Far pages that are hardly parsed, as over https", _at(20, 0.2, 0, 8), "tls"),
    Preset(_SCENARIOS, "A server that is far away and breaks", _at(40, 1, 100, 16), "faults"),
    Preset(
        _SCENARIOS, "A little parsing: does it matter who hands the pages out?", _at(20, 1, 100, 8), "idioms"
    ),
    Preset(_SCENARIOS, "Is a page dear enough for a cluster?", _at(20, 10, 100, 8), "dask"),
    Preset(_SCENARIOS, "64 in flight that mostly wait: threads or a loop?", _at(50, 0, 100, 64), "engines"),
    Preset(_SCENARIOS, "Is it true that threads serve waiting?", _at(40, 0, 100, 4), "article"),
    Preset(_CASES, "37 large pages and bs4 on the event loop", _at(60, 150, 100, 37)),
    Preset(_CASES, "The same parsed with lxml, which releases the GIL", _at(60, 15, 20, 37)),
    Preset(_CASES, "A crawler with 200 in flight that parses on its loop", _at(120, 8, 100, 200)),
    Preset(_CASES, "min(32, cpu + 4) threads for a quick API", _at(100, 0.3, 100, 6)),
)
