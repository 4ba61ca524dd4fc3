"""`simulator run` over TLS: to its end, interrupted, and with a server that a person has started; nothing is left."""

import json
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.config import ServerConfig
from mockserver.process import MockServer
from tests.simulator.cli.started import running, simulator, started, wait_until

pytestmark = pytest.mark.scenario

Write = Callable[..., Path]
TLS: dict[str, Any] = {"server__tls": True, "server__encoding": "gzip"}


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the temporary folder of all that is started, with a path that is short enough for its sockets."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="t") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)
        assert list(Path(folder).iterdir()) == []


@pytest.mark.usefixtures("temporary")
def test_plain_and_over_tls_the_records_are_equal_and_nothing_is_left(scenario_file: Write) -> None:
    file = scenario_file(
        vary={"server.tls": [False, True], "server.encoding": ["identity", "gzip"]}, strategies=["asyncio"]
    )
    done = started(file.parent, "run", file, "--json", "out.json", "--no-rerun")
    assert done.returncode == 0, done.stderr
    cells = json.loads((file.parent / "out.json").read_text())["cells"]
    assert len(cells) == 8
    assert {(cell["status"], cell["equality"]) for cell in cells} == {("ok", "equal")}
    assert len({cell["digest"] for cell in cells}) == 1
    for way in ("asyncio", "asyncio, TLS", "asyncio, gzip", "asyncio, TLS, gzip"):
        assert f"aiohttp ({way})" in done.stdout
    assert "of a page that is not compressed" in " ".join(done.stdout.split())


@pytest.mark.usefixtures("parsers", "temporary")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_no_file(scenario_file: Write, number: signal.Signals) -> None:
    parser = {"function": "mine:never_in_window", "url": True}
    file = scenario_file(job__parser=parser, strategies=["processes"], in_flight=1, job__pages=12, **TLS)
    with running(file.parent, "run", file) as program:
        spinning = file.parent / "spinning"
        wait_until(lambda: spinning.exists() or program.poll() is not None, "the parser in the window")
        assert program.poll() is None, program.communicate()
        program.send_signal(number)
        _, err = program.communicate(timeout=20)
    assert program.returncode == 130, err
    assert "Traceback" not in err


@pytest.mark.usefixtures("parsers", "temporary")
def test_a_job_that_cannot_run_leaves_no_file(scenario_file: Write) -> None:
    file = scenario_file(job__parser={"function": "mine:dies"}, **TLS)
    done = started(file.parent, "run", file)
    assert done.returncode != 0
    assert "was killed by SIGKILL" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_a_person_has_started_is_verified_with_its_file(
    scenario_file: Write, tmp_path: Path
) -> None:
    file = scenario_file(**TLS)
    with (
        MockServer.start(ServerConfig.model_validate({"tls": True})) as server,
        MockServer.start(ServerConfig.model_validate({"tls": True})) as other,
    ):
        authorities = {}
        for name, one in (("its.pem", server), ("other.pem", other)):
            authorities[name] = tmp_path / name
            authorities[name].write_text(one.authority or "")
        given: tuple[Any, ...] = (
            file.parent,
            "run",
            file,
            "--server",
            server.url,
            "--server-token",
            server.token,
        )
        done = simulator(*given, "--server-ca", authorities["its.pem"], "--json", "out.json")
        assert done.returncode == 0, done.stderr
        command = json.loads((file.parent / "out.json").read_text())["environment"]["command"]
        assert f"--server-ca {authorities['its.pem']}" in command
        (tmp_path / "none.pem").write_text("no certificate")
        for options, words in (
            ((), "speaks TLS; name with --server-ca the file of its certificate"),
            (("--server-ca", authorities["other.pem"]), "authority that is not trusted here"),
            (("--server-ca", tmp_path / "missing.pem"), "missing.pem: No such file"),
            (("--server-ca", tmp_path / "none.pem"), "no certificate in PEM"),
            (("--server-ca", authorities["its.pem"], "--set", "server.tls=false"), "start it without --tls"),
        ):
            done = simulator(*given, *options)
            assert done.returncode in (1, 2), done.stdout
            assert words in " ".join(done.stderr.split()), done.stderr
            assert "Traceback" not in done.stderr
    with MockServer.start(ServerConfig()) as plain:
        done = simulator(file.parent, "run", file, "--server", plain.url, "--server-token", plain.token)
        assert done.returncode in (1, 2)
        assert "server.tls is true" in done.stderr
        assert "start it with --tls" in " ".join(done.stderr.split())


def test_an_authority_without_its_server_is_refused(tmp_path: Path) -> None:
    done = simulator(tmp_path, "run", "quickstart", "--server-ca", "its.pem")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "simulator: --server-ca its.pem: is of a server that runs already; add --server URL\n"
    )
