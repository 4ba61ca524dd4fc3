"""The page's server over real sockets: who may, what is refused, and that nothing is left."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from simulator.lab.measuring import Measurements, Place
from simulator.lab.server import Site, serve
from tests.simulator.lab.served import LONG, QUICK, environment, left, running
from tests.simulator.lab.test_point import AT

TOKEN = "token-of-this-test"
ASKED = {**AT, "latency_ms": 3, "parse_ms": 0, "in_flight": 2, "strategies": ["threads"]}


@asynccontextmanager
async def served(
    folder: Path, monkeypatch: pytest.MonkeyPatch, settings: tuple[str, ...] = QUICK, grace_s: float = 60
) -> AsyncIterator[tuple[str, Measurements]]:
    for name, value in environment(settings, folder).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    measurements = Measurements(
        Place({"blocking": "http.client", "asyncio": "aiohttp"}, (0, 1), "3.11", more=("--no-rerun",))
    )
    loop = asyncio.get_running_loop()
    address: asyncio.Future[str] = loop.create_future()
    stop = asyncio.Event()
    site = Site("<p>the page", TOKEN, grace_s=grace_s)
    task = asyncio.create_task(serve(site, measurements, port=0, ready=address.set_result, stop=stop))
    try:
        yield await address, measurements
    finally:
        stop.set()
        await task
    assert running(folder) == {}
    assert left(folder) == []


async def post(url: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=body, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def get(url: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def events(url: str, until: Any) -> list[dict[str, Any]]:
    """Listen as a tab does, until what is heard is enough."""
    heard: list[dict[str, Any]] = []
    async with (
        aiohttp.ClientSession(read_bufsize=1 << 22) as session,
        session.get(f"{url}events", timeout=aiohttp.ClientTimeout(60)) as answer,
    ):
        async for line in answer.content:
            if line.startswith(b"data: "):
                heard.append(json.loads(line[6:]))
                if until(heard):
                    return heard
    return heard


async def test_the_page_is_there_and_keeps_its_address_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path, monkeypatch) as (url, _), aiohttp.ClientSession() as session:
        assert url.startswith("http://127.0.0.1:")
        async with session.get(url) as answer:
            assert await answer.text() == "<p>the page"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert (await get(url.replace("127.0.0.1", "localhost")))[0] == 200


@pytest.mark.parametrize(
    ("path", "headers", "why"),
    [
        ("", {"Host": "evil.example"}, "Host 'evil.example' is refused"),
        ("", {"Host": "127.0.0.1:1"}, "is refused"),
        ("", {"Host": "[::1]"}, "is refused"),
        ("", {"Origin": "http://evil.example"}, "a page of 'http://evil.example'"),
        ("events", {"Origin": "null"}, "a page of 'null'"),
        ("", {"Origin": "http://127.0.0.1:1"}, "a page of"),
    ],
)
async def test_others_are_told_why_not(
    path: str, headers: dict[str, str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path, monkeypatch) as (url, measurements):
        status, text = await get(url + path, **headers)
        assert (status, why in json.loads(text)["error"]) == (403, True)
        status, _ = await post(f"{url}measure", ASKED, **headers)
        assert status == 403
        assert measurements.going is None


async def test_without_the_token_nothing_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(tmp_path, monkeypatch) as (url, _):
        root = url.removesuffix(f"{TOKEN}/")
        for path in ("", "x/", f"{TOKEN}x/", "measure", "\udce9".encode(errors="surrogateescape").hex()):
            status, text = await get(root + path)
            assert (status, "lacks its token" in text) == (403, True)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({}, "latency_ms: field required"),
        ({**ASKED, "in_flight": 5000}, "in_flight: at most 1,000"),
        ({**ASKED, "strategies": ["nobody"]}, "strategies.0"),
        ({**ASKED, "client": "evil:Client"}, "client: extra"),
        ([], "the point"),
    ],
)
async def test_what_is_no_point_is_told(
    body: Any, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path, monkeypatch) as (url, measurements):
        status, answer = await post(f"{url}measure", body)
        assert (status, why in answer["error"]) == (400, True), answer
        assert measurements.going is None


async def test_a_form_of_another_page_is_no_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        served(tmp_path, monkeypatch) as (url, _),
        aiohttp.ClientSession() as session,
        session.post(f"{url}measure", data=json.dumps(ASKED)) as answer,
    ):
        assert answer.status == 415


async def test_a_point_is_measured_one_at_a_time_and_told_to_every_tab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(tmp_path, monkeypatch) as (url, _):
        one = asyncio.create_task(events(url, lambda heard: heard[-1].get("results")))
        other = asyncio.create_task(events(url, lambda heard: heard[-1].get("results")))
        assert (await post(f"{url}measure", ASKED))[0] == 202
        status, answer = await post(f"{url}measure", ASKED)
        assert (status, "another point" in answer["error"]) == (409, True)
        for heard in (await one, await other):
            phases = [message["running"]["phase"] for message in heard if message["running"]]
            assert any(phase.startswith("measuring ") for phase in phases)
            result = heard[-1]["results"][0]
            assert result["cells"]["threads"]["median"] > 0
            assert result["point"] == {name: value for name, value in ASKED.items() if name != "strategies"}
        again = await events(url, lambda heard: heard)
        assert again[0]["results"] == heard[-1]["results"]


async def test_what_is_cancelled_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(tmp_path, monkeypatch, LONG) as (url, _):
        await post(f"{url}measure", {**ASKED, "held_percent": 50, "parse_ms": 1})
        seen = asyncio.create_task(events(url, lambda heard: heard[-1]["running"] is None))
        await events(url, lambda heard: (heard[-1]["running"] or {}).get("planned"))
        assert (await post(f"{url}cancel", {}))[0] == 202
        assert (await seen)[-1]["told"].startswith("Cancelled")


async def test_what_nobody_looks_at_any_more_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(tmp_path, monkeypatch, LONG, grace_s=0) as (url, measurements):
        await post(f"{url}measure", ASKED)
        await events(url, lambda heard: (heard[-1]["running"] or {}).get("planned"))
        while measurements.going is not None:
            await measurements.change()
        assert measurements.told.startswith("Cancelled")


async def test_what_goes_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(tmp_path, monkeypatch) as (url, _):
        monkeypatch.setenv("SIMULATOR_STORE", str(tmp_path))
        await post(f"{url}measure", ASKED)
        heard = await events(url, lambda heard: heard[-1]["running"] is None and heard[-1]["told"])
        assert str(tmp_path) in heard[-1]["told"]
