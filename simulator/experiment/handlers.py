"""Those who are told what happens: progress on a screen, lines for another program, whatever else."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from simulator.experiment.events import Event, HandlerFailed
from simulator.result.run import RunHeader


class Handler(Protocol):
    """Is told what happens, in the thread that measures: while a window is open it must not take long."""

    @property
    def name(self) -> str:
        """What it is, for a person, should it fail."""

    def start(self, header: RunHeader) -> None:
        """Get ready for the events of this run, or of its plan."""

    def handle_event(self, event: Event) -> None:
        """Take notice of what happened."""

    def shutdown(self) -> None:
        """Let go of everything; called once, also when it failed."""


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
            self._guarded(handler, lambda handler=handler: handler.start(self._header))  # type: ignore[misc] # mypy cannot infer a default's type
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for handler in self._handlers:
            self._guarded(handler, handler.shutdown)

    def emit(self, event: Event) -> None:
        """Tell all that still listen."""
        for handler in tuple(self._alive):
            self._guarded(handler, lambda handler=handler: handler.handle_event(event))  # type: ignore[misc] # the same

    def _guarded(self, handler: Handler, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever it is, what is measured must not suffer from it
            if handler in self._alive:
                self._alive.remove(handler)
                self.emit(HandlerFailed(handler.name, str(error) or type(error).__name__))
