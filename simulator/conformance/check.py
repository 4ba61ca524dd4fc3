"""Runs the suite: the client in an interpreter of its own, beside a mock server whose counts say what it did."""

import http.client
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import trustme

from mockserver.config import ServerConfig
from simulator.driver.clients import CLIENTS
from simulator.runner.calibrate import with_last_words
from simulator.runner.driver_process import DriverError, DriverProcess
from simulator.runner.scratch import scratch
from simulator.runner.servers import Server, Servers

TIME_LIMIT_S = 180.0
PAGES = 5
LOOKS = 100
"""How often the server's counts are looked at: an answer is counted just after it is sent."""
SERVED = ServerConfig.model_validate(
    {"latency": "0ms", "content": {"kind": "catalogue", "count": PAGES, "items": 40}}
)
KEPT = (
    "One keep-alive connection is used for one request after another, and each call of fetch is one request."
)
COUNTED = "pages"
"""The check whose requests the server counts: each page twice."""


@dataclass(frozen=True)
class Checked:
    """What one check found."""

    check: str
    title: str
    """What holds where it passed."""
    wrong: str | None
    """What the client does instead; null: it passed, or was not made."""
    skipped: str | None = None
    """Why it was not made."""


@dataclass(frozen=True)
class Conformance:
    """What was found of one client of one kind."""

    client: str
    kind: str
    python: str
    version: str
    checks: tuple[Checked, ...]

    @property
    def wrong(self) -> int:
        """How many checks failed."""
        return sum(one.wrong is not None for one in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Return it as `--json` writes it."""
        return {**asdict(self), "checks": [asdict(one) for one in self.checks]}


def check_client(
    name: str,
    python: str,
    import_path: tuple[str, ...],
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Conformance, ...]:
    """Check a client; a library with both kinds is checked as both.

    Args:
        name: of a library, or package.module:Client.
        python: the interpreter that runs it.
        import_path: where the user's module is looked for.
        tell: told what is being looked at.

    Raises:
        DriverError: it cannot be imported or is no client.
        ServerError: no mock server.
    """
    kinds: tuple[str | None, ...] = CLIENTS[name].kinds if name in CLIENTS else (None,)
    with Servers() as servers:
        server = servers.serving(SERVED)
        digests = {
            path: sha256(_body(server.url, path)).hexdigest()
            for path in map("/pages/{}".format, range(PAGES))
        }
        return tuple(_checked(name, kind, python, import_path, server, digests, tell) for kind in kinds)


def _checked(
    name: str,
    kind: str | None,
    python: str,
    import_path: tuple[str, ...],
    server: Server,
    digests: Mapping[str, str],
    tell: Callable[[str], None],
) -> Conformance:
    found: list[Checked] = []
    with scratch() as folder:
        job = {
            "mode": "conformance",
            "client": name,
            "kind": kind,
            "base_url": server.url,
            "pages": dict(digests),
            "tls": certificates(folder),
            "import_path": list(import_path),
        }
        with DriverProcess(python, job, folder, time_limit_s=TIME_LIMIT_S) as process:
            try:
                ready = process.wait_for("ready")
                tell(f"checking {name} ({ready['kind']}) in {ready['python']}")
                server.reset()
                process.send("go")
                for _ in range(ready["checks"]):
                    answer = process.wait_for("answer")
                    found.append(Checked(answer["to"], answer["title"], answer["wrong"], answer["skipped"]))
                    if answer["to"] == COUNTED:
                        found.append(_kept(_counted(server, 2 * len(digests)), 2 * len(digests), found[-1]))
                    process.send("next")
                process.finish()
            except DriverError as error:
                raise with_last_words(error, process.last_words()) from error
    return Conformance(name, ready["kind"], ready["python"], ready["version"], tuple(found))


def _counted(server: Server, requests: int) -> Mapping[str, Any]:
    """Return the server's counts, once it has counted what it has answered last."""
    stats: Mapping[str, Any] = {}
    for _ in range(LOOKS):
        stats = server.stats()
        if stats["requests"] >= requests:
            break
    return stats


def _kept(stats: Mapping[str, Any], calls: int, before: Checked) -> Checked:
    """Say whether the server saw one connection, and one request for each call."""
    opened, requests = stats["connections_opened"], stats["requests"]
    if before.wrong is not None:
        return Checked("keep_alive", KEPT, None, "the pages did not come as they should")
    wrong = None
    if requests != calls:
        wrong = f"for {calls} calls of fetch the server got {requests} requests"
    elif opened != 1:
        wrong = f"{opened} connections were opened for {calls} requests one after another; keep one"
    return Checked("keep_alive", KEPT, wrong)


def _body(base_url: str, path: str) -> bytes:
    connection = http.client.HTTPConnection(base_url.removeprefix("http://"), timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def certificates(folder: Path) -> dict[str, str]:
    """Make a certificate for 127.0.0.1 in this folder, by one authority, and another authority; return the files."""
    authority, other = trustme.CA(), trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    files = {name: folder / f"{name}.pem" for name in ("ca_file", "other_ca_file", "cert_file", "key_file")}
    authority.cert_pem.write_to_path(files["ca_file"])
    other.cert_pem.write_to_path(files["other_ca_file"])
    issued.private_key_pem.write_to_path(files["key_file"])
    for blob in issued.cert_chain_pems:
        blob.write_to_path(files["cert_file"], append=True)
    return {name: str(path) for name, path in files.items()}
