"""Every command once as a process of its own: it starts, and says and ends with what a call does."""

from pathlib import Path

import pytest

from simulator.cli.app import app
from tests.simulator.analysis.measured_runs import run_of
from tests.simulator.cli.started import simulator, started
from tests.simulator.cli.stored import keep

STEADY = [100.0, 101.0, 99.0]
RUNS = [run_of({"sequential": STEADY, "threads": STEADY}, run_id=run_id) for run_id in ("aaaa", "bbbb")]
COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "run": (("tiny.yaml", "--set", "server.latency=fast"), 2),
    "tune": (("tiny.yaml", "--goal", "beauty"), 2),
    "validate": (("tiny.yaml",), 0),
    "init": (("mine",), 0),
    "schema": (("comparison",), 0),
    "runs": ((), 0),
    "report": (("last", "--json", "-"), 0),
    "compare": (("last~1", "last"), 0),
    "export": (("last", "--what", "repetitions"), 0),
    "probe": (("nix",), 2),
    "check-client": (("nix",), 2),
    "predict": (("tiny.yaml", "--change", "pase * 2"), 2),
    "lab": (("--html", "no/such/folder/lab.html"), 2),
}
"""That measure something is shown elsewhere: `run` and `tune` on real servers, `doctor` by its JSON, `import` and
`record` on recordings."""


def test_every_command_is_here() -> None:
    named = {
        command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands
    }
    assert named == {*COMMANDS, "doctor", "import", "record"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_process_says_and_ends_with_what_a_call_does(name: str, tmp_path: Path) -> None:
    arguments, code = COMMANDS[name]
    folders = [tmp_path / "called", tmp_path / "started"]
    for folder in folders:
        folder.mkdir()
        keep(folder, *RUNS)
        (folder / "tiny.yaml").write_text("name: tiny\njob: {pages: 8}\nstrategies: [threads]\n")
    called = simulator(folders[0], name, *arguments)
    done = started(folders[1], name, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (code, called.stdout, called.stderr)
    assert called.returncode == code
    files = [
        {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".yaml"}
        for folder in folders
    ]
    assert files[0] == files[1]


def test_a_mistake_in_the_options_is_told_the_same(tmp_path: Path) -> None:
    called, done = (run(tmp_path, "run", "tiny.yaml", "--nix") for run in (simulator, started))
    assert (done.returncode, done.stdout) == (called.returncode, called.stdout) == (2, "")
    # Their first two lines name the program as it was started.
    assert done.stderr.splitlines()[2:] == called.stderr.splitlines()[2:]
    assert "No such option: --nix" in done.stderr
