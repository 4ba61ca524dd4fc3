"""How answers go wrong: the faults that a configuration may name, and their short forms.

Each has the attempts that it may meet: `each` is drawn anew for every attempt; `first` meets the first attempt of a
job only; what `all` meets, it meets again in every attempt of that page.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from mockserver.document import Config
from mockserver.latency_models import LONGEST_DELAY_NS, DelayNs, PositiveDelayNs, above_zero
from mockserver.units import BandwidthBps, Share, format_percentage

OK = 200
LOWEST_STATUS, HIGHEST_STATUS = 400, 599
MOST_FAULTS = 100

_ROUNDING = 1e-9
"""By how much a sum of shares may be off for being made of binary fractions."""


def _some(share: float) -> float:
    if not 0 < share <= 1:
        raise ValueError(f"found {format_percentage(share)}; a share is more than 0% and at most 100%")
    return share


class _Fault(Config):
    kind: str
    share: Annotated[Share, AfterValidator(_some)] = Field(
        default=1.0, description="Of attempts, or of pages where it meets all attempts of a page."
    )


class _OfAttempts(_Fault):
    attempts: Literal["each", "first", "all"] = Field(
        default="each",
        description="Which attempts of a page may meet it: each, drawn anew; the first one only; or what is drawn once"
        " for the page, in all of its attempts.",
    )


class Status(_OfAttempts):
    """An answer with another status in place of the page."""

    kind: Literal["status"] = "status"
    status: int = Field(ge=LOWEST_STATUS, le=HIGHEST_STATUS, strict=True, description="As 429, 500 or 503.")
    retry_after_ns: DelayNs | None = Field(
        default=None,
        alias="retry_after",
        description="Of the header Retry-After, in whole seconds, rounded up.",
    )


class Reset(_OfAttempts):
    """The connection is reset (RST)."""

    kind: Literal["reset"] = "reset"
    where: Literal["headers", "body"] = Field(
        default="headers",
        description="In place of the headers, or after them and half of the body.",
    )


class Empty(_OfAttempts):
    """The connection is closed, and nothing was sent."""

    kind: Literal["empty"] = "empty"


class Hang(_OfAttempts):
    """There is no answer, until the client goes."""

    kind: Literal["hang"] = "hang"
    most_ns: PositiveDelayNs = Field(
        default=LONGEST_DELAY_NS, alias="most", description="Then the server closes the connection."
    )


class Truncated(_OfAttempts):
    """Half of the body that Content-Length says, then the end of the connection (FIN)."""

    kind: Literal["truncated"] = "truncated"


class Malformed(_OfAttempts):
    """What is no HTTP, then the end of the connection."""

    kind: Literal["malformed"] = "malformed"
    where: Literal["header", "chunk"] = Field(
        default="header",
        description="In place of the whole answer, or after its headers, in place of a chunk.",
    )


class SlowBody(_OfAttempts):
    """The whole page, its body in pieces, 10 ms apart or more: over a duration, or at a bandwidth."""

    kind: Literal["slow_body"] = "slow_body"
    duration_ns: PositiveDelayNs | None = Field(
        default=None, alias="duration", description="From the first byte to the last."
    )
    bandwidth_bps: Annotated[BandwidthBps, AfterValidator(above_zero)] | None = Field(
        default=None, alias="bandwidth", description="Of the body, in place of a duration."
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.duration_ns is None) == (self.bandwidth_bps is None):
            found = "neither" if self.duration_ns is None else "both"
            raise ValueError(f"a slow_body needs either duration or bandwidth; found {found}")
        return self


Made = Status | Reset | Empty | Hang | Truncated | Malformed | SlowBody
"""What can become of one attempt."""

KINDS: Final[Mapping[str, type[Made]]] = {
    "status": Status,
    "reset": Reset,
    "empty": Empty,
    "hang": Hang,
    "truncated": Truncated,
    "malformed": Malformed,
    "slow_body": SlowBody,
}
ENDS_CONNECTION: Final = frozenset({"reset", "empty", "hang", "truncated", "malformed"})
"""Kinds after which a client needs another connection."""

_BY_NAME: Final = tuple(kind for kind in KINDS if kind not in {"status", "slow_body"})
"""Those that need no more than a name."""


def _answer(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        if value == OK or LOWEST_STATUS <= value <= HIGHEST_STATUS:
            return value
    elif value in _BY_NAME:
        return str(value)
    raise ValueError(
        f"{value!r} is no answer of a sequence; write {OK} for the page, a status from {LOWEST_STATUS} to"
        f" {HIGHEST_STATUS}, or one of {', '.join(_BY_NAME)}"
    )


Answer = Annotated[
    int | str,
    BeforeValidator(_answer),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": OK},
                {"type": "integer", "minimum": LOWEST_STATUS, "maximum": HIGHEST_STATUS},
                {"enum": list(_BY_NAME)},
            ]
        }
    ),
]


class Sequence(_Fault):
    """The attempts of a page meet these one after the other, and the last one from then on."""

    kind: Literal["sequence"] = "sequence"
    answers: tuple[Answer, ...] = Field(
        min_length=1,
        max_length=MOST_FAULTS,
        description="200 for the page, another status, or the name of a fault.",
    )

    def made(self, attempt: int) -> Made | None:
        """Return what becomes of an attempt, from 1; null: nothing, the page is sent."""
        return _made(self.answers[min(attempt, len(self.answers)) - 1])


@cache
def _made(answer: int | str) -> Made | None:
    if answer == OK:
        return None
    return (
        Status.model_validate({"status": answer})
        if isinstance(answer, int)
        else KINDS[answer].model_validate({})
    )


SEQUENCE: Final = "sequence"

_SHORT = re.compile(r"(?P<kind>[a-z_]+)(?:=(?P<value>[^:]+))?(?::(?P<share>.*))?")
_VALUE: Final[Mapping[str, str]] = {
    "status": "status",
    "reset": "where",
    "hang": "most",
    "malformed": "where",
    "slow_body": "duration",
    SEQUENCE: "answers",
}
"""What stands after the equals sign."""


def _shorthand(value: Any) -> Any:
    """Turn `reset:1%`, `status=503:2%` and the like into the full form."""
    if not isinstance(value, str):
        return value
    found = _SHORT.fullmatch(value.replace(" ", ""))
    known = (*KINDS, SEQUENCE)
    if found is None or found["kind"] not in known or (found["value"] and found["kind"] not in _VALUE):
        raise ValueError(
            f"{value!r} is no fault; write KIND, KIND:SHARE or KIND=VALUE:SHARE with a kind of {', '.join(known)}, as"
            " in reset:1%, status=503:2% or sequence=503,503,200, or {kind: …}"
        )
    full: dict[str, Any] = {"kind": found["kind"]}
    if found["value"]:
        full |= _valued(found["kind"], found["value"])
    if found["share"] is not None:
        full["share"] = found["share"]
    return full


def _valued(kind: str, text: str) -> dict[str, Any]:
    if kind == "slow_body" and text.endswith("/s"):
        return {"bandwidth": text}
    values = [int(one) if one.isascii() and one.isdigit() else one for one in text.split(",")]
    if kind == SEQUENCE:
        return {"answers": values}
    if kind != "status":
        return {_VALUE[kind]: text}
    (status, *more) = values
    if more or not isinstance(status, int) or not LOWEST_STATUS <= status <= HIGHEST_STATUS:
        raise ValueError(
            f"{text} is no status of a fault; write one from {LOWEST_STATUS} to {HIGHEST_STATUS}, as in status=503"
        )
    return {"status": status}


def _at_most_all(faults: "tuple[Fault, ...]") -> "tuple[Fault, ...]":
    whole = sum(fault.share for fault in faults)
    if whole > 1 + _ROUNDING:
        raise ValueError(
            f"the shares add up to {format_percentage(round(whole, 6))}; an attempt meets one fault at most, so write"
            " shares that add up to 100% or less"
        )
    return faults


_Kind = Annotated[
    Status | Reset | Empty | Hang | Truncated | Malformed | SlowBody | Sequence, Field(discriminator="kind")
]
Fault = Annotated[_Kind, BeforeValidator(_shorthand, json_schema_input_type=str | _Kind)]
Faults = Annotated[tuple[Fault, ...], Field(max_length=MOST_FAULTS), AfterValidator(_at_most_all)]
