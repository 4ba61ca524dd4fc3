"""Every kind of finding."""

from typing import Annotated

from pydantic import Field

from .across import Convoy, CrossoverFinding, Gil, Runtimes
from .answers import ByNature, FallsBehind, KeepsUp, Soonest, Winner
from .beside_model import Unexplained
from .idiom import Idiom
from .reasons import (
    Character,
    Contention,
    HungSlots,
    LoopCause,
    Moved,
    Price,
    Responsive,
    RetriedTogether,
    ThreadsCause,
    TriedAgain,
)

Finding = Annotated[
    Winner
    | ByNature
    | Idiom
    | KeepsUp
    | FallsBehind
    | Soonest
    | Character
    | ThreadsCause
    | LoopCause
    | Price
    | Moved
    | Contention
    | Responsive
    | TriedAgain
    | RetriedTogether
    | HungSlots
    | Unexplained
    | CrossoverFinding
    | Convoy
    | Runtimes
    | Gil,
    Field(discriminator="kind"),
]
"""Told apart by `kind`; all have a `scope`, the levels that they speak of."""
