"""Which repetition comes next: pure functions of the plan and of what has been measured so far."""

from simulator.schedule.allowance import Allowance
from simulator.schedule.block import Block, blocks_of, contrasted
from simulator.schedule.interface import Key, Next, Schedule
from simulator.schedule.precision import Precise
from simulator.schedule.refine import Cost, Refine, Row
from simulator.schedule.rounds import Fixed, Goal, Rounds

__all__ = [
    "Allowance",
    "Block",
    "Cost",
    "Fixed",
    "Goal",
    "Key",
    "Next",
    "Precise",
    "Refine",
    "Rounds",
    "Row",
    "Schedule",
    "blocks_of",
    "contrasted",
]
