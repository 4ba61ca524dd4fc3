"""What a person has set: one point, and the scenario that measures it."""

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from simulator.scenario.strategy import StrategyName

PARSER_MODULE = "lab_parser"
"""Computes with a share under the GIL that neither `spin` nor `sha256` has; stands beside the scenario."""
ROUNDS = 3
_MOST_MS = 60_000.0


class Point(BaseModel):
    """The numbers of the page's sentence. What it sends is checked here."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    latency_ms: float = Field(ge=0, le=_MOST_MS)
    parse_ms: float = Field(ge=0, le=_MOST_MS)
    held_percent: float = Field(ge=0, le=100)
    in_flight: int = Field(ge=1, le=1_000_000)
    cores: int = Field(ge=1, le=512)
    python: str = Field(pattern=r"^\d+\.\d+t?$")

    @property
    def parser(self) -> str:
        """The parser that computes like this."""
        if not self.parse_ms or self.held_percent == 100:  # noqa: PLR2004 - all of it
            return "spin"
        return f"{PARSER_MODULE}:parse" if self.held_percent else "sha256"

    @property
    def mixed(self) -> bool:
        """Whether that is the one beside the scenario."""
        return self.parser.startswith(PARSER_MODULE)


class Asked(Point):
    """A point that is to be measured."""

    strategies: Annotated[tuple[StrategyName, ...], Field(min_length=1, max_length=12)]

    @property
    def point(self) -> Point:
        """The point alone."""
        return Point(**self.model_dump(exclude={"strategies"}))


def scenario_text(asked: Asked, *, client: Mapping[str, str], cpus: Sequence[int], current: str) -> str:
    """Return the scenario of a point as YAML.

    Args:
        asked: what is to be measured.
        client: the HTTP library by kind of fetch.
        cpus: numbers of those that may be used; the point has the first of them.
        current: the version of the Python that runs this.
    """
    document: dict[str, Any] = {
        "name": "lab",
        "description": f"{asked.latency_ms:g} ms to come, {asked.parse_ms:g} ms to parse,"
        f" {asked.held_percent:g} % of it under the GIL",
        "seed": 1,
        "server": {
            "latency": _duration(asked.latency_ms),
            "content": {"kind": "catalogue", "count": 100, "items": 8},
        },
        "job": {
            "client": dict(client),
            "parser": asked.parser,
            "parse_cost": _duration(asked.parse_ms),
            "warmup": 2,
        },
        "strategies": list(asked.strategies),
        "in_flight": asked.in_flight,
        "parallelism": asked.cores,
        "rounds": ROUNDS,
    }
    if asked.cores < len(cpus):
        document["affinity"] = {side: list(cpus[: asked.cores]) for side in ("server", "driver")}
    if asked.python != current:
        document["runtimes"] = [asked.python]
    out = StringIO()
    YAML(typ="safe", pure=True).dump(document, out)
    return out.getvalue()


def _duration(ms: float) -> str:
    return f"{ms:.12g}ms" if ms >= 1e-4 else "0ms"  # noqa: PLR2004 - what a duration can be written as
