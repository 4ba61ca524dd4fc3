"""What options say of a scenario: `--set` in other words, or without a file a scenario of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from mockserver.units import parse_duration
from simulator.cli import exits
from simulator.scenario.load import load, load_text
from simulator.scenario.model import Scenario
from simulator.scenario.named import shipped
from simulator.scenario.narrowed import narrowed
from simulator.scenario.problem import Problem
from simulator.scenario.settings import Setting, setting
from simulator.scenario.template import LATENCY, PARSER, render

HERE = "the command line"


@dataclass(frozen=True)
class Asked:
    """The options as typed; what is null or empty was not given."""

    parser: str | None = None
    pages_from: Path | None = None
    latency: str | None = None
    in_flight: int | None = None
    rounds: int | None = None
    budget: str | None = None
    precision: str | None = None
    cases: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Return them as they are typed."""
        return tuple(word for option, value in self._given() for word in (option, value))

    @property
    def settings(self) -> Iterator[Setting | Problem]:
        """Yield what they set in a scenario; what narrows it, and conditions, set nothing."""
        for option, value in self._given():
            if option == "--pages-from":
                yield Setting(option, ("server", "content"), {"kind": "folder", "path": value})
            elif option in _PATHS:
                yield setting(option, _PATHS[option], value)

    @property
    def is_enough(self) -> bool:
        """Whether they make an experiment without a file."""
        return any(
            value is not None for value in (self.parser, self.pages_from, self.latency, self.in_flight)
        )

    def _given(self) -> Iterator[tuple[str, str]]:
        for one in fields(self):
            option = _SEVERAL.get(one.name) or f"--{one.name.replace('_', '-')}"
            value = getattr(self, one.name)
            values = value if isinstance(value, tuple) else () if value is None else (value,)
            yield from ((option, str(each)) for each in values)


_SEVERAL = {"cases": "--case", "strategies": "--strategy"}
_PATHS = {
    "--parser": "job.parser",
    "--latency": "server.latency",
    "--in-flight": "in_flight",
    "--rounds": "rounds",
    "--budget": "budget",
    "--precision": "precision",
}


def scenario_of(
    file: Path | None,
    asked: Asked,
    overrides: tuple[str, ...],
    environ: Mapping[str, str],
    *,
    served_elsewhere: bool = False,
) -> tuple[Scenario, int]:
    """Return the scenario that is asked for, and how many of its conditions speak of what is left out of it.

    Args:
        file: its file, or its name where it is shipped; null: what `init` would write, in memory.
        asked: what options say of it.
        overrides: texts of `--set`.
        environ: environment variables.
        served_elsewhere: a mock server that runs already serves it.

    Raises:
        ScenarioError: it is wrong.
        Stop: there is neither a file nor an option that makes one.
    """
    if file is not None:
        scenario = load(
            file,
            overrides=overrides,
            settings=asked.settings,
            environ=environ,
            served_elsewhere=served_elsewhere,
        )
    elif asked.is_enough:
        scenario = load_text(
            _written(asked),
            HERE,
            Path.cwd(),
            overrides=overrides,
            settings=asked.settings,
            environ=environ,
            served_elsewhere=served_elsewhere,
        )
    else:
        exits.usage(
            "which scenario? Name its file, or one that is shipped"
            f" ({', '.join(shipped())}), or say what to measure, as in --parser mypkg:parse --latency 40ms"
        )
    return narrowed(scenario, cases=asked.cases, strategies=asked.strategies, expect=asked.expect)


def _written(asked: Asked) -> str:
    """Return what `init` writes for this latency; all else is set in it, so that mistakes name their options."""
    name = "".join(char for char in asked.parser or PARSER if char.isprintable()).strip()
    latency = asked.latency or LATENCY
    try:
        parse_duration(latency)
    except ValueError:
        latency = LATENCY
    return render(name[:100] or PARSER, latency=latency)
