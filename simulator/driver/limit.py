"""How many may be in flight, found out from how long answers take: additive increase, multiplicative decrease.

A round is as many answers as may be in flight, and some at least. Where its mean is more than half above that of the
best round, answers queue somewhere: there may be a quarter less. Where it is not, there may be one more. Until that has
happened for the first time, twice as many instead. An answer that is a refusal, or none at all, counts as one that took
too long, and its own time does not count: refusals are quick. What was asked for before the last change tells nothing
of it. The number of rounds in a second so follows the answers' own time, as it does in TCP.

Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance" (1989): why that and no other
pair is both fair and stable; Jacobson, "Congestion Avoidance and Control" (1988): the doubling before. That latency
decides, by how much, and that refusals do, is as in Netflix' concurrency-limits (Gradient2: a tolerance of 1.5) and
Vector's adaptive request concurrency. Scrapy's AutoThrottle, too, lets no refusal make it faster.
"""

FIRST = 2
"""In flight at the beginning."""
LEAST_ANSWERS = 8
"""Of a round: the mean of fewer tells little where pages differ."""
TOLERANCE = 1.5
"""Times the mean of the best round: what is more is a queue."""
DECREASE = 0.75
"""What is left of the number then."""


class Limit:
    """The number that may be in flight now.

    Args:
        most: it is never more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.now = min(FIRST, most)
        self.before: list[int] = []
        """What it was in each round that is over."""
        self._best_ns: float | None = None
        self._doubles = True
        self._changed_ns = 0
        self._answers = self._timed = self._sum_ns = 0
        self._refused = False

    def answered(self, asked_ns: int, answered_ns: int, *, well: bool, refused: bool) -> None:
        """Take in an answer.

        Args:
            asked_ns: when it was asked for.
            answered_ns: when it was there.
            well: it is what was asked for, and so its time counts.
            refused: it says, or shows, that too much is asked for.
        """
        if asked_ns < self._changed_ns:
            return
        self._answers += 1
        self._refused = self._refused or refused
        if well:
            self._timed += 1
            self._sum_ns += answered_ns - asked_ns
        if self._answers >= max(self.now, LEAST_ANSWERS):
            self._decide(answered_ns)

    @property
    def settled(self) -> int:
        """What it was in the middle of the later half of its rounds; what it is now where none is over."""
        later = sorted(self.before[len(self.before) // 2 :])
        return later[len(later) // 2] if later else self.now

    def _decide(self, now_ns: int) -> None:
        self.before.append(self.now)
        mean_ns = self._sum_ns / self._timed if self._timed else None
        if mean_ns is not None:
            self._best_ns = mean_ns if self._best_ns is None else min(self._best_ns, mean_ns)
        queues = mean_ns is not None and self._best_ns is not None and mean_ns > TOLERANCE * self._best_ns
        if self._refused or queues:
            self._doubles = False
            self.now = max(1, int(self.now * DECREASE))
        else:
            self.now = min(self._most, self.now * 2 if self._doubles else self.now + 1)
        self._changed_ns = now_ns
        self._begin_round()

    def _begin_round(self) -> None:
        self._answers = self._timed = self._sum_ns = 0
        self._refused = False
