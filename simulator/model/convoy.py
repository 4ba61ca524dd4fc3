"""What the network says of a job whose interpreter's lock others want all the time, where it can be written down.

Each time such a job comes back from a call it finds the lock taken, and behind all who wait for it: every one of them
has it for a switch interval before the job does (Beazley, bpo-7946). That is the network's own limit where those who
wait for the lock wake up at once and compute without end; who takes it back before another one woke up waits less.
"""


def convoy_per_s(alone_s: float, calls: float, spinners: int, switch_interval_s: float) -> float:
    """Return how many jobs a second one thread does beside others that only compute.

    Args:
        alone_s: what a job takes without them.
        calls: how often a job lets go of the lock and comes back (k).
        spinners: how many others there are (n).
        switch_interval_s: after so long the one that has the lock is made to let go of it (I).
    """
    return 1 / (alone_s + calls * spinners * switch_interval_s)
