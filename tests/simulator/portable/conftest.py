"""The Pythons that the portable driver is tested on: this one always, the others where they are on PATH."""

import sys

import pytest

from tests.interpreters import interpreter

PYTHONS = ("this", "pypy3", "jython")


@pytest.fixture(params=PYTHONS, scope="package")
def python(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return sys.executable if name == "this" else interpreter(name)
