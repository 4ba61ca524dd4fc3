"""On each Python what both drivers share gives this one's values, to the letter, whatever its own library is like."""

import json
import random
import struct
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mockserver.catalogue import page_of_items
from simulator.driver.parsers import BUILT_IN
from simulator.driver.shared.canonical import canonical
from simulator.driver.shared.html_page import parse
from simulator.driver.shared.work import chooser
from simulator.runner.driver_process import PORTABLE_DRIVER
from tests.simulator.driver.jobs import JOB, spec
from tests.simulator.portable.conftest import LITTLE_OF_A_JVM

pytestmark = pytest.mark.parametrize("python", LITTLE_OF_A_JVM, indirect=True)

VALUES = """[
    None, True, False, 0, -1, 2**31, 2**64, -(2**1024), 1.0, -0.0, 0.1, 1e16, 1e15, 123456789012345680.0, 1e-5, 0.0001,
    5e-324, 2e23, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 1 + 2j, "text", u"\\xfc \\u4e1c",
    u"\\U0001f600 \\x7f \\" \\\\ \\n", b"\\xff\\x00", bytearray(b"ab"), [1, [2, "three"]], (1, 2), set([3, 1, 2]),
    frozenset(["b", "a"]), {"b": 1, u"a": [None]}, {1: 2, "x": (3,)}, {"nested": {"deep": {u"\\u20ac": 1.5}}},
    collections.deque([1]), datetime.datetime(2026, 1, 2, 3, 4, 5, 6), datetime.date(2026, 1, 2), datetime.time(1, 2),
    datetime.timedelta(1, 2, 3), decimal.Decimal("1.50"), fractions.Fraction(1, 3),
    uuid.UUID("12345678123456781234567812345678"), collections.namedtuple("Point", "x y")(1, 2),
    collections.OrderedDict([("z", 1), ("a", 2)]),
]"""
IMPORTS = "import collections, datetime, decimal, fractions, io, json, runpy, struct, sys, uuid\n"
PARTS = 1000


def floats() -> list[int]:
    """Return the bits of floats of every size, prices among them."""
    draw = random.Random(7)  # noqa: S311 - the same ones each time
    sizes = [struct.unpack("<Q", struct.pack("<d", draw.randrange(10**7) / 100))[0] for _ in range(PARTS)]
    return sizes + [draw.getrandbits(63) % (0x7FF << 52) for _ in range(PARTS)]


PAGES = [page_of_items(3, index, 25) for index in range(8)]
OPEN = {
    process: {**JOB, "pages": 700, "arrivals": {"process": process, "rate_per_s": 130.0}, "seed": 2**40 + 3}
    for process in ("poisson", "constant")
}
PROGRAM = f"""# -*- coding: utf-8 -*-
{IMPORTS}
sys.dont_write_bytecode = True
given = json.load(io.open(sys.argv[1], encoding="utf-8"))
runpy.run_path(str(given["portable"]))
from simulator_portable.shared.canonical import canonical, _shortest
from simulator_portable.shared.html_page import parse
from simulator_portable.shared.work import chooser
from simulator_portable.parsers import BUILT_IN
from simulator_portable.spec import Spec

floats = [struct.unpack("<d", struct.pack("<Q", bits))[0] for bits in given["floats"]]
bodies = [io.open("%s/%d.html" % (given["folder"], i), "rb").read() for i in range(given["pages"])]
print(json.dumps({{
    "values": [canonical(value) for value in {VALUES}],
    "floats": [[canonical(value), _shortest(value)] for value in floats],
    "pages": [canonical(parse(body, "")) for body in bodies],
    "offsets": dict((name, Spec(job).offsets_ns()) for name, job in given["open"].items()),
    "chosen": [page for page in range(100) if chooser(0.4, 3)(page)],
    "parsers": BUILT_IN,
}}))
"""


@cache
def answers(python: str, folder: Path) -> dict[str, Any]:
    """Return what one start of that Python gave: a JVM takes seconds for each."""
    (folder / "program.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "counting.py").write_text("calls = []\ndef parse(body): calls.append(body)\n")
    for index, body in enumerate(PAGES):
        (folder / f"{index}.html").write_bytes(body)
    given = {
        "portable": str(PORTABLE_DRIVER / "__main__.py"),
        "folder": str(folder),
        "floats": floats(),
        "pages": len(PAGES),
        "open": OPEN,
    }
    (folder / "given.json").write_text(json.dumps(given))
    done = subprocess.run(
        [python, str(folder / "program.py"), str(folder / "given.json")],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("told")


@pytest.fixture
def told(python: str, empty: Path) -> dict[str, Any]:
    return answers(python, empty)


def test_equal_values_have_the_same_canonical_text(told: dict[str, Any]) -> None:
    names: dict[str, Any] = {}
    exec(IMPORTS, names)  # noqa: S102 - the same source here and there
    values = eval(VALUES, names)  # noqa: S307 - the same source here and there
    assert told["values"] == [canonical(value) for value in values]


def test_floats_are_written_with_the_fewest_digits(told: dict[str, Any]) -> None:
    expected = [canonical(struct.unpack("<d", struct.pack("<Q", one))[0]) for one in floats()]
    assert told["floats"] == [[text, text] for text in expected]


def test_pages_have_the_same_record(told: dict[str, Any]) -> None:
    assert told["pages"] == [canonical(parse(body, "")) for body in PAGES]


@pytest.mark.parametrize("process", ["poisson", "constant"])
def test_open_arrivals_are_due_at_the_same_moments(told: dict[str, Any], process: str) -> None:
    expected = spec(process, 130.0, pages=700, seed=2**40 + 3).offsets_ns()
    assert expected is not None
    # The last digit of a logarithm may differ from one C library to the JVM's.
    assert told["offsets"][process] == pytest.approx(expected.tolist(), abs=2)


def test_the_same_pages_get_one_more_parse(told: dict[str, Any]) -> None:
    assert told["chosen"] == [page for page in range(100) if chooser(0.4, 3)(page)]
    assert 0 < len(told["chosen"]) < 100


def test_its_parsers_are_those_that_need_nothing_but_python(told: dict[str, Any]) -> None:
    assert told["parsers"] == [name for name, parser in BUILT_IN.items() if parser.package is None]
