"""Where a run is kept while it goes on."""

from typing import Protocol

from simulator.experiment.events import Event, RepetitionJudged
from simulator.experiment.handlers import Handler
from simulator.result.samples import Samples


class Keeper(Handler, Protocol):
    """A handler that is told first, and whose failure ends the run: nothing would remain of what is measured."""

    def samples(self, cell_id: str, round_: int) -> Samples | None:
        """Return the raw samples of a repetition, also after the run; null where there are none."""


class InMemory(Keeper):
    """Keeps raw samples, compressed, as long as this object lives; all else is in the experiment itself."""

    name = "memory"

    def __init__(self) -> None:
        self._samples: dict[tuple[str, int], bytes] = {}

    def handle_event(self, event: Event) -> None:
        """Keep what a repetition gave."""
        if isinstance(event, RepetitionJudged) and event.samples is not None:
            self._samples[event.repetition.cell_id, event.repetition.round] = event.samples.to_bytes()

    def samples(self, cell_id: str, round_: int) -> Samples | None:
        """Return the raw samples of a repetition."""
        kept = self._samples.get((cell_id, round_))
        return None if kept is None else Samples.from_bytes(kept)
