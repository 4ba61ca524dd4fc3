"""Which repetition comes next: pure functions of the plan and of what has been measured so far."""

from simulator.schedule.interface import Next, Schedule
from simulator.schedule.rounds import FixedRounds

__all__ = ["FixedRounds", "Next", "Schedule"]
