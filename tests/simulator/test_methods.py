"""Whether a client of the user's blocks is told without running anything of it."""

from pathlib import Path

import pytest

from simulator.environment.methods import is_coroutine

CLIENTS = """\
import functools
raise RuntimeError("nothing of this is run")
class Blocking:
    def fetch(self, url): ...
class Loop:
    async def fetch(self, url): ...
    class Inner:
        def fetch(self, url): ...
class Inherits(Loop):
    async def close(self): ...
class Wrapped:
    @functools.cache
    def fetch(self, url): ...
class Streams:
    async def fetch(self, url): yield url
class Assigned:
    def fetch(self, url): ...
    fetch = functools.partial(fetch, None)
class Twice:
    def fetch(self, url): ...
class Twice:
    async def fetch(self, url): ...
class Replaced:
    def fetch(self, url): ...
Replaced = Loop
if True:
    class Hidden:
        def fetch(self, url): ...
class Chosen:
    if True:
        async def fetch(self, url): ...
@functools.cache
class Decorated:
    def fetch(self, url): ...
def function(): ...
"""


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "clients.py").write_text(CLIENTS)
    (tmp_path / "broken.py").write_text("class Client:\n    def fetch(self\n")
    (tmp_path / "binary.so").write_text("not text")
    return [str(tmp_path)]


@pytest.mark.parametrize(("name", "found"), [("Blocking", False), ("Loop", True), ("Loop.Inner", False)])
def test_a_method_that_is_written_there_is_what_it_says(name: str, found: object, folders: list[str]) -> None:
    assert is_coroutine(f"pkg.clients:{name}", "fetch", folders) is found


@pytest.mark.parametrize(
    "target",
    [
        *(
            f"pkg.clients:{name}"
            for name in ("Inherits", "Wrapped", "Streams", "Assigned", "Twice", "Replaced")
        ),
        *(
            f"pkg.clients:{name}"
            for name in ("Hidden", "Chosen", "Decorated", "function", "none", "Loop.none")
        ),
        *(
            "pkg.none:Client",
            "none:Client",
            "broken:Client",
            "binary:Client",
            "json:JSONDecoder",
            "pkg:Client",
        ),
    ],
)
def test_what_is_not_certain_is_not_told(target: str, folders: list[str]) -> None:
    assert is_coroutine(target, "fetch", folders) is None
