"""Scenarios by name: the file of that name, else one that is shipped."""

from pathlib import Path

from simulator.scenario.problem import Problem, ScenarioError
from simulator.text.nearest import nearest

SHIPPED = Path(__file__).with_name("shipped")
"""In a checkout a link to `scenarios`, beside the packages; in a wheel what lies there."""


def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that are shipped, in order."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def located(path: Path) -> Path:
    """Return the file that is meant: this one, or where there is none, the shipped scenario of this name.

    Raises:
        ScenarioError: There is neither.
    """
    names = shipped()
    if str(path) in names and not path.is_file():
        return (SHIPPED / f"{path}.yaml").resolve()
    try:
        path.stat()
    except FileNotFoundError:
        pass
    except OSError:
        return path  # reading it says why
    else:
        return path
    written = path.with_name(f"{path.name}.yaml")
    near = str(written) if written.is_file() else nearest(path.stem, names)
    hint = "" if near is None else f"did you mean {near}? "
    hint += f"Shipped are {', '.join(names)}; simulator init NAME writes a scenario"
    raise ScenarioError([Problem(str(path), None, None, "", "no such file", hint)])
