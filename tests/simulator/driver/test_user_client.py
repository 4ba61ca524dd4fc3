"""A client of the user's own: found, made with what it asks for, and what is said where it is none."""

import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.driver.clients import Settings, adapter
from simulator.driver.clients.user_client import (
    ClientKindError,
    ClientResultError,
    ClientSpecError,
    ClientUnavailableError,
    check_response,
    find_client,
    kind_of,
)
from simulator.driver.shared.failure import Failure
from simulator.driver.strategies.connections import threads_share
from simulator.driver.strategies.jobs import client_of

SOURCE = """
class _Client:
    def fetch(self, url, headers=None): return 200, {}, url.encode()
    def close(self): pass

class Nothing(_Client):
    def __init__(self): self.made = ()

class Named(_Client):
    threads_share = True
    def __init__(self, base_url, *, timeout_s=9.0, mine="x"): self.made = (base_url, timeout_s, mine)

class All(_Client):
    def __init__(self, **settings): self.made = sorted(settings)

class Whole(_Client):
    def __init__(self, settings): self.made = settings

class Odd(_Client):
    def __init__(self, host, port): pass

class Loop:
    async def fetch(self, url, headers=None): return 200, {}, b""
    async def close(self): pass

class Mixed(Loop):
    def close(self): pass

class Unclosed:
    def fetch(self, url): pass

def function(settings): return _Client()
"""
SETTINGS = Settings("http://127.0.0.1:1", timeout_s=2.0)


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_fetching.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "my_broken.py").write_text("import no_such_library\n", encoding="utf-8")
    (tmp_path / "my_raising.py").write_text("1 / 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("my_fetching", "my_broken", "my_raising"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Nothing", ()),
        ("Named", ("http://127.0.0.1:1", 2.0, "x")),
        ("All", sorted(Settings._fields)),
        ("Whole", SETTINGS),
    ],
)
def test_it_is_made_with_what_it_asks_for(name: str, made: Any) -> None:
    assert adapter(f"my_fetching:{name}", "blocking")(SETTINGS).made == made


@pytest.mark.parametrize(
    ("target", "error", "words"),
    [
        ("my/fetching:All", ClientSpecError, "without .py and slashes"),
        ("my fetching:All", ClientSpecError, "write package.module:Client, as in mypkg.fetch:Client"),
        ("my_fetching:Nmaed", ClientSpecError, "my_fetching has no 'Nmaed'; did you mean Named?"),
        ("my_fetching:SETTINGS", ClientSpecError, "my_fetching has no 'SETTINGS'"),
        ("my_fetching:function", ClientSpecError, "is of type function; a client is a class"),
        (
            "my_fetching:Unclosed",
            ClientSpecError,
            r"has no method close; a client has fetch\(url, headers=None\)",
        ),
        ("my_fetching:Odd", ClientSpecError, "nobody knows its host, port; it may ask for base_url, "),
        ("my_fetching:Mixed", ClientSpecError, "fetch is a coroutine and close is not"),
        ("my_fetching:Loop", ClientKindError, "of kind asyncio .* needs one of kind blocking"),
        (
            "nowhere:Client",
            ClientUnavailableError,
            "there is no module 'nowhere'; choose the Python .* --python",
        ),
        ("my_broken:Client", ClientUnavailableError, "there is no module 'no_such_library'"),
    ],
)
def test_what_is_no_client_is_said(target: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        adapter(target, "blocking")


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("my_fetching:Loop", "unsupported", "needs one of kind blocking"),
        ("nowhere:Client", "unsupported", "there is no module 'nowhere'"),
        ("my_fetching:Odd", "failed", "nobody knows its host, port"),
        ("my_raising:Client", "failed", "importing the client my_raising:Client raised ZeroDivisionError"),
    ],
)
def test_a_job_says_whether_it_cannot_run_here_or_broke(target: str, status: str, words: str) -> None:
    with pytest.raises(Failure, match=words) as raised:
        client_of(target, "blocking")
    assert raised.value.status == status


def test_its_kind_is_that_of_its_fetch() -> None:
    assert kind_of(find_client("my_fetching:Loop"), "it") == "asyncio"
    assert kind_of(find_client("my_fetching:Named"), "it") == "blocking"


def test_it_says_itself_whether_threads_may_share_it() -> None:
    assert threads_share("my_fetching:Named")
    assert not threads_share("my_fetching:All")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "an object of type NoneType"),
        ((200, b""), "an object of type tuple"),
        (("200", {}, b""), "a status of type str"),
        ((200, None, b""), "headers of type NoneType"),
        ((200, {}, "text"), "a body of type str"),
    ],
)
def test_what_is_no_response_is_said(found: object, words: str) -> None:
    with pytest.raises(ClientResultError, match=f"fetch of mine:C returned {words}; return"):
        check_response(found, "mine:C")


def test_a_response_passes() -> None:
    check_response((200, {}, b""), "mine:C")
