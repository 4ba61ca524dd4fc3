"""Whether a function can be found is told without running anything of the user's."""

from pathlib import Path

import pytest

from simulator.environment.finding import why_not_found

SHOP = """\
from elsewhere import a as imported
import os.path
raise RuntimeError("nothing of this is run")
def parse(body): return {}
class Page:
    @staticmethod
    def parse(body):
        global made
        made = 1
try:
    tried = 1
except ImportError as caught: pass
for looped in (): pass
with open("x") as opened: (first, *rest) = 1, 2
annotated: object
if walrus := 1:
    def nested(body): pass
async def waits(body): pass
match 1:
    case captured: pass
"""
BOUND = (
    *("imported", "os", "parse", "Page.parse", "made", "tried", "caught", "looped", "opened", "first"),
    *("rest", "annotated", "walrus", "nested", "waits", "captured"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "shop.py": SHOP,
        "broken.py": "def parse(body):\n    return (\n",
        "latin.py": "# -*- coding: latin-1 -*-\ndef pars\xe9(body): pass\n",
        "pkg/__init__.py": "from .pages import helper\n",
        "pkg/pages.py": "def listing(body): pass\n",
        "bare/inner/pages.py": "def listing(body): pass\n",
        "lazy/__init__.py": "def __getattr__(name): ...\n",
        "starred.py": "from os import *\n",
        "made.py": "globals().update(parse=print)\n",
        "built.so": "not text",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="latin-1")
    return tmp_path


def why(target: str, folder: Path, *, here: bool = True) -> str:
    return why_not_found(target, [str(folder)], here=here) or ""


@pytest.mark.parametrize("name", BOUND)
def test_whatever_binds_a_name_at_top_level_has_it(folder: Path, name: str) -> None:
    assert why(f"shop:{name}", folder) == ""


@pytest.mark.parametrize(
    "target",
    [
        *("pkg:helper", "pkg:pages.listing", "pkg.pages:listing", "bare.inner.pages:listing", "latin:parsé"),
        *("starred:any", "made:parse", "lazy:any", "lazy.any:any"),  # their names may come from elsewhere
        *("json:loads", "pytest:main", "rich.no_such:x"),  # not the user's
    ],
)
def test_what_is_there_or_may_be_is_not_refused(folder: Path, target: str) -> None:
    assert why(target, folder) == ""


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("shop:prase", "shop has no 'prase' ({}/shop.py); did you mean parse?"),
        ("shop:imprted", "shop has no 'imprted' ({}/shop.py); did you mean imported?"),
        ("shop:zzz", "shop has no 'zzz' ({}/shop.py); it has parse and Page"),
        ("pkg.pages:listng", "pkg.pages has no 'listng' ({}/pkg/pages.py); did you mean listing?"),
        ("pkg.page:listing", "pkg has no module 'page' ({}/pkg); did you mean pages?"),
        ("shop.pages:x", "shop is a file, not a package, and has no module pages ({}/shop.py)"),
        ("bare.inner:listing", "bare.inner has no 'listing' ({}/bare/inner); it has pages"),
        ("broken:parse", "{}/broken.py, line 2: '(' was never closed; correct it"),
        ("shpo:parse", "did you mean shop?"),
        ("no_such_module:parse", "correct the name, or name the Python that has it with --python"),
    ],
)
def test_what_is_certainly_wrong_is_said_with_what_to_write(folder: Path, target: str, said: str) -> None:
    assert said.format(folder) in why(target, folder)


@pytest.mark.parametrize("target", ["no_such_module:x", "broken:parse", "pkg.page:x", "bare.inner:listing"])
def test_another_python_may_have_what_this_one_has_not(folder: Path, target: str) -> None:
    assert why(target, folder, here=False) == ""


def test_a_file_of_the_users_is_judged_for_every_python(folder: Path) -> None:
    assert "did you mean parse?" in why("shop:prase", folder, here=False)
