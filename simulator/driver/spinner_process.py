"""One spinner as a program of its own: computes from the line "spin" on its standard input to the line "park".

It says its thread's number first, then answers each line when it has done what the line says. The thread that reads
the lines is another one, so that the end of the input, which is the end of the driver, ends it also while it computes.
"""

import os
import sys
import threading

LOOPS = 1000
"""Of computing between two looks at whether to go on: some 20 us."""


def main() -> None:
    """Live until the standard input ends."""
    go = threading.Event()
    spinning = False

    def listen() -> None:
        nonlocal spinning
        for line in sys.stdin.buffer:
            spinning = line == b"spin\n"
            if spinning:
                go.set()
        os._exit(0)

    answer(str(threading.get_native_id()))
    threading.Thread(target=listen, name="commands", daemon=True).start()
    while True:
        go.wait()
        go.clear()
        answer("spinning")
        while spinning:
            for _ in range(LOOPS):
                pass
        answer("parked")


def answer(text: str) -> None:
    """Write one line; ends this process where the driver, who reads it, is gone."""
    try:
        os.write(1, text.encode() + b"\n")
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
