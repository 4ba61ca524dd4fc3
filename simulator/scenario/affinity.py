"""On which CPUs the mock server and the driver may run."""

from collections.abc import Collection
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from mockserver.document import Config
from simulator.scenario.problem import found

MAX_CPU = 4095
"""Highest CPU number: Linux is built for at most 8,192, and no machine that runs this has so many."""


def _cpu_numbers(value: Any) -> tuple[int, ...]:
    """Read a list of CPU numbers; their order says nothing, so that it is not kept."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"found {found(value)}; a list of CPU numbers is expected, as in [0, 1]")  # noqa: TRY004 (pydantic reports only a ValueError)
    if not value:
        raise ValueError("found no CPU; write at least one, as in [0], or null for all that are usable")
    for number in value:
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MAX_CPU:
            raise ValueError(f"found {found(number)}; a CPU number is a whole number from 0 to {MAX_CPU}")
    repeated = sorted({number for number in value if value.count(number) > 1})
    if repeated:
        raise ValueError(f"found CPU {repeated[0]} more than once; remove one")
    return tuple(sorted(value))


CpuNumbers = Annotated[
    tuple[int, ...],
    BeforeValidator(_cpu_numbers),
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "integer", "minimum": 0, "maximum": MAX_CPU},
        }
    ),
]


class Affinity(Config):
    """CPU numbers for each side; null leaves it wherever this program may run."""

    server: CpuNumbers | None = Field(
        default=None,
        description="CPU numbers on which every thread of the mock server may run; by default all usable.",
    )
    driver: CpuNumbers | None = Field(
        default=None,
        description="CPU numbers on which the driver, and all that it starts, may run; by default all usable.",
    )


def why_not_here(affinity: Affinity, usable: Collection[int]) -> str | None:
    """Return why processes cannot be bound like this, and what to write; null where they can.

    Args:
        affinity: What the scenario asks for.
        usable: CPUs that this program may use; empty where the system binds no processes to CPUs.
    """
    for side, wanted in (("server", affinity.server), ("driver", affinity.driver)):
        if wanted is None:
            continue
        if not usable:
            return f"this system does not bind processes to CPUs; remove affinity.{side}"
        missing = [str(number) for number in wanted if number not in usable]
        if missing:
            what = f"CPU {missing[0]}" if len(missing) == 1 else f"the CPUs {', '.join(missing)}"
            have = ", ".join(map(str, sorted(usable)))
            return f"affinity.{side} names {what}, which this program may not use here; usable: {have}"
    return None
