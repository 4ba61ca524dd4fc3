"""Is a function that became 5 % slower found, from one revision to the next, and nothing where nothing changed?

    python -m benchmarks.revisions [--quick]

A small package in a git repository of its own has three revisions: the second parses 5 % more, the third differs from
the first by a comment. `compare --revisions --tolerance 2%` looks at first..second and at first..third, ten times each.
Passed: the slow-down is a regression (exit code 99) in 9 at least, and nothing is one in 9 at least. About 25 minutes.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.experiments import LENIENT, asked_quick

RUNS = 10
FEWEST_FOUND = 9
MOST_FALSE = 1
WORK = 100_000
"""Steps of a parse: some milliseconds, so that next to nothing but the parse is measured."""
SLOWER = 1.05

BACKEND = """
import pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "planted-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("planted.py", pathlib.Path("planted.py").read_text())
        about = "planted-1.0.dist-info/"
        wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\\nName: planted\\nVersion: 1.0\\n")
        wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(about + "RECORD", "")
    return name
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
MODULE = """
def parse(body):{comment}
    value = len(body)
    for _ in range({work}):
        value = (value * 1_664_525 + 1_013_904_223) & 0xFFFF_FFFF
    return len(body)
"""
SCENARIO = """
name: planted
seed: 1
server: {latency: 0ms, content: {kind: catalogue, count: 20, items: 4}}
job: {client: http.client, parser: "planted:parse", pages: 150}
strategies: [sequential]
rounds: 12
"""
QUICK = f"""
name: planted
seed: 1
server: {{latency: 0ms, content: {{kind: catalogue, count: 5, items: 2}}}}
job: {{client: http.client, parser: "planted:parse", pages: 20}}
strategies: [sequential]
rounds: 3
{LENIENT}
"""


def main() -> int:
    """Measure and print; returns the exit code."""
    quick = asked_quick(__doc__)
    runs = 1 if quick else RUNS
    with tempfile.TemporaryDirectory(prefix="simulator-revisions-") as folder:
        made = Path(folder)
        (made / "planted.yaml").write_text(QUICK if quick else SCENARIO, encoding="utf-8")
        plant(made / "project")
        found = {tag: [_once(made, tag) for _ in range(runs)] for tag in ("slower", "same")}
    broken = sum(code not in (0, 98, 99) for codes in found.values() for code in codes)
    slower, same = (sum(code == 99 for code in found[tag]) for tag in ("slower", "same"))  # noqa: PLR2004 - a regression
    print(f"a parse that became {SLOWER - 1:.0%} slower: a regression in {slower} of {runs} runs")
    print(f"a revision that changed nothing: a regression in {same} of {runs} runs")
    if broken:
        print(f"{broken} runs gave nothing")
    held = quick or (slower >= FEWEST_FOUND and same <= MOST_FALSE)  # a single run decides nothing
    return 0 if held and not broken else 1


def plant(folder: Path) -> None:
    """Make the repository, with a tag for each revision."""
    folder.mkdir()
    _git(folder, "init", "--quiet")
    for name, text in (("pyproject.toml", PROJECT), ("backend.py", BACKEND)):
        (folder / name).write_text(text, encoding="utf-8")
    for tag, work, comment in (
        ("first", WORK, ""),
        ("slower", round(WORK * SLOWER), ""),
        ("same", WORK, "  # says the same"),
    ):
        (folder / "planted.py").write_text(MODULE.format(work=work, comment=comment), encoding="utf-8")
        _git(folder, "add", ".")
        _git(folder, "-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "commit", "-qm", tag)
        _git(folder, "tag", tag)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)  # noqa: S607 - as the program finds it


def _once(folder: Path, tag: str) -> int:
    """Compare the first revision with another; returns how that ended."""
    command = [sys.executable, "-m", "simulator", "compare", "planted.yaml", "--revisions", f"first..{tag}"]
    command += ["--package", "project", "--tolerance", "2%", "--store", "results.sqlite", "--json", "-"]
    # -P: the current folder is not looked for modules in.
    done = subprocess.run(
        [command[0], "-P", *command[1:]],
        cwd=folder,
        env={**os.environ, "PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "nothing"
    if done.stdout.strip():
        (cell,) = json.loads(done.stdout)["cells"]
        ratio = cell["adjusted"] or {"median": 0, "low": 0, "high": 0}
        why = f" ({cell['reason']})" if cell["reason"] else ""
        said = f"{cell['verdict']}{why}, {ratio['median']:.3f} ({ratio['low']:.3f} to {ratio['high']:.3f})"
    elif done.returncode:
        said = done.stderr.strip().splitlines()[-1]
    print(f"first..{tag}: {said}; exit code {done.returncode}", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
