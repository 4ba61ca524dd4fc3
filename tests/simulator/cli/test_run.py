"""`simulator run` as a person meets it: a program in a terminal, its output and its exit code."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mockserver.admin import AdminClient
from mockserver.config import ServerConfig
from mockserver.process import MockServer
from simulator.result.document import result_schema
from tests.simulator.cli.started import running, simulator, started, wait_until

pytestmark = pytest.mark.scenario

Write = Callable[..., Path]


def run_json(file: Path, *arguments: str | Path) -> dict[str, Any]:
    done = simulator(file.parent, "run", file, "--json", "-", *arguments)
    document: dict[str, Any] = json.loads(done.stdout)
    document["exit code"] = done.returncode
    return document


def cell(document: dict[str, Any], strategy: str) -> dict[str, Any]:
    cells = document["cells"]
    assert isinstance(cells, list)
    return next(c for c in cells if c["factors"]["strategy"] == strategy)


def test_table_findings_database_and_report_agree(scenario_file: Write) -> None:
    file = scenario_file(strategies=["threads", "asyncio", "processes"])
    done = simulator(file.parent, "run", file, "--json", "out.json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines()), done.stdout
    assert "\x1b" not in done.stdout
    document = json.loads((file.parent / "out.json").read_text())
    jsonschema.validate(document, result_schema())
    assert {c["status"] for c in document["cells"]} == {"ok"}
    assert {c["equality"] for c in document["cells"]} == {"equal"}
    assert len({c["digest"] for c in document["cells"]}) == 1
    assert cell(document, "sequential")["speedup"] is None
    for made in document["cells"]:
        assert made["repetitions"][0]["measures"]["server"]["connections_opened"] == 0
        assert made["response_time_s"]["p99"] is None, "12 samples carry no 99th percentile"

    again = simulator(file.parent, "report", "last")
    assert again.stdout == done.stdout
    from_file = simulator(file.parent, "report", "out.json")
    assert from_file.stdout == done.stdout
    as_json = simulator(file.parent, "report", document["id"][:4], "--json", "-")
    assert json.loads(as_json.stdout) == document
    listed = simulator(file.parent, "runs")
    assert document["id"] in listed.stdout
    assert "complete" in listed.stdout


def test_cases_and_levels_each_have_a_table(scenario_file: Write) -> None:
    file = scenario_file(
        cases={"idle": {"job.parser": "spin", "job.parse_cost": "0ms"}, "busy": {"job.parse_cost": "5ms"}},
        vary={"server.latency": ["0ms", "2ms"]},
    )
    document = run_json(file)
    assert document["exit code"] == 0
    cells = document["cells"]
    assert isinstance(cells, list)
    assert len(cells) == 2 * 2 * 2
    busy = [c for c in cells if c["factors"]["case"] == "busy"]
    assert all(c["calibration"]["repeats"] >= 1 for c in busy)
    shown = simulator(file.parent, "report").stdout
    assert "busy, server.latency 2ms" in shown


def test_a_parser_of_ones_own_is_found_beside_the_scenario_from_anywhere(
    scenario_file: Write, parsers: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = scenario_file(job__parser={"function": "mine:titles", "input": "text"})
    assert file.parent == parsers
    done = simulator(tmp_path_factory.mktemp("elsewhere"), "run", file, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["cells"][0]["equality"] == "equal"


@pytest.mark.usefixtures("parsers")
@pytest.mark.parametrize(
    ("function", "status", "code", "words"),
    [
        ("raises", "invalid", 98, "ValueError: no such <thing>"),
        ("exits", "invalid", 98, "SystemExit: 7"),
        ("segfaults", "failed", 1, "SIGSEGV"),
        ("never", "failed", 1, "time limit"),
        ("different", "failed", 1, "something different each time"),
        ("prints", "ok", 0, None),
        ("record", "ok", 0, None),
    ],
)
def test_bad_parsers_each_end_in_a_clear_reason(
    scenario_file: Write, function: str, status: str, code: int, words: str | None
) -> None:
    file = scenario_file(job__parser=f"mine:{function}", time_limit="4s")
    document = run_json(file)
    made = cell(document, "threads")
    assert (made["status"], document["exit code"]) == (status, code), made["reason"]
    if words is not None:
        assert words in str(made["reason"])
    assert "Traceback" not in str(made["reason"])


@pytest.mark.usefixtures("parsers")
def test_what_cannot_be_pickled_fails_processes_alone(scenario_file: Write) -> None:
    document = run_json(scenario_file(job__parser="mine:unpicklable", strategies=["threads", "processes"]))
    assert document["exit code"] == 1
    assert cell(document, "threads")["status"] == "ok"
    assert cell(document, "threads")["equality"] == "unchecked"
    assert cell(document, "processes")["status"] == "failed"
    assert "return plain data" in str(cell(document, "processes")["reason"])


def test_a_parser_that_another_python_may_have_is_unsupported_there_and_names_the_flag(
    scenario_file: Write, tmp_path: Path
) -> None:
    other = tmp_path / "python"
    other.symlink_to(sys.executable)
    document = run_json(scenario_file(job__parser="nowhere:at_all"), "--python", other)
    assert document["exit code"] == 98
    assert cell(document, "threads")["status"] == "unsupported"
    assert "--python" in str(cell(document, "threads")["reason"])


def test_a_cost_below_the_parsers_own_is_unsupported(scenario_file: Write) -> None:
    document = run_json(scenario_file(job__parse_cost="1us"))
    assert cell(document, "threads")["status"] == "unsupported"
    assert "html.parser itself costs" in str(cell(document, "threads")["reason"])


def test_the_gate_refuses_what_is_too_short(scenario_file: Write) -> None:
    document = run_json(scenario_file(validity=None))
    assert document["exit code"] == 98
    reason = str(cell(document, "threads")["reason"])
    assert "shorter than 500 ms" in reason
    assert "raise job.pages to 30" in reason


def test_bad_scenarios_list_every_mistake_and_exit_2(scenario_file: Write) -> None:
    file = scenario_file(server__latency=40, job__paegs=3, strategies=["thraeds"])
    for command in ("run", "validate"):
        done = simulator(file.parent, command, file)
        assert done.returncode == 2
        assert "40 has no unit; write 40ms or 40s" in done.stderr
        assert "pages" in done.stderr
        assert "threads" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere.yaml"),
        ("run", "tiny.yaml", "--python", "nowhere/python"),
        ("run", "tiny.yaml", "--json", "nowhere/out.json"),
        ("run", "tiny.yaml", "--json", "."),
        ("run", "tiny.yaml", "--store", "."),
        ("run", "tiny.yaml", "--store", "tiny.yaml"),
        ("run", "tiny.yaml", "--store", "/proc/results.sqlite"),
        ("run", "tiny.yaml", "--set", "server.latency=fast"),
        ("run", "tiny.yaml", "--server", "http://127.0.0.1:1"),
        ("report", "last"),
        ("report", "tiny.yaml/x"),
        ("report", "./tiny.yaml"),
        ("schema", "nothing"),
        ("init", "tiny"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_is_one_clear_message_and_exit_2(
    scenario_file: Write, arguments: tuple[str, ...]
) -> None:
    file = scenario_file()
    done = simulator(file.parent, *arguments)
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_database_of_a_newer_schema_is_refused(scenario_file: Write) -> None:
    file = scenario_file()
    store = file.parent / "results.sqlite"
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA user_version = 1000")
    connection.close()
    done = simulator(file.parent, "run", file)
    assert done.returncode == 2
    assert "newer" in done.stderr


def test_a_full_results_path_loses_nothing(scenario_file: Write) -> None:
    file = scenario_file()
    done = simulator(file.parent, "run", file, "--json", "/dev/full")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert simulator(file.parent, "report", "last").returncode == 0


@pytest.mark.usefixtures("parsers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_shows_what_it_has_and_leaves_nothing(
    scenario_file: Write, number: signal.Signals
) -> None:
    file = scenario_file(
        job__parser={"function": "mine:never_in_window", "url": True},
        strategies=["sequential", "processes"],
        in_flight=1,
        job__pages=12,
    )
    with running(file.parent, "run", file, "--json", "out.json") as program:
        # The parser says that it spins, in the window, before it never returns.
        spinning = file.parent / "spinning"
        wait_until(lambda: spinning.exists() or program.poll() is not None, "the parser in the window")
        assert program.poll() is None, program.communicate()
        children = descendants(program.pid)
        assert children
        program.send_signal(number)
        out, err = program.communicate(timeout=20)
    assert program.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    assert "partial" in out
    assert json.loads((file.parent / "out.json").read_text())["partial"] is True
    assert not [pid for pid in children if runs(pid)]


def runs(pid: int) -> bool:
    """Whether the process still runs: one that has ended and waits for init to notice does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text[text.rindex(")") + 2] != "Z"


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    fresh = {pid}
    while fresh:
        parents, fresh = fresh, set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    text = (entry / "stat").read_text()
                except OSError:
                    continue
                if int(text[text.rindex(")") + 2 :].split()[1]) in parents and int(entry.name) not in found:
                    fresh.add(int(entry.name))
        found |= fresh
    return found


def test_a_borrowed_server_is_configured_and_gets_its_configuration_back(scenario_file: Write) -> None:
    before = ServerConfig.model_validate({"latency": "7ms", "seed": 99})
    with MockServer.start(before) as server:
        file = scenario_file()
        document = run_json(file, "--server", server.url, "--server-token", server.token)
        assert document["exit code"] == 0
        assert cell(document, "threads")["status"] == "ok"
        admin = AdminClient(server.url, server.token)
        assert admin.config() == before
        admin.close()


def test_a_server_that_is_something_else_is_refused(scenario_file: Write) -> None:
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import http.server, sys\n"
                "s = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\n"
                "print(s.server_port, flush=True)\n"
                "s.serve_forever()"
            ),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        file = scenario_file()
        done = simulator(file.parent, "run", file, "--server", f"http://127.0.0.1:{port}")
    finally:
        other.kill()
        other.communicate()
    assert done.returncode == 2, done.stderr
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_dies_in_mid_run_is_told(scenario_file: Write, parsers: Path) -> None:
    with MockServer.start(ServerConfig()) as server:
        (parsers / "killer.py").write_text(
            "import os, signal\n"
            "def parse(body, url):\n"
            "    if url.endswith('/9'):\n"
            f"        os.kill({server.pids[0]}, signal.SIGKILL)\n"
            "    return len(body)\n"
        )
        file = scenario_file(job__parser={"function": "killer:parse", "url": True})
        done = simulator(file.parent, "run", file, "--server", server.url, "--server-token", server.token)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_own_server_that_dies_is_replaced(scenario_file: Write, parsers: Path) -> None:
    (parsers / "killer.py").write_text(
        "import os, signal, pathlib\n"
        "def parse(body, url):\n"
        "    once = pathlib.Path(__file__).with_suffix('.done')\n"
        "    if url.endswith('/9') and not once.exists():\n"
        "        once.touch()\n"
        "        parent = int(pathlib.Path('/proc/self/stat').read_text().rsplit(')', 1)[1].split()[1])\n"
        "        for p in pathlib.Path('/proc').glob('[0-9]*'):\n"
        "            try:\n"
        "                stat = (p / 'stat').read_text().rsplit(')', 1)[1].split()\n"
        "                if int(stat[1]) == parent and b'mockserver' in (p / 'cmdline').read_bytes():\n"
        "                    os.kill(int(p.name), signal.SIGKILL)\n"
        "            except OSError:\n"
        "                pass  # a process of somebody else, which has ended meanwhile\n"
        "    return len(body)\n"
    )
    file = scenario_file(
        job__parser={"function": "killer:parse", "url": True}, strategies=["threads", "asyncio"]
    )
    # Started, not called: the parser kills the servers of whoever started its driver, and a test has some of its own.
    done = started(file.parent, "run", file, "--json", "-")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    statuses = sorted(c["status"] for c in document["cells"])
    assert statuses.count("ok") == 2, document["cells"]
    assert statuses.count("failed") == 1


@pytest.mark.parametrize("strategy", ["threads", "processes"])
def test_the_job_runs_in_a_virtual_environment_of_its_own(scenario_file: Write, strategy: str) -> None:
    """It has the parser and nothing else: no copy of this program, none of its dependencies."""
    file = scenario_file(
        job__parser="theirs.parsing:titles", job__client={"blocking": "http.client"}, strategies=[strategy]
    )
    environment = file.parent / "their venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=60)
    python = environment / "bin" / "python"
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "theirs").mkdir()
    (packages / "theirs" / "parsing.py").write_text(
        "import re\ndef titles(body):\n    return re.findall(rb'<title>(.*?)</title>', body)\n"
    )
    found = subprocess.run(
        [python, "-c", "import simulator"], capture_output=True, cwd="/", timeout=60, check=False
    )
    assert found.returncode != 0
    before = {
        path: path.stat().st_mtime_ns for path in environment.rglob("*") if "__pycache__" not in str(path)
    }

    document = run_json(file, "--python", python)
    assert document["exit code"] == 0
    made = cell(document, strategy)
    assert (made["status"], made["equality"]) == ("ok", "equal")
    repetitions = made["repetitions"]
    assert isinstance(repetitions, list)
    assert made["environment"]["executable"] == str(python)
    after = {
        path: path.stat().st_mtime_ns for path in environment.rglob("*") if "__pycache__" not in str(path)
    }
    assert after.keys() == before.keys()

    for command in ("run", "validate"):
        without = simulator(file.parent, command, file)
        assert without.returncode == 2
        assert "there is no module 'theirs'" in without.stderr
        assert "--python" in without.stderr
    assert simulator(file.parent, "validate", file, "--python", python).returncode == 0


def test_what_init_writes_runs_as_it_is(parsers: Path) -> None:
    (parsers / "saved").mkdir()
    (parsers / "saved" / "a.html").write_text("<title>A</title>")
    options = ("--parser", "mine:good", "--pages-from", "./saved", "--latency", "120ms")
    written = simulator(parsers, "init", "mine", *options)
    assert written.returncode == 0, written.stderr
    assert "run mine.yaml" in written.stdout
    assert "#" in (parsers / "mine.yaml").read_text()
    done = simulator(parsers, "validate", "mine.yaml")
    assert done.returncode == 0, done.stderr
    little = ("--set", "rounds=1", "--set", "job.pages=16", "--set", "server.latency=1ms")
    loose = (
        "--set",
        "validity={min_window: 0ms, min_jobs_per_slot: 0, delay_tolerance: 1m, max_server_busy: 1000}",
    )
    ran = simulator(parsers, "run", "mine.yaml", *little, *loose)
    assert ran.returncode == 0, (ran.stdout, ran.stderr)
    assert simulator(parsers, "init", "mine", *options).returncode == 2
