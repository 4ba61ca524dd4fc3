"""What was found out once per run, before anything was measured: what one parse and one request cost alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.result.needs import Needs
from simulator.stats.percentiles import Lag


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Of a cell's job, alone on its Python, and how much parsing reaches its parse cost. Null also in older runs."""

    repeats: int = 1
    """Whole parses of each page."""
    extra_fraction: float = 0.0
    """Of all pages, that are parsed once more."""
    units: int | None = None
    """Amount of work in place of parses, of a parser that reaches any cost."""
    units_per_s: float | None = None
    """Of such a parser, per second of CPU."""
    parse_cpu_s: float | None = None
    """Mean of one parse of any other."""
    client_cpu_s: Mapping[str, float | None] = field(default_factory=dict)
    """CPU of one request at one in flight, by `blocking:NAME` or `asyncio:NAME`."""
    plain_cpu_s: Mapping[str, float | None] = field(default_factory=dict)
    """The same for pages as they are, where they came compressed: the difference is what decoding costs."""
    tls: bool = False
    """Whether those requests were made over TLS."""
    encoding: str = "identity"
    """How their pages came."""
    opened: str = ""
    """What each of them opened for itself, in words; empty: nothing."""
    idle_loop_lag_s: Lag | None = None
    """How late a tick of a loop is that has nothing to do."""
    pages: int | None = None
    """That were fetched and parsed for this."""
    page_bytes: float | None = None
    """Mean size of their bodies."""
    record_bytes: float | None = None
    """Mean size of their records, pickled."""
    heaviest: str | None = None
    """Of records that weigh several times their page: which field does, and its type."""
    peak_bytes: int | None = None
    """Peak memory of one interpreter with client and parser."""
    start_s: float | None = None
    """From starting the interpreter until the parser was imported."""
    gil_enabled_by: str | None = None
    """The module whose import turned the GIL on in a free-threaded build; null: none did."""
    errors: tuple[Mapping[str, Any], ...] = ()
    """Pages on which the parser raised."""
    content_pages: int | None = None
    """Pages that the server has, whose contents repeat."""
    content_problems: tuple[str, ...] = ()
    """What of the content folder is not served, in sentences."""
    content_left_out: int | None = None
    """How many files and folders that are."""
    needs: Needs | None = None
    """What else a job needs when it is alone, for predictions; null: it was not measured."""
    jobs: int | None = None
    """Of a repetition; null for a fixed duration."""

    @property
    def work(self) -> float:
        """Parsing of a page: units of a parser that reaches any cost, else whole parses; 0 for none."""
        return float(self.units) if self.units else self.repeats + self.extra_fraction

    @property
    def page_parse_cpu_s(self) -> float | None:
        """CPU of all parsing of a page, alone; null where it is not known."""
        if self.units is not None:
            return self.units / self.units_per_s if self.units_per_s else 0.0
        return None if self.parse_cpu_s is None else self.parse_cpu_s * (self.repeats + self.extra_fraction)
