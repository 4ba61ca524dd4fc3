"""A mock server that is asked for all kinds of things. For `benchmarks.campaign`."""

import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit

from hypothesis import strategies as st

from benchmarks.aftermath import World
from benchmarks.fuzzed import Strategy, configurations, drawn
from mockserver import openapi

TOKEN = "of-the-campaign"  # noqa: S105 - of a server that lives for a moment
ODD = ("/__admin/", "/__admin/nothing", "/__admin/../config", "//", "/nothing", "/pages/", "/pages/1/2")
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS")
PATIENCE_S = 15.0
"""For an answer. A page comes after its delay, which is asked away."""
_BROKEN = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.NOT_IMPLEMENTED)
_TOLD = 600


def of_requests(folder: Path, seed: int, number: int) -> tuple[Counter[str], list[str]]:
    """Ask so many times; return how often each status came, and the faults."""
    done, faults = Counter[str](), list[str]()
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "pages" / "0.html").write_text("<!doctype html><title>0</title>", "utf-8")
    world = World(folder)
    with server(world) as (address, process):
        for method, path, body in drawn(_requests(), seed, number):
            asked = f"{method} {path} {body!r}"[:_TOLD]
            try:
                status = _answer(address, method, path, body)
            except (OSError, http.client.HTTPException) as error:
                faults.append(f"{asked}: {type(error).__name__}: {error}")
                status = 0
            done[f"{status}"] += 1
            if status in _BROKEN:
                faults.append(f"{asked}: {status}")
            if process.poll() is not None:
                faults.append(f"{asked}: the server ended with {process.returncode}")
                return done, faults
        if (status := _answer(address, "GET", "/__admin/health", "")) != HTTPStatus.OK:
            faults.append(f"at the end its health is answered with {status}")
        process.terminate()
        _, errors = process.communicate(timeout=PATIENCE_S)
        if "Traceback" in errors:
            faults.append(f"a traceback: …{errors[-_TOLD:]}")
    return done, [*faults, *world.end_all(), *world.lying_about()]


def _requests() -> Strategy:
    documents = st.one_of(configurations(wild=False), configurations(wild=True)).map(json.dumps)
    configured = st.tuples(st.just("PUT"), st.just("/__admin/config"), documents)
    pages = st.tuples(
        st.just("GET"),
        st.one_of(st.integers(0, 1 << 70).map("/pages/{}".format), st.text(max_size=9).map("/{}".format)),
        st.just(""),
    )
    others = st.tuples(
        st.sampled_from(METHODS),
        st.sampled_from([*openapi.document()["paths"], *ODD]),
        st.one_of(st.just(""), st.text(max_size=30), documents),
    )
    return st.one_of(configured, configured, pages, others)


def _answer(address: str, method: str, path: str, body: str) -> int:
    """Ask, and read the answer; return its status."""
    to = urlsplit(address)
    connection = http.client.HTTPConnection(to.hostname or "", to.port, timeout=PATIENCE_S)
    query = "?latency=0ms" if path.startswith("/pages/") else ""
    try:
        target = quote_from_bytes(path.encode("utf-8", "surrogatepass"), safe="/._")
        headers = {"Authorization": f"Bearer {TOKEN}"}
        connection.request(method, target + query, body.encode("utf-8", "surrogatepass"), headers)
        answer = connection.getresponse()
        if method != "POST" or not path.endswith("lease"):  # which is held as long as the connection is
            answer.read()
        return answer.status
    finally:
        connection.close()


@contextmanager
def server(world: World) -> "Iterator[tuple[str, subprocess.Popen[str]]]":
    """Start a mock server; yield its address and its process, and end it."""
    process = world.start("serve", "--port", "0", "--token", TOKEN, "--root", "pages", program="mockserver")
    try:
        yield _address(process), process
    finally:
        if process.poll() is None:
            process.kill()
        with suppress(ValueError):  # it was read to its end
            process.communicate()


def _address(process: "subprocess.Popen[Any]") -> str:
    line = "" if process.stdout is None else str(process.stdout.readline())
    found = next((word for word in line.split() if word.startswith("http://")), None)
    if found is None:
        sys.stderr.write(line)
        raise RuntimeError("the mock server did not start")
    return found
