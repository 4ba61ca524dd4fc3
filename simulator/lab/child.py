"""The command line in a process of its own, which ends when who started it is gone, however it went.

    python -m simulator.lab.child LIFELINE FOLDER run FILE …

LIFELINE is the reading end of a pipe that nobody writes to. When its other end closes, the run is stopped as by SIGTERM
(its drivers and servers end, what was measured is kept), and FOLDER, which nobody is left to remove, is removed.
"""

import os
import runpy
import shutil
import sys
from collections.abc import Sequence

from simulator.driver.shared.control import die_with


def main(arguments: Sequence[str]) -> None:
    """Run the command line."""
    lifeline, folder, *words = arguments
    die_with(int(lifeline))
    sys.argv = ["simulator", *words]
    try:
        runpy.run_module("simulator", run_name="__main__")
    finally:
        if _is_closed(int(lifeline)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_closed(lifeline: int) -> bool:
    try:
        return os.read(lifeline, 1) == b""
    except BlockingIOError:
        return False


if __name__ == "__main__":
    main(sys.argv[1:])
