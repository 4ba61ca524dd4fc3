import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mockserver.config import ServerConfig
from mockserver.process import MockServer, ServerStartError

Start = Callable[..., MockServer]
Get = Callable[..., tuple[int, dict[str, str], bytes]]

COMMAND = [sys.executable, "-m", "mockserver", "serve"]
SMALL = ["--port", "0", "--count", "2", "--items", "1"]


def wait_until_gone(pids: tuple[int, ...]) -> None:
    """Wait for the end of processes that are nobody's children here."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([descriptor], [], [], 10)[0], f"process {pid} is still there"
        finally:
            os.close(descriptor)


def worker_pids(url: str) -> tuple[int, ...]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("GET", "/__admin/health")
    pids = tuple(json.loads(connection.getresponse().read())["pids"])
    connection.close()
    return pids


@pytest.mark.parametrize("workers", [1, 2])
def test_it_is_ready_when_start_returns_and_gone_when_stop_does(start: Start, get: Get, workers: int) -> None:
    server = start({"workers": workers})
    assert get(server, "/pages/0")[0] == 200
    assert server.alive()
    assert len(set(server.pids)) == workers
    server.stop()
    server.stop()
    assert not server.alive()
    assert server.last_words() == ""
    wait_until_gone(server.pids)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_at_once_also_with_requests_in_flight(
    serve: Callable[..., Any], workers: str, number: signal.Signals, code: int
) -> None:
    url, process, _ = serve("--latency", "5m", "--workers", workers)
    pids = worker_pids(url)
    host, port = url.removeprefix("http://").split(":")
    waiting = [socket.create_connection((host, int(port)), timeout=20) for _ in range(4)]
    for connection in waiting:
        connection.sendall(b"GET /pages/0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    in_flight = http.client.HTTPConnection(host, int(port), timeout=20)
    while True:
        in_flight.request("GET", "/__admin/stats")
        if json.loads(in_flight.getresponse().read())["in_flight"] == 4:
            break
    process.send_signal(number)
    # The requests in flight had five minutes to go.
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (code, "")
    for connection in waiting:
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(10) == b""
        connection.close()
    in_flight.close()
    wait_until_gone(pids)


OWNER = """
import json, sys, threading
from mockserver.config import ServerConfig
from mockserver.process import MockServer
server = MockServer.start(ServerConfig.model_validate(json.loads(sys.argv[1])))
print(json.dumps(server.pids), flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("workers", [1, 3])
def test_a_killed_owner_leaves_no_server_behind(workers: int) -> None:
    document = {"workers": workers, "content": {"kind": "catalogue", "count": 1, "items": 1}}
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, json.dumps(document)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pids = tuple(json.loads(owner.stdout.readline()))
    assert len(pids) == workers
    owner.kill()
    owner.communicate()
    wait_until_gone(pids)


def test_a_killed_supervisor_leaves_no_worker_behind(
    serve: Callable[..., Any],
) -> None:
    url, process, _ = serve("--workers", "2")
    pids = worker_pids(url)
    process.kill()
    process.wait()
    wait_until_gone(pids)


def test_when_one_worker_dies_all_end_and_it_is_said(
    serve: Callable[..., Any],
) -> None:
    url, process, _ = serve("--workers", "3")
    pids = worker_pids(url)
    os.kill(pids[1], signal.SIGKILL)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 1
    assert f"worker {pids[1]} was killed by SIGKILL; the whole server ends" in errors
    wait_until_gone(pids)


def test_the_greeting_says_how_to_use_it(serve: Callable[..., Any]) -> None:
    url, process, _ = serve("--latency", "{p50: 40ms, p99: 400ms}")
    assert process.stdout is not None
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert (
        "2 generated pages, products on each: 1; latency percentiles (p50 40ms, p99 400ms); 1 worker" in rest
    )
    assert f"curl -i {url}/pages/0" in rest
    assert f'curl -X PUT {url}/__admin/config -d \'{{"latency": "80ms"}}\'' in rest
    assert "Ctrl-C" in rest


def test_the_old_name_of_an_option_is_taken_and_told() -> None:
    result = subprocess.run(
        [*COMMAND, "--port", "0", "--pages", "/nowhere"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    said, refused = result.stderr.splitlines()
    assert said == "mockserver: --pages is --pages-from now; the old name is taken in this version still"
    assert "/nowhere" in refused


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--latency", "40"], "latency: 40 has no unit; write 40ms or 40s"),
        (["--latency", "{kind: gamma}"], "latency: kind 'gamma' is not one of fixed, uniform"),
        (["--latency", "{p50"], "--latency, line 1:"),
        (["--pages-from", "/nowhere"], "/nowhere"),
        (["--pages-from", ".", "--items", "3"], "--pages-from serves a folder"),
        (["--items", "3", "--size", "3kB"], "takes items or size, not both"),
        (["--size", "3"], "content.size: 3 has no unit; write 3B, 3kB or 3KiB"),
        (["--bandwidth", "3kB"], "body.bandwidth: '3kB' is not a bandwidth"),
        (["--workers", "0"], "workers: should be greater than or equal to 1; found 0"),
        (["--host", "0.0.0.0"], "--token TEXT or MOCKSERVER_TOKEN, or use --host 127.0.0.1"),  # noqa: S104 (refused)
        (["--host", "no.such.host.invalid"], "host 'no.such.host.invalid' is no address of this machine"),
        (["--config", "/nowhere.yaml"], "--config /nowhere.yaml: No such file or directory"),
        (
            ["--latency", "{kind: empirical, file: /nowhere}"],
            "latency file /nowhere: No such file or directory",
        ),
    ],
)
def test_what_cannot_be_served_is_one_clear_line(options: list[str], sentence: str) -> None:
    result = subprocess.run(
        [*COMMAND, "--port", "0", *options], capture_output=True, text=True, timeout=30, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert sentence in result.stderr
    assert result.stderr.startswith("mockserver: ")
    assert result.stderr.count("\n") == 1


def test_a_busy_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        result = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, timeout=30, check=False
        )
    assert result.returncode == 2
    assert result.stderr == (
        f"mockserver: port {port} on 127.0.0.1 cannot be used: Address already in use; "
        "stop the program that has it, or choose another with --port (0 takes a free one)\n"
    )


def test_start_reports_why_it_failed(tmp_path: Path) -> None:
    config = ServerConfig.model_validate({"content": {"kind": "folder", "path": str(tmp_path / "none")}})
    with pytest.raises(ServerStartError, match="none"):
        MockServer.start(config)


def test_a_start_that_is_not_wanted_any_more_is_given_up() -> None:
    with pytest.raises(ServerStartError, match="not wanted any more"):
        MockServer.start(ServerConfig(), unwanted=lambda: True)


def test_a_folder_named_like_the_package_is_not_taken_for_it(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mockserver").mkdir()
    (tmp_path / "mockserver" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)
    assert start().alive()


def test_a_configuration_file_and_options(serve: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "server.yaml"
    file.write_text("seed: 9\nlatency: {kind: exponential, mean: 3ms}\n")
    url, process, _ = serve("--config", str(file), "--latency", "1ms")
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("GET", "/__admin/config")
    config = json.loads(connection.getresponse().read())
    connection.close()
    assert (config["seed"], config["latency"]["delay"]) == (9, "1ms")
    assert process.poll() is None


def test_observed_delays_come_from_a_file(start: Start, get: Get, tmp_path: Path) -> None:
    file = tmp_path / "delays.txt"
    file.write_text("# seen last week\n3ms\n\n3ms\n")
    server = start({"latency": {"kind": "empirical", "file": str(file)}})
    assert get(server, "/pages/0")[1]["Server-Timing"].startswith("intended;dur=3,")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3ms\nlater\n", "line 2: 'later' is not a duration; write a number"),
        ("# nothing\n", "has 0 durations"),
    ],
)
def test_a_bad_file_of_delays_names_the_line(text: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "delays.txt"
    file.write_text(text)
    config = ServerConfig.model_validate({"latency": {"kind": "empirical", "file": str(file)}})
    with pytest.raises(ServerStartError, match=sentence):
        MockServer.start(config)


def test_concurrent_starts_do_not_disturb_each_other(start: Start, get: Get) -> None:
    with ThreadPoolExecutor(3) as threads:
        servers = list(threads.map(lambda seed: start({"seed": seed}), range(3)))
    assert len({server.url for server in servers}) == 3
    servers[0].stop()
    assert [get(server, "/pages/0")[0] for server in servers[1:]] == [200, 200]
