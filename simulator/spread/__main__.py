"""A unit in a process of its own: the order is the first line of standard input, and its end asks to stop."""

import contextlib
import os
from functools import partial
from threading import Thread

from simulator import environment
from simulator.runner.stop import Stop
from simulator.spread.measuring import carry_out
from simulator.spread.order import of_text
from simulator.spread.reserved import reserved
from simulator.spread.told import Told, written
from simulator.store import default_path

PIECE_BYTES = 1 << 16


def main() -> None:
    """Read the order, carry it out, and tell on what was standard output; whatever prints goes to standard error."""
    told = os.dup(1)
    os.dup2(2, 1)
    order = of_text(_first_line())
    stop = Stop()
    Thread(target=_stop_at_end, args=(stop,), daemon=True).start()

    def tell(event: Told) -> None:
        line = written(event)
        if line is not None:
            _write(told, line.encode("ascii") + b"\n")

    # Wherever results are kept: who measures on this machine is the same question for all.
    folder = default_path({}).parent / "reserved"
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more
        carry_out(order, tell, stop, partial(reserved, environment.usable_cpus(), folder, stop))


def _first_line() -> bytes:
    """Read the order; unbuffered, since a thread may wait for the rest while this process ends."""
    text = b""
    while not text.endswith(b"\n") and (piece := os.read(0, PIECE_BYTES)):
        text += piece
    return text


def _stop_at_end(stop: Stop) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, PIECE_BYTES):
            pass
    stop.set()


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    main()
