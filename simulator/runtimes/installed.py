"""A project that was installed into an environment: that it is what will be imported there, and what else may be."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from simulator.runner.stop import Stop
from simulator.runtimes.commands import last, run
from simulator.runtimes.errors import RuntimeUnavailableError

_MARK = "simulator-installed:"
"""Stands before the answer: a start-up file may print, too."""
_ASK = f"""
import importlib.metadata, importlib.util, json, os, sys
names, found = set(), dict()
for one in importlib.metadata.distributions():
    about = one.read_text("direct_url.json")
    if about and json.loads(about).get("url") == sys.argv[1]:
        for file in one.files or ():
            first = file.parts[0]
            if len(file.parts) > 1 and first.isidentifier() and first != "__pycache__":
                names.add(first)
            elif len(file.parts) == 1 and first.endswith((".py", ".so")):
                names.add(first.partition(".")[0])
for name in sorted(names):
    spec = importlib.util.find_spec(name)
    places = [] if spec is None else [spec.origin] if spec.origin else [*(spec.submodule_search_locations or ())]
    found[name] = [os.path.abspath(place) for place in places]
print("{_MARK}" + json.dumps(found))
"""


def check_installed(python: str, project: Path, stop: Stop) -> None:
    """Make sure that an environment imports what was installed of a project, and nothing of the same name.

    Args:
        python: the environment's.
        project: the folder that it was installed from.
        stop: asks to give up.

    Raises:
        RuntimeUnavailableError: a module of it is found elsewhere, or there is none; says what to do.
        Stopped: nobody wants to know any more.
    """
    # With the variables that a driver gets: PYTHONPATH wins over what is installed.
    command = [python, "-P", "-c", _ASK, project.resolve().as_uri()]
    done = run(command, stop, environ=_environ(os.environ), doing="while it was asked what is installed")
    answers = [line for line in done.output.splitlines() if line.startswith(_MARK)]
    if done.code or not answers:
        raise RuntimeUnavailableError(f"{python} does not say what is installed in it: {last(done.said)}")
    found = json.loads(answers[-1].removeprefix(_MARK))
    if not found:
        raise RuntimeUnavailableError("it installs no module, so there is nothing to measure of it")
    home = Path(python).absolute().parents[1]
    for name, places in found.items():
        if places and not any(Path(place).is_relative_to(home) for place in places):
            raise RuntimeUnavailableError(
                f"{name} would be imported from {places[0]} instead; take that folder out of PYTHONPATH"
            )


def _environ(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the variables of a driver for a program that runs in another folder."""
    path = environ.get("PYTHONPATH")
    if not path:
        return environ
    absolute = os.pathsep.join(str(Path(entry).absolute()) for entry in path.split(os.pathsep))
    return {**environ, "PYTHONPATH": absolute}


def search_last(python: str, folders: Iterable[str]) -> None:
    """Have an environment look for modules in these folders too, after what is installed in it.

    Args:
        python: the environment's.
        folders: absolute.
    """
    home = Path(python).absolute().parents[1]
    lines = "".join(f"{folder}\n" for folder in folders if "\n" not in folder)
    for place in home.glob("lib/*/site-packages"):
        (place / "simulator-folders.pth").write_text(lines, encoding="utf-8")
