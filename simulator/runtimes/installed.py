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
own, found = set(), dict()
for one in importlib.metadata.distributions():
    about = one.read_text("direct_url.json")
    if about and json.loads(about).get("url") == sys.argv[1]:
        files = [file.parts for file in one.files or ()]
        packages = set(file[:-1] for file in files if file[-1].startswith("__init__."))
        for file in files:
            # Of a namespace package, which has no file of its own and may be in several folders, what is in it.
            end = next((end for end in range(1, len(file)) if file[:end] in packages), None)
            name = file[:end] if end else (*file[:-1], file[-1].partition(".")[0])
            if (end or file[-1].endswith((".py", ".so"))) and all(part.isidentifier() for part in name):
                own.add(".".join(name))
for name in sorted(own.union(sys.argv[2:])):
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        # Which imports what it is in, and that is a namespace: nothing is run.
        spec = importlib.util.find_spec(".".join(parts[:end]))
        if spec is None or spec.origin:
            break
    places = [] if spec is None else [spec.origin] if spec.origin else [*(spec.submodule_search_locations or ())]
    found[name] = [os.path.abspath(place) for place in places]
print("{_MARK}" + json.dumps(dict(own=sorted(own), found=found)))
"""


def check_installed(python: str, project: Path, stop: Stop, also: Iterable[str] = ()) -> tuple[str, ...]:
    """Make sure that an environment imports what was installed of a project, and nothing of the same name.

    Args:
        python: the environment's.
        project: the folder that it was installed from.
        stop: asks to give up.
        also: more modules, which are found there or nowhere: those of the project's other revision.

    Returns:
        The modules that were installed of it.

    Raises:
        RuntimeUnavailableError: a module is found elsewhere, or none is installed; says what to do.
        Stopped: nobody wants to know any more.
    """
    # With the variables that a driver gets: PYTHONPATH wins over what is installed.
    command = [python, "-P", "-c", _ASK, project.resolve().as_uri(), *also]
    done = run(command, stop, environ=_environ(os.environ), doing="while it was asked what is installed")
    answers = [line for line in done.output.splitlines() if line.startswith(_MARK)]
    if done.code or not answers:
        raise RuntimeUnavailableError(f"{python} does not say what is installed in it: {last(done.said)}")
    answer = json.loads(answers[-1].removeprefix(_MARK))
    own = tuple(answer["own"])
    if not own:
        raise RuntimeUnavailableError("it installs no module, so there is nothing to measure of it")
    home = Path(python).absolute().parents[1]
    for name, places in answer["found"].items():
        if places and not any(Path(place).is_relative_to(home) for place in places):
            raise RuntimeUnavailableError(
                f"{name} would be imported from {places[0]} instead; take that folder out of PYTHONPATH"
                if name in own
                else f"it installs no {name}, as the other revision does, and would import {places[0]}, which is in"
                " neither; have the scenario in another folder, and run this in one"
            )
    return own


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
