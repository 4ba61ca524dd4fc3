"""Which interpreter runs a cell: the scenario's runtimes, each asked what it is, with environments where needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from simulator.runner.stop import Stop
from simulator.runtimes.environments import Environments
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import Facts, ask
from simulator.runtimes.location import Located
from simulator.runtimes.requirements import needs, why_not_portable
from simulator.scenario.cells import Cell

_Known = TypeVar("_Known")


@dataclass(frozen=True)
class Interpreter:
    """What runs a cell's driver."""

    python: str
    facts: Facts | None
    """Null: of a scenario without runtimes; its interpreter is started without being asked."""

    @property
    def needs_portable_driver(self) -> bool:
        """Whether it must be the portable driver."""
        return self.facts is not None and self.facts.needs_portable_driver


@dataclass
class Interpreters:
    """Interpreters of one run; each is asked once, each environment made once.

    Args:
        current: the interpreter of cells without a runtime.
        located: those of the scenario's runtimes that are here.
        environments: makes what a bare Python needs.
        ask: how an interpreter is asked.
        tell: called with runtime and requirements before an environment is made for it, which takes a while.
        stop: asks to give up asking or making, which raises Stopped.
    """

    current: str
    located: Mapping[str, Located]
    environments: Environments
    ask: Callable[[str, Stop], Facts] = ask
    tell: Callable[[str, tuple[str, ...]], None] = lambda *_: None
    stop: Stop = field(default_factory=Stop)
    _facts: dict[str, Facts | RuntimeUnavailableError] = field(default_factory=dict)
    _made: dict[tuple[str, tuple[str, ...]], str | RuntimeUnavailableError] = field(default_factory=dict)

    @property
    def references(self) -> tuple[str, ...]:
        """The runtimes in the order in which they may calibrate the amount of parsing: `current` first."""
        return tuple(sorted(self.located, key=lambda name: not self.located[name].current))

    def facts(self, runtime: str) -> Facts:
        """Return what a runtime is. Raises RuntimeUnavailableError."""
        python = self.located[runtime].python
        if python not in self._facts:
            try:
                self._facts[python] = self.ask(python, self.stop)
            except RuntimeUnavailableError as error:
                self._facts[python] = error
        return _or_raise(self._facts[python])

    def chosen_for(self, cell: Cell) -> Interpreter:
        """Return what runs a cell; an environment is made for it where there is none yet.

        Raises:
            RuntimeUnavailableError: the runtime cannot run this cell; says why in one sentence.
        """
        if cell.runtime is None:
            return Interpreter(self.current, None)
        located, facts = self.located[cell.runtime], self.facts(cell.runtime)
        reason = why_not_portable(cell, facts)
        if reason is not None:
            raise RuntimeUnavailableError(reason)
        own = located.requirements
        if not own and (located.current or facts.own_environment):
            return Interpreter(located.python, facts)
        wanted = (*(() if facts.needs_portable_driver else needs(cell)), *own)
        if not wanted:
            return Interpreter(located.python, facts)
        if facts.needs_portable_driver:
            raise RuntimeUnavailableError(
                f"{facts.label} runs the portable driver, and no environment is made for that; install"
                f" {', '.join(own)} there and remove `with`"
            )
        key = (located.python, wanted)
        if key not in self._made:
            try:
                self._made[key] = self.environments.python(
                    located.python,
                    facts,
                    wanted,
                    lambda: self.tell(located.name, wanted),
                    self.stop,
                )
            except RuntimeUnavailableError as error:
                self._made[key] = RuntimeUnavailableError(f"no environment for {located.name}: {error}")
        return Interpreter(_or_raise(self._made[key]), facts)


def _or_raise(known: _Known | RuntimeUnavailableError) -> _Known:
    if isinstance(known, RuntimeUnavailableError):
        raise known
    return known
