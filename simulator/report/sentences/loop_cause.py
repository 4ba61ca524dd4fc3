"""How long a loop that parses itself stands still."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables
from simulator.result.findings.reasons import LoopCause
from simulator.text.numbers import duration


def _sentence(found: LoopCause) -> str:
    tasks = "its only task" if found.in_flight == 1 else f"all {found.in_flight} tasks"
    return (
        f"{found.strategy} parses on its loop: each parse holds up {tasks} for {duration(found.parse_wall_s)}, and a"
        f" timer on that loop was up to {as_in_tables('loop_lag', found.loop_lag_max_s)} late in a round."
    )


KIND = Kind(LoopCause, "reason", _sentence)
