"""On each Python: the canonical texts, page records, chosen pages and arrivals of the main driver, to the letter."""

import json
import random
import struct
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest

from mockserver.catalogue import page_of_items
from simulator.driver.arrivals import offsets_ns
from simulator.driver.canonical import canonical
from simulator.driver.parsers.html_parser import parse
from simulator.runner.driver_process import PORTABLE_DRIVER
from tests.simulator.driver.jobs import JOB, spec

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
IMPORTS = "import collections, datetime, decimal, fractions, io, json, struct, sys, uuid\n"
PARTS = 1000


def floats() -> list[int]:
    """Return the bits of floats of every size, prices among them."""
    draw = random.Random(7)  # noqa: S311 - the same ones each time
    sizes = [struct.unpack("<Q", struct.pack("<d", draw.randrange(10**7) / 100))[0] for _ in range(PARTS)]
    return sizes + [draw.getrandbits(63) % (0x7FF << 52) for _ in range(PARTS)]


def told(python: str, folder: Path, program: str) -> object:
    """Run a program that imports from the portable driver and prints JSON."""
    (folder / "program.py").write_text(
        "# -*- coding: utf-8 -*-\n" + IMPORTS + f"sys.dont_write_bytecode = True\n"
        f"sys.path.insert(0, {str(PORTABLE_DRIVER.parent)!r})\n{program}",
        encoding="utf-8",
    )
    done = subprocess.run(
        [python, str(folder / "program.py")], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_equal_values_have_the_same_canonical_text(python: str, tmp_path: Path) -> None:
    names: dict[str, object] = {}
    exec(IMPORTS, names)  # noqa: S102 - the same source here and there
    expected = [canonical(value) for value in eval(VALUES, names)]  # noqa: S307 - the same source here and there
    found = told(
        python,
        tmp_path,
        "from portable.canonical import canonical\n"
        f"print(json.dumps([canonical(value) for value in {VALUES}]))\n",
    )
    assert found == expected


def test_floats_are_written_with_the_fewest_digits(python: str, tmp_path: Path) -> None:
    bits = floats()
    (tmp_path / "bits.json").write_text(json.dumps(bits))
    found = told(
        python,
        tmp_path,
        "from portable.canonical import canonical, _shortest\n"
        f"bits = json.load(io.open({str(tmp_path / 'bits.json')!r}))\n"
        "values = [struct.unpack('<d', struct.pack('<Q', one))[0] for one in bits]\n"
        "print(json.dumps([[canonical(value), _shortest(value)] for value in values]))\n",
    )
    expected = [canonical(struct.unpack("<d", struct.pack("<Q", one))[0]) for one in bits]
    assert found == [[text, text] for text in expected]


def test_pages_have_the_same_record(python: str, tmp_path: Path) -> None:
    pages = [page_of_items(3, index, 25) for index in range(8)]
    for index, body in enumerate(pages):
        (tmp_path / f"{index}.html").write_bytes(body)
    found = told(
        python,
        tmp_path,
        "from portable.canonical import canonical\nfrom portable.html_page import parse\n"
        f"folder = {str(tmp_path)!r}\n"
        "bodies = [io.open('%s/%d.html' % (folder, i), 'rb').read() for i in range(8)]\n"
        "print(json.dumps([canonical(parse(body, '')) for body in bodies]))\n",
    )
    assert found == [canonical(parse(body, "")) for body in pages]


@pytest.mark.parametrize("process", ["poisson", "constant"])
def test_open_arrivals_are_due_at_the_same_moments(python: str, process: str, tmp_path: Path) -> None:
    job = {**JOB, "pages": 700, "arrivals": {"process": process, "rate_per_s": 130.0}, "seed": 2**40 + 3}
    found = told(
        python,
        tmp_path,
        "from portable.spec import Spec\nfrom portable.tickets import offsets_ns\n"
        f"print(json.dumps(offsets_ns(Spec(json.loads({json.dumps(job)!r})))))\n",
    )
    expected = offsets_ns(spec(process, 130.0, pages=700, seed=2**40 + 3))
    assert expected is not None
    # The last digit of a logarithm may differ from one C library to the JVM's.
    assert found == pytest.approx(expected.tolist(), abs=2)


def test_the_same_pages_get_one_more_parse(python: str, tmp_path: Path) -> None:
    work = {"repeats": 2, "extra_fraction": 0.4, "units": None}
    job = {**JOB, "work": work, "parser": {"function": "counting:parse"}}
    (tmp_path / "counting.py").write_text("calls = []\ndef parse(body): calls.append(body)\n")
    found = told(
        python,
        tmp_path,
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "import counting\nfrom portable.parsers import bind\nfrom portable.spec import Spec\n"
        f"parse = bind(Spec(json.loads({json.dumps(job)!r})))\n"
        "numbers = []\n"
        "for page in range(100):\n"
        "    counting.calls[:] = []\n"
        "    parse(page, b'')\n"
        "    numbers.append(len(counting.calls))\n"
        "print(json.dumps(numbers))\n",
    )
    expected = [2 + (crc32(b"%d:%d" % (JOB["seed"], page)) < round(0.4 * 2**32)) for page in range(100)]
    assert found == expected
    assert sys.maxsize > sum(expected) - 200 > 0
