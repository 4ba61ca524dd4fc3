"""The Pythons that the portable driver is tested on: this one always, the others where they are on PATH."""

import sys

import pytest

from tests.interpreters import interpreter

PYTHONS = ("this", "pypy3", "jython", "ipy")


LITTLE_OF_A_JVM = [
    pytest.param(
        name, marks=[pytest.mark.xdist_group(name), *([pytest.mark.truth] if name == "jython" else [])]
    )
    for name in PYTHONS
]
"""What this Python and PyPy show at each run of the tests, Jython, which takes ten seconds for it, as truth."""


# One worker runs all tests of one Python: two Java machines at a time would take longer than one after the other.
@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in PYTHONS], scope="package"
)
def python(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return sys.executable if name == "this" else interpreter(name)
