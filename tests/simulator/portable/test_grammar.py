"""Every file of the portable driver, those it shares among them, is in the syntax that Python 2.7 and 3.4 share."""

import ast
import io
import json
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.runner.driver_process import DRIVER, PORTABLE_DRIVER
from tests.interpreters import interpreter

FILES = sorted((*PORTABLE_DRIVER.glob("*.py"), *(DRIVER / "shared").glob("*.py")))


NEWER = (
    *(ast.AnnAssign, ast.JoinedStr, ast.NamedExpr, ast.YieldFrom, ast.Nonlocal, ast.MatMult, ast.Match),
    *(ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await, ast.TryStar),
)


def is_newer(node: ast.AST) -> bool:
    """Whether Python 2.7 does not have this."""
    match node:
        case ast.arguments():
            return bool(node.kwonlyargs or node.posonlyargs)
        case ast.List() | ast.Tuple() | ast.Set():
            return any(isinstance(item, ast.Starred) for item in node.elts)
        case (
            ast.arg(annotation=ast.expr())
            | ast.FunctionDef(returns=ast.expr())
            | ast.Raise(cause=ast.expr())
            | ast.ClassDef(keywords=[_, *_])  # a metaclass
            | ast.Call(func=ast.Name("super"), args=[])
            | ast.Call(func=ast.Name("open"))  # Python 2's knows no encoding: io.open
        ):
            return True
    return isinstance(node, NEWER) or (isinstance(node, ast.Dict) and None in node.keys)


def newer_than_2_7(source: str) -> Iterator[str]:
    """Yield what Python 2.7 does not have, with the line of each."""
    for node in ast.walk(ast.parse(source, feature_version=(3, 4))):
        if is_newer(node):
            yield f"line {getattr(node, 'lineno', '?')}: {ast.unparse(node)}"
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        wrong = (token.type == tokenize.NUMBER and "_" in token.string) or (
            # br"" is what both have, and unicode_literals make u"" needless
            token.type == tokenize.STRING and token.string.lower().startswith(("rb", "u"))
        )
        if wrong:
            yield f"line {token.start[0]}: {token.string}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_newer_than_python_2_7(path: Path) -> None:
    assert list(newer_than_2_7(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_text_is_text_and_letters_are_declared_for_python_2(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if not source.isascii():
        assert "coding: utf-8" in source.splitlines()[0], "Python 2 reads a file as ASCII otherwise"
    if path.name not in ("__init__.py", "__main__.py"):
        assert "from __future__ import absolute_import, division, unicode_literals" in source


@pytest.mark.parametrize(
    "source",
    [
        "f'{1}'",
        "x: int = 1",
        "def f(*, a): pass",
        "def f() -> int: pass",
        "1_000",
        "rb''",
        "super()",
        "{**a}",
    ],
)
def test_the_check_finds_what_is_newer(source: str) -> None:
    try:
        found = list(newer_than_2_7(source))
    except SyntaxError:
        return  # not even Python 3.4's
    assert found


@pytest.mark.parametrize("name", ["pypy3", "jython", "ipy"])
def test_other_pythons_compile_every_file(name: str) -> None:
    program = (
        "import io, json, sys\n"
        "for path in json.loads(sys.argv[1]):\n"
        "    compile(io.open(path, 'rb').read(), str(path), 'exec')\n"
        "print(len(json.loads(sys.argv[1])))\n"
    )
    done = subprocess.run(
        [interpreter(name), "-c", program, json.dumps([str(path) for path in FILES])],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout.strip() == str(len(FILES)), done.stderr


def test_it_needs_nothing_but_the_standard_library() -> None:
    # Imported without site-packages and without the project: what it lacks would be told.
    program = (
        f"import runpy, sys; runpy.run_path({str(PORTABLE_DRIVER / '__main__.py')!r});"
        "import simulator_portable.main, simulator_portable.shared.html_page;"
        "print(sorted(name for name in sys.modules if name.startswith(('simulator.', 'mockserver'))))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
