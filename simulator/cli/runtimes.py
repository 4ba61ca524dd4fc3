"""The runtimes of a scenario on this machine: which are here, and where environments for them are kept."""

import os
from collections.abc import Mapping
from pathlib import Path

from simulator.cli import exits
from simulator.runner.driver_process import default_python
from simulator.runtimes.environments import Environments, default_cache, shipped_constraints
from simulator.runtimes.interpreters import Interpreters
from simulator.runtimes.location import Located, Places, locate_all
from simulator.scenario.model import Scenario
from simulator.scenario.runtimes import CURRENT


def find_runtimes(
    scenario: Scenario, python: str, *, named: bool
) -> tuple[Interpreters | None, Mapping[str, str]]:
    """Return the interpreters of a scenario's runtimes, null where it lists none, and why others are not here.

    Args:
        scenario: perhaps with `runtimes`.
        python: what `current` stands for.
        named: it was named by --python.

    Raises:
        Stop: --python would run nothing.
    """
    if not scenario.runtimes:
        return None, {}
    if named and all(runtime.python != CURRENT for runtime in scenario.runtimes):
        listed = ", ".join(runtime.level for runtime in scenario.runtimes)
        exits.usage(
            f"--python is what {CURRENT} stands for, and the scenario's runtimes list no {CURRENT} (but {listed});"
            " add it there, or leave --python out"
        )
    here, missing = _located(scenario, python)
    return Interpreters(python, here, Environments(default_cache(os.environ), shipped_constraints())), missing


def missing_runtimes(scenario: Scenario) -> Mapping[str, str]:
    """Return why each runtime that is not here is not."""
    return _located(scenario, default_python())[1]


def _located(scenario: Scenario, python: str) -> tuple[Mapping[str, Located], Mapping[str, str]]:
    return locate_all(scenario.runtimes, Places(python, scenario.source_dir or Path.cwd()))
