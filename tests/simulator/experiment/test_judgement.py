"""Repetitions that did not measure what was asked for, judged."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.process import MockServer
from simulator.experiment.judgement import Judge
from simulator.result.repetition import Repetition
from simulator.runner.job import Amount
from simulator.runner.repetition import Workers, run_repetition
from simulator.runner.servers import Servers
from simulator.scenario.cells import expand
from simulator.scenario.load import load_text
from tests.conftest import tiny_text

Meddle = Callable[[AdminClient], None]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Servers, MockServer]]:
    """Return servers, and the process of the one that they will use; a borrowed one is held against others."""
    started: list[MockServer] = []
    start = MockServer.start

    def noted(*args: object, **kwargs: object) -> MockServer:
        started.append(start(*args, **kwargs))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(MockServer, "start", noted)
    with Servers() as found:
        found.serving(ServerConfig(loop="asyncio"))
        yield found, started[0]


def measured(folder: Path, servers: Servers, process: MockServer, meddle: Meddle) -> Repetition:
    """Run the tiny scenario's cell once, and let somebody else meddle with the server in the middle."""
    scenario = load_text(tiny_text(), "tiny.yaml", folder)
    cell = expand(scenario, 2)[-1]

    with AdminClient(process.url, process.token) as admin:
        admin.health()  # a connection that is open before the window does not betray it

        @contextmanager
        def meanwhile(_: Workers) -> Iterator[None]:
            meddle(admin)
            yield

        outcome = run_repetition(
            cell,
            servers.serving(cell.server),
            round_=0,
            python=sys.executable,
            amount=Amount(),
            seed=scenario.seed,
            import_path=(),
            time_limit_s=60,
            watching=meanwhile,
        )
    return Judge(scenario, "", None).of(cell, outcome)


def faster(admin: AdminClient) -> None:
    config = admin.config()
    admin.configure(config.model_copy(update={"latency": ServerConfig(latency="1ms").latency}))


def same(admin: AdminClient) -> None:
    admin.configure(admin.config())


@pytest.mark.parametrize("meddle", [faster, same])
def test_a_repetition_is_invalid_where_somebody_reconfigures_the_server_meanwhile(
    server: tuple[Servers, MockServer], tmp_path: Path, meddle: Meddle
) -> None:
    repetition = measured(tmp_path, *server, meddle=meddle)
    assert repetition.status == "invalid"
    assert repetition.reason is not None
    assert repetition.reason.startswith("the server was reconfigured")
    again = measured(tmp_path, *server, meddle=lambda _: None)
    assert (again.status, again.reason) == ("ok", None)  # it was put right before that one
