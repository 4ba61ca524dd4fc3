"""Those who are told what happens: progress on a screen, lines for another program, whatever else."""

from collections.abc import Sequence
from types import TracebackType
from typing import Literal, Protocol, Self

from simulator.experiment.events import Event, HandlerFailed
from simulator.result.run import RunHeader


class Handler(Protocol):
    """Is told what happens, in the thread that measures: while a window is open it must not take long."""

    name: str
    """What it is, for a person, should it fail."""

    def start(self, header: RunHeader) -> None:
        """Get ready for the events of this run, or of its plan."""
        del header

    def handle_event(self, event: Event) -> None:
        """Take notice of what happened."""

    def shutdown(self) -> None:
        """Let go of everything; called once, also when it failed."""
        return


class Handlers:
    """Context manager: hands each event to every handler. One that fails gets no more, and the others are told.

    Args:
        handlers: in the order in which they are told.
        header: of the run.
    """

    def __init__(self, handlers: Sequence[Handler], header: RunHeader) -> None:
        self._handlers = handlers
        self._alive = list(handlers)
        self._header = header

    def __enter__(self) -> Self:
        for handler in self._handlers:
            self._call(handler, "start", self._header)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handler in self._handlers:
            self._call(handler, "shutdown")

    def emit(self, event: Event) -> None:
        """Tell all that still listen."""
        for handler in tuple(self._alive):
            self._call(handler, "handle_event", event)

    def _call(
        self, handler: Handler, method: Literal["start", "handle_event", "shutdown"], *given: object
    ) -> None:
        try:
            getattr(handler, method)(*given)
        except Exception as error:  # noqa: BLE001 - whatever it is, what is measured must not suffer from it
            if handler in self._alive:
                self._alive.remove(handler)
                self.emit(HandlerFailed(handler.name, str(error) or type(error).__name__))
