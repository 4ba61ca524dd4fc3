"""How long a loop stands still where it parses itself, and where others parse for it."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables
from simulator.result.findings.reasons import Handed, Responsive
from simulator.text.numbers import share, times
from simulator.text.words import listed


def _sentence(found: Responsive) -> str:
    control = ""
    if found.idle_loop_lag_max_s is not None:
        idle = as_in_tables("loop_lag", found.idle_loop_lag_max_s)
        control = f" A loop that has nothing to do is up to {idle} late here."
    return (
        f"Parsed on the loop, it stands still for up to {as_in_tables('loop_lag', found.loop_lag_max_s)} in a"
        f" round; handed {listed([_handed(one) for one in found.handed])}.{control}"
    )


def _handed(one: Handed) -> str:
    wall = ""
    if one.wall is not None:
        wall = f" at {times(one.wall)} the wall time"
    elif one.longer is not None:
        wall = f" at {'+' if one.longer >= 0 else ''}{share(one.longer)} wall time"
    return f"to {one.to} {as_in_tables('loop_lag', one.loop_lag_max_s)}{wall}"


KIND = Kind(Responsive, "reason", _sentence)
