"""The registry of clients and what is derived from it."""

import gzip
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from simulator.driver import clients
from simulator.driver.clients import CLIENTS, adapter, names
from simulator.driver.clients.decoding import decoded
from simulator.driver.libraries import LIBRARIES
from simulator.driver.shared.failure import Failure
from simulator.driver.strategies import connections
from simulator.driver.strategies.connections import refuse_encoding
from simulator.scenario import job


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in CLIENTS for kind in CLIENTS[name].kinds])
def test_each_row_names_an_adapter_of_each_kind_and_what_it_imports(name: str, kind: str) -> None:
    if find_spec(CLIENTS[name].module.partition(".")[0]) is None:
        pytest.skip(f"{name} is not installed")
    assert {"fetch", "close"} <= set(dir(adapter(name, kind)))
    assert CLIENTS[name].module in sys.modules


def test_a_scenario_allows_what_there_is() -> None:
    assert get_args(job.ClientName) == tuple(CLIENTS)
    for kind in ("blocking", "asyncio"):
        for name in CLIENTS:
            if name in names(kind):
                assert job.Clients.model_validate({kind: name})
            else:
                with pytest.raises(
                    ValidationError, match=f"allowed: {', '.join(names(kind))}, package.module:Client"
                ):
                    job.Clients.model_validate({kind: name})


@pytest.mark.parametrize("name", CLIENTS)
def test_an_adapter_is_small(name: str) -> None:
    path = Path(clients.__file__).with_name(f"{CLIENTS[name].adapter}.py")
    most = 60 if name != "socket" else 90
    assert len(path.read_text(encoding="utf-8").splitlines()) <= most


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("identity", None),
        ("gzip, deflate", None),
        ("gzip;q=0.5, *", None),
        (
            "xz",
            "the client http.client cannot decode xz in {python}; write another server.encoding or job.client",
        ),
    ],
)
def test_what_a_client_cannot_decode_is_unsupported(asked: str, wrong: str | None) -> None:
    if wrong is None:
        refuse_encoding(asked, "http.client")
        return
    with pytest.raises(Failure, match=re.escape(wrong.format(python=sys.executable))) as raised:
        refuse_encoding(asked, "http.client")
    assert raised.value.status == "unsupported"


def test_what_would_let_it_decode_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "is_there", lambda _: False)
    with pytest.raises(
        Failure, match=r"cannot decode br in .*; install brotli or brotlicffi there, or write"
    ):
        refuse_encoding("gzip, br", "urllib3")


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)],
)
def test_the_standard_library_decodes(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    assert decoded(encode(b"a page"), {"content-encoding": encoding}) == b"a page"
    assert decoded(b"a page", {}) == b"a page"


def test_what_it_does_not_decode_is_said() -> None:
    with pytest.raises(ValueError, match="encoded with xz, for which this Python has no library"):
        decoded(b"", {"content-encoding": "xz"})


def test_the_registries_import_no_library() -> None:
    program = (
        "import sys, simulator.driver.libraries; print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"aiohttp", "bs4", "httpx", "lxml", "selectolax", "uvloop"})
    assert "aiohttp" in LIBRARIES
