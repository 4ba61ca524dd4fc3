"""What a mock server serves and how late: one frozen, validated document.

The same document is the `server` part of a scenario, the body of `/__admin/config` and what the command
line builds. Text with units outside, numbers inside; `model_dump(mode="json", by_alias=True)` gives a
document that validates to the same object.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mockserver.addresses import MOST as MOST_ADDRESSES
from mockserver.document import Config
from mockserver.fault_models import Faults
from mockserver.latency_models import Fixed, Latency, Recorded, above_zero
from mockserver.rate_limit import Limited
from mockserver.units import BandwidthBps, SizeBytes, format_size

LARGEST_CONTENT_BYTES = 1 << 30
"""Pages are built before the first request and live in every worker's memory."""

DEFAULT_ITEMS = 40

# What one product takes in a generated page; an estimate, for the limit above only.
_ITEM_BYTES = 1_200


class Body(Config):
    """How the body comes after the headers."""

    bandwidth_bps: Annotated[BandwidthBps, AfterValidator(above_zero)] = Field(
        alias="bandwidth", description="Of each response's body, as 200kB/s."
    )


LEAST_PAGE_BYTES = 3_000
"""Head, navigation and foot of a generated page take about 2 kB, whatever it lists."""


class CatalogueContent(Config):
    """Generated product listings, equal for equal seeds: `items` a page, or about `size` bytes."""

    kind: Literal["catalogue"]
    count: int = Field(
        default=200,
        ge=1,
        le=100_000,
        strict=True,
        description="Different pages; page id n shows page n mod count.",
    )
    items: int | None = Field(
        default=None,
        ge=0,
        le=10_000,
        strict=True,
        description=f"Products on each page; by default {DEFAULT_ITEMS}. 8 make about 9 kB.",
    )
    size_bytes: SizeBytes | None = Field(
        default=None, alias="size", description="Exact size of each page, in place of items."
    )

    @model_validator(mode="before")
    @classmethod
    def _default_items(cls, value: Any) -> Any:
        """Fill in the default here, so that a dumped document says what is served and still validates."""
        if isinstance(value, dict) and all(value.get(key) is None for key in ("items", "size", "size_bytes")):
            return value | {"items": DEFAULT_ITEMS}
        return value

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if self.items is not None and self.size_bytes is not None:
            raise ValueError("a catalogue takes items or size, not both; remove one")
        if self.size_bytes is not None and self.size_bytes < LEAST_PAGE_BYTES:
            raise ValueError(
                f"a page of {format_size(self.size_bytes)} is too small for its own head and foot; write a size of"
                f" {format_size(LEAST_PAGE_BYTES)} or more"
            )
        page_bytes = _ITEM_BYTES * (self.items or 1) if self.size_bytes is None else self.size_bytes
        if self.count * page_bytes > LARGEST_CONTENT_BYTES:
            raise ValueError(
                f"{self.count} pages of about {format_size(page_bytes)} are more than the "
                f"{format_size(LARGEST_CONTENT_BYTES)} a server keeps in memory; lower count, items or size"
            )
        return self


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path}: no such user's folder; write the path in full") from error


class FolderContent(Config):
    """A folder of saved pages, served in the order of their relative paths."""

    kind: Literal["folder"]
    path: Annotated[Path, AfterValidator(_expanded)] = Field(
        description="Folder of saved pages, also in subfolders, in the order of their relative paths: HTML, JSON, XML,"
        " CSV, PDF, images, any file that is not hidden; beside HTML no style sheets, scripts, fonts and images."
    )


class RecordedContent(Config):
    """A recording: bodies, and what each came with, its delay among it."""

    kind: Literal["recorded"]
    path: Annotated[Path, AfterValidator(_expanded)] = Field(
        description="Folder that `simulator import` or `simulator record` has written: bodies and `manifest.json`."
    )


Content = Annotated[CatalogueContent | FolderContent | RecordedContent, Field(discriminator="kind")]


def default_loop() -> Literal["asyncio", "uvloop"]:
    """Name the event loop that costs less CPU per request, of those installed.

    Measured under wrk with 32 connections and a 9 kB page: uvloop 15-19 us per request, asyncio 21-34 us.
    """
    return "uvloop" if find_spec("uvloop") else "asyncio"


Encoding = Literal["identity", "gzip", "br", "zstd"]


class ServerConfig(Config):
    """Everything that decides what a mock server answers, and when."""

    seed: int = Field(
        default=0, ge=0, lt=1 << 63, strict=True, description="Fixes every delay and every page."
    )
    latency: Latency = Field(
        default_factory=lambda: Fixed.model_validate({"kind": "fixed", "delay": "0ms"}),
        description="From the arrival of a request to the first byte of its answer: up to 10m, or a distribution;"
        " `recorded`, the default of recorded content, is each page's own.",
    )
    body: Body | None = Field(
        default=None, description="Spreads each response's body over time; by default it is sent at once."
    )
    content: Content = Field(
        default_factory=lambda: CatalogueContent.model_validate({"kind": "catalogue"}),
        description="What the pages are, 1 GiB at most; by default a catalogue.",
    )
    capacity: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        strict=True,
        description="Requests that are served at a time; others queue, first come, first served. By default all.",
    )
    rate_limit: Limited | None = Field(
        default=None,
        description="Beyond it requests are answered with 429 and Retry-After; by default there is none.",
    )
    faults: Faults = Field(default=(), description="What goes wrong, each with its share of attempts.")
    encoding: Encoding = Field(
        default="identity",
        description="What pages are compressed with, once, for requests whose Accept-Encoding takes it; br and zstd"
        " need libraries (the extra `encodings`).",
    )
    workers: int = Field(default=1, ge=1, le=64, strict=True, description="Server processes on the one port.")
    addresses: int = Field(
        default=1,
        ge=1,
        le=MOST_ADDRESSES,
        strict=True,
        description="Loopback addresses that it listens on, 127.0.0.1 and those after it: each takes some 28,000"
        " connections. Loops deal jobs in flight to them, with connections per_worker; all others use the first. More"
        " than 1 on Linux alone.",
    )
    loop: Literal["asyncio", "uvloop"] = Field(
        default_factory=default_loop,
        description="The server's event loop, not the job's; by default uvloop where it is installed.",
    )
    tls: bool = Field(
        default=False,
        strict=True,
        description="Speak https alone, with a certificate made for each server when it starts, which clients verify.",
    )

    @model_validator(mode="before")
    @classmethod
    def _own_delays(cls, value: Any) -> Any:
        """Give a recording its own delays where no others are asked for, also in a dumped document."""
        if isinstance(value, dict) and "latency" not in value:
            content = value.get("content")
            if isinstance(content, dict) and content.get("kind") == "recorded":
                return value | {"latency": {"kind": "recorded"}}
        return value

    @model_validator(mode="after")
    def _has_delays(self) -> Self:
        if isinstance(self.latency, Recorded) and not isinstance(self.content, RecordedContent):
            raise ValueError(  # noqa: TRY004 (pydantic reports these alone)
                f"latency: recorded is for content of kind recorded, not {self.content.kind}; write a duration, as 40ms"
            )
        return self

    @property
    def is_conditioned(self) -> bool:
        """Whether not every request is served at once and as it should be."""
        return self.capacity is not None or self.rate_limit is not None or bool(self.faults)

    def unconditioned(self) -> Self:
        """Return the same without a queue, a limit or a fault."""
        return self.model_copy(update={"capacity": None, "rate_limit": None, "faults": ()})
