"""Other Pythons for tests that need one: looked for on PATH; where there is none, the test is skipped and says so."""

import shutil

import pytest


def command(name: str) -> str:
    """Return what an interpreter is called on PATH: `3.13t` is python3.13t, `pypy3` is itself."""
    return f"python{name}" if name[0].isdigit() else name


def interpreter(name: str) -> str:
    """Return the path of an interpreter, or skip the test."""
    found = shutil.which(command(name))
    if found is None:
        pytest.skip(f"needs {command(name)} on PATH")
    return found
