"""The manifest of a recording: which bodies it has, and what each came with. Read like anything from outside.

A recording is a folder with `manifest.json` and the bodies that it names. `simulator import` and `simulator record`
write it; a person may write or change it too.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from mockserver.document import Config
from mockserver.latency_models import DelayNs
from mockserver.page_set import ContentError
from mockserver.regular_file import read_regular, stamp
from mockserver.units import DurationNs

MANIFEST: Final = "manifest.json"
SCHEMA: Final = "gil-simulator.recording/1"

MOST_PAGES: Final = 100_000
MOST_SAMPLES: Final = 1_000
"""Of one page's delay."""
_LARGEST_BYTES: Final = 256 << 20
_MOST_SHOWN: Final = 3
_LONGEST_TEXT: Final = 2_000

BODILESS: Final = frozenset({204, 205, 304})
"""Statuses whose answers have no body, whatever their headers say."""


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or "\\" in name or ".." in path.parts or path.name in {"", "."}:
        raise ValueError(f"{name!r} leads out of the folder; name a file in it, as pages/0.html")
    return name


def _one_header(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError(f"{text!r} is no header; write a media type, as text/html; charset=utf-8")
    return text


_Text = Annotated[str, Field(strict=True, max_length=_LONGEST_TEXT)]


class RecordedPage(Config):
    """One answer of the original."""

    file: Annotated[_Text, AfterValidator(_inside)] = Field(
        description="Where its body is, below the folder; several pages may share one."
    )
    status: int = Field(default=200, ge=200, le=599, strict=True)
    content_type: Annotated[_Text, AfterValidator(_one_header)] = "application/octet-stream"
    encoding: _Text = Field(
        default="identity", description="How the body was encoded on its way; the file has it decoded."
    )
    size_bytes: int = Field(ge=0, strict=True, description="Of the file.")
    delay_ns: DelayNs | None = Field(
        default=None,
        alias="delay",
        description="From the request to the first byte of the answer; null: not known.",
    )
    delay_known: bool = Field(
        default=True,
        strict=True,
        description="False where the recording has none, and `delay` is that of the others.",
    )
    samples_ns: tuple[DelayNs, ...] = Field(
        default=(), alias="samples", max_length=MOST_SAMPLES, description="Of which `delay` is the median."
    )
    at_ns: DurationNs | None = Field(
        default=None,
        alias="at",
        description="When it was asked for, from the first request on; null: not known.",
    )
    method: _Text = "GET"
    url: _Text = Field(default="", description="Of the original, for people; nothing is fetched from it.")

    @model_validator(mode="after")
    def _bodiless(self) -> Self:
        if self.status in BODILESS and self.size_bytes:
            raise ValueError(f"an answer {self.status} has no body; found {self.size_bytes} bytes")
        return self


class Manifest(Config):
    """What a recording has."""

    schema_: Literal["gil-simulator.recording/1"] = Field(alias="schema")
    source: dict[str, _Text] = Field(
        default_factory=dict, description="Where it is from: kind, file, program."
    )
    pages: tuple[RecordedPage, ...] = Field(min_length=1, max_length=MOST_PAGES)
    left_out: dict[str, int] = Field(default_factory=dict, description="Reason to number.")

    def delays_ns(self, source: Path) -> tuple[int, ...]:
        """Return each page's own delay.

        Args:
            source: What the sentence of an error names.

        Raises:
            ContentError: One is not known.
        """
        known = tuple(page.delay_ns for page in self.pages if page.delay_ns is not None)
        if len(known) < len(self.pages):
            raise ContentError(
                f"{source}: it is not known how long {len(self.pages) - len(known)} of {len(self.pages)} pages took;"
                " write a latency for all, as 40ms, or each page's delay into the manifest"
            )
        return known


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a recording.

    Raises:
        ContentError: There is none, or it is wrong; names the file and says what is.
    """
    file = folder / MANIFEST
    try:
        return _read(file, stamp(file))
    except OSError as error:
        raise ContentError(
            f"{file}: {error.strerror or error}; name a folder that `simulator import` or `simulator record` has"
            " written"
        ) from error


@lru_cache(maxsize=4)
def _read(file: Path, _stamp: tuple[int, int, int]) -> Manifest:
    """Read a manifest once, as long as it is the same: every cell of a scenario asks for its delays."""
    data = read_regular(file, _LARGEST_BYTES + 1)
    if len(data) > _LARGEST_BYTES:
        raise ContentError(f"{file} is larger than a manifest may be; import less at a time")
    try:
        return Manifest.model_validate(json.loads(data))
    except ValidationError as error:
        wrong = list(_sentences(error))
        more = f"; and {len(wrong) - _MOST_SHOWN} more" if len(wrong) > _MOST_SHOWN else ""
        raise ContentError(f"{file}: {'; '.join(wrong[:_MOST_SHOWN])}{more}") from error
    except RecursionError as error:
        raise ContentError(f"{file}: is no manifest; it is nested too deeply") from error
    except ValueError as error:
        raise ContentError(f"{file}: is not JSON ({error}); import the recording anew") from error


def _sentences(error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_input=True):
        where = ".".join(map(str, detail["loc"])) or "the document"
        yield f"{where}: {_said(detail)}"


def _said(detail: Any) -> str:
    match detail["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "unknown key; remove it"
        case "value_error":
            return str(detail["ctx"]["error"])
        case "literal_error":
            return f"found {_short(detail['input'])}; this version reads {SCHEMA}"
        case _:
            return f"{str(detail['msg']).removeprefix('Input ')}; found {_short(detail['input'])}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 (a line is longer)
