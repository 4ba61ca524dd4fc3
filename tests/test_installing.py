"""What docs/install.md says leads to a first result, with nothing but what it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installed import ROOT, copied

COMMANDS = re.findall(
    r"^```sh\n(.*?)^```$", (ROOT / "docs" / "install.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
BASH = shutil.which("bash") or "/bin/bash"
LITTLE = "simulator run quickstart --case mixed --rounds 1 --no-rerun --quiet"


@pytest.mark.truth
@pytest.mark.timeout(900)
@pytest.mark.parametrize("commands", COMMANDS, ids=lambda commands: commands.split("\n", maxsplit=1)[0][:40])
def test_what_is_written_leads_to_a_first_result(
    commands: str, tmp_path_factory: pytest.TempPathFactory, tools: Path
) -> None:
    """Needs a package index, as whoever installs it does."""
    checkout = tmp_path_factory.mktemp("checkout")
    copied(checkout)
    home = tmp_path_factory.mktemp("home")
    places = [str(tools / "bin"), str(home / ".local" / "bin"), str(Path(sys.executable).parent)]
    environ = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("SIMULATOR_", "PYTHON"))},
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "PIPX_HOME": str(home / "pipx"),
        "PATH": os.pathsep.join([*places, os.environ["PATH"]]),
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }
    before = "" if "wheel --no-deps" in commands else "python3 -m pip wheel --no-deps --wheel-dir dist .\n"
    text = commands.replace("simulator run quickstart", LITTLE)
    text = text.replace("--install-completion", "--install-completion bash")
    for line in f"{before}{text}".splitlines():
        done = subprocess.run(
            [BASH, "-c", line], cwd=checkout, env=environ, check=False, capture_output=True, text=True
        )
        # 98: on a busy machine nothing may be valid.
        assert done.returncode in ((0, 98) if LITTLE in line else (0,)), f"{line}\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with what the document has wheels run by."""
    folder = tmp_path_factory.mktemp("tools")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "uv", "pipx"], check=True)
    return folder
