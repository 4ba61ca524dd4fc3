"""What a signal asks for, and what it must not do."""

import signal
import subprocess
import sys

import pytest

from simulator.cli.measuring import stopped_by_signals
from simulator.runner.stop import Stop

TERMINATED_BY_ITSELF = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_started_after_a_signal_ends_by_sigterm(number: signal.Signals) -> None:
    before = signal.getsignal(signal.SIGTERM)
    stop = Stop()
    with stopped_by_signals(stop):
        signal.raise_signal(number)
        signal.raise_signal(number)  # of no effect
        done = subprocess.run([sys.executable, "-c", TERMINATED_BY_ITSELF], check=False)
    assert stop.is_set()
    assert done.returncode == -signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
