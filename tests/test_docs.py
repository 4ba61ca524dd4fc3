"""What the documents promise, carried out.

A fenced block says in its first line how it is to be taken:

    ```yaml NAME.yaml         a whole scenario; it loads, and the commands of the same document find it as NAME.yaml
    ```python NAME.py         a module of the reader's; the commands of the same document find it as NAME.py
    ```yaml fragment          part of one; it is YAML (with a name behind it, it is written to that file unchecked)
    ```console                each line after `$ ` is run by a shell; the lines below it are what it prints
    ```console example        the same, but what it prints differs from run to run: of JSON, the keys are compared
    ```console exit=2         every command ends with this exit code

`simulator run` is run with a fraction of the work, once for all documents that show it, `simulator probe` and
`predict` with a fraction of their time, `mockserver serve` on a free port until it is ready, and `curl` against a
small server.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

import mockserver.cli
import simulator.cli.app
from docs import build_site
from docs.formats_in_code import FORMATS, event_names
from docs.generate import written
from mockserver.config import ServerConfig
from mockserver.process import MockServer
from simulator.analysis import predicting, validity
from simulator.analysis.what_if import answers
from simulator.cli import exits, probe
from simulator.driver import main as driver
from simulator.probe.measure import Budget
from simulator.result.document import CellResult, ResultDocument
from simulator.result.repetition import Measures
from simulator.scenario.load import load_text
from simulator.scenario.schema import scenario_schema
from simulator.scenario.strategy import NAMES
from tests.simulator.cli.started import simulator as called
from tests.simulator.imports.recordings import entry, write_har

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
ALL = [README, *(ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "SECURITY")), *DOCS]

FENCE = re.compile(r"^```(\S*)[ \t]*([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
SCRIPTS = Path(sys.executable).parent
BASH = shutil.which("bash") or "/bin/bash"

LITTLE = "--set rounds=1 --set in_flight=2 --set job.pages=8 --set validity.min_window=0ms"
LITTLE += " --set validity.min_jobs_per_slot=0"
FEW_PAGES = "--set server.content.count=20 --set server.content.items=5"
"""Where they are made: each of them is parsed before anything is measured."""


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    source: Path
    line: int
    language: str
    info: str
    text: str

    @property
    def id(self) -> str:
        return f"{self.source.name}:{self.line}"

    @property
    def words(self) -> list[str]:
        return self.info.split()

    @property
    def exit_code(self) -> int:
        return next((int(w.removeprefix("exit=")) for w in self.words if w.startswith("exit=")), 0)


def blocks(source: Path, *languages: str) -> list[Block]:
    text = source.read_text(encoding="utf-8")
    found = (
        Block(source, text.count("\n", 0, match.start()) + 1, match[1], match[2], match[3])
        for match in FENCE.finditer(text)
    )
    return [block for block in found if block.language in languages]


def plain(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """Each command of a block, continued lines joined, with the lines that it prints."""
    found: list[tuple[str, list[str]]] = []
    prompted = block.language == "console" and "$ " in re.findall(r"^..", block.text, re.MULTILINE)
    for line in block.text.replace("\\\n", " ").splitlines():
        if line.startswith("$ ") or (not prompted and line.strip() and not line.lstrip().startswith("#")):
            found.append((line.removeprefix("$ "), []))
        elif found and prompted:
            found[-1][1].append(line)
    return found


def is_run(block: Block) -> bool:
    return any("simulator run " in command for command, _ in commands(block))


YAML_BLOCKS = [block for source in DOCS for block in blocks(source, "yaml", "yml")]
MODULES = [block for source in DOCS for block in blocks(source, "python") if block.words]
README_YAML = blocks(README, "yaml", "yml") if README.exists() else []
CONSOLE_BLOCKS = [block for source in DOCS for block in blocks(source, "console")]
README_COMMANDS = (
    [
        pytest.param(command, id=f"{block.id}-{number}")
        for block in blocks(README, "console", "sh", "shell", "bash")
        for number, (command, _) in enumerate(commands(block))
        if re.match(r"(\w+=\S* )*\S*\b(simulator|mockserver|make)\b", command)
    ]
    if README.exists()
    else []
)


def news() -> Iterator[dict[str, Any]]:
    """What is in the recording of the documents: four pages, one that has moved, and an image without its body."""
    for number, wait_ms in enumerate((31.2, 28.0, 47.9, 30.4)):
        page = f"<!doctype html><title>News {number}</title>" + f"<a href='/{number}'>more</a>" * 10
        yield entry(f"https://news.example/{number}", timings__wait=wait_ms, content__text=page)
    cookies = [{"name": "Cookie", "value": "sid=1"}, {"name": "Cookie", "value": "theme=dark"}]
    yield entry("https://news.example/4?token=abc", response__status=301, request__headers=cookies)
    yield entry("https://news.example/logo.png", content__text=None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a reader of the documents has in the current folder: scenarios, saved pages, a recording and a parser."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    (tmp_path / "saved").mkdir()
    for number in range(2):
        page = f"<!doctype html><title>Page {number}</title><a href='/{number}'>link</a>"
        (tmp_path / "saved" / f"{number}.html").write_text(page, encoding="utf-8")
    write_har(tmp_path / "news.har", *news())
    (tmp_path / "mypkg.py").write_text("def parse(body): return {'links': body.count(b'<a ')}\n", "utf-8")
    for block in MODULES:
        (tmp_path / block.words[-1]).write_text(block.text, encoding="utf-8")
    for block in YAML_BLOCKS:
        if block.words and block.words[-1].endswith(".yaml"):
            (tmp_path / block.words[-1]).write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SIMULATOR_", "MOCKSERVER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SIMULATOR_STORE", str(tmp_path / "results.sqlite"))
    monkeypatch.setenv("PATH", f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.mark.parametrize("block", YAML_BLOCKS, ids=lambda block: block.id)
def test_a_whole_scenario_loads(block: Block, folder: Path) -> None:
    if "fragment" in block.words:
        assert isinstance(plain(block.text), dict)
    else:
        load_text(block.text, block.id, folder)


@pytest.mark.parametrize("block", README_YAML, ids=lambda block: block.id)
def test_the_readme_s_scenarios_load(block: Block, folder: Path) -> None:
    document = plain(block.text)
    if isinstance(document, dict) and {"name", "job"} <= document.keys():
        load_text(block.text, block.id, folder)


def test_names_of_written_scenarios_differ() -> None:
    names = [block.words[-1] for block in YAML_BLOCKS if block.words and block.words[-1] != "fragment"]
    assert len(names) == len(set(names))
    whole = [block for block in YAML_BLOCKS if not block.words]
    assert not whole, f"name the scenario or mark it as a fragment: {[block.id for block in whole]}"


def matches(expected: str, printed: list[str]) -> bool:
    """Whether a documented line was printed; an ellipsis in it stands for a folder of this machine."""
    pattern = ".*".join(re.escape(part) for part in expected.rstrip().split("…/"))
    return any(re.fullmatch(pattern, line.rstrip()) for line in printed)


def holds(answer: Any, documented: Any) -> bool:
    """Whether JSON has the keys that are written, however deep; it may have more. Lists: their first elements."""
    if isinstance(documented, dict):
        return isinstance(answer, dict) and all(
            key in answer and holds(answer[key], value) for key, value in documented.items()
        )
    if isinstance(documented, list) and isinstance(answer, list):
        return not (documented and answer) or holds(answer[0], documented[0])
    return not isinstance(answer, dict | list)


ALONE = re.compile(
    r"simulator (?P<words>(?:'[^']*'|[^'\"\\|&;<>$`*?])*)(?:> (?P<file>\S+)(?P<all> 2>&1)?)?"
    r"(?: \|\| test \$\? -eq (?P<code>\d+))?"
)
"""The program and nothing else, with no more of a shell than where its output goes."""


@pytest.fixture(autouse=True)
def little_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probe with a fraction of the time, predict from a fraction of the jobs, and do nothing again."""
    monkeypatch.setattr(validity, "is_disturbed", lambda _measures: False)
    monkeypatch.setattr(probe, "Budget", partial(Budget, rounds=3, window_s=0.05, looks=3, loop_s=0.2))
    monkeypatch.setattr(predicting, "FEWEST_JOBS", 100)
    monkeypatch.setattr(predicting, "TURNS", 4)
    for module in (predicting, answers):
        monkeypatch.setattr(module, "MOST_OF_ALL", 4_000)


def run_shell(command: str) -> "subprocess.CompletedProcess[str]":
    """Carry out a command as a shell does. The program alone is called: that saves the start of an interpreter."""
    if (alone := ALONE.fullmatch(command.strip())) is not None:
        done = called(Path.cwd(), *shlex.split(alone["words"]), environ=os.environ)
        if alone["file"] is not None:
            Path(alone["file"]).write_text(
                done.stdout + (done.stderr if alone["all"] else ""), encoding="utf-8"
            )
            done.stdout, done.stderr = "", "" if alone["all"] else done.stderr
        if alone["code"] == str(done.returncode):
            done.returncode = exits.OK
        return done
    return subprocess.run(
        [BASH, "-c", command],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def check(block: Block, substitute: Callable[[str], str]) -> None:
    """Run a block's commands; compare exit codes and what they print with what is written below them."""
    for command, expected in commands(block):
        done = run_shell(substitute(command))
        printed = done.stdout + done.stderr
        expected_code = exits.OK if "simulator run " in command else block.exit_code
        assert done.returncode == expected_code, f"{command}\n{printed}"
        if "example" not in block.words:
            missing = [line for line in expected if line and not matches(line, printed.splitlines())]
            assert not missing, f"{command}\nprinted\n{printed}"
        elif (documented := "\n".join(expected)).startswith("{"):
            assert holds(json.loads(done.stdout), json.loads(documented)), f"{command}\n{printed}"


SERVES = re.compile(r"\bmockserver serve\b|\bsimulator lab\b(?!.*--html)")
"""Documented commands that go on until they are ended."""


def serves(block: Block) -> bool:
    return block.exit_code == 0 and any(SERVES.search(command) for command, _ in commands(block))


SERVE = [block for block in CONSOLE_BLOCKS if serves(block)]
CURL = [block for block in CONSOLE_BLOCKS if re.search(r"\bcurl ", block.text)]
RECORD = [block for block in CONSOLE_BLOCKS if "simulator record " in block.text]
BUILT = [
    block for block in CONSOLE_BLOCKS if " --revisions " in block.text and block.exit_code != exits.USAGE
]
"""Run by tests/simulator/cli/test_revisions.py, in a repository and without pip."""
OTHERS = [*SERVE, *CURL, *RECORD, *BUILT]
LOCAL = [block for block in CONSOLE_BLOCKS if not is_run(block) and block not in OTHERS]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("block", LOCAL, ids=lambda block: block.id)
def test_commands_do_what_is_written(block: Block) -> None:
    check(block, lambda command: command.replace("mockserver serve", "mockserver serve --port 0"))


RUN = re.compile(r"\bsimulator run ([\w.-]+(?: --set \S+)*)")
"""A documented run without where it writes, which is no part of what is measured."""


class Measured:
    """Results databases that hold what was measured by one run after another, each run done once for all documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stores: dict[tuple[str, ...], Path] = {}

    def store(self, runs: tuple[str, ...]) -> Path:
        """Return the database of these runs: a copy of that of all but the last, with the last one added."""
        if runs not in self._stores:
            path = self._folder / f"{len(self._stores)}.sqlite"
            if runs[:-1]:
                shutil.copy(self.store(runs[:-1]), path)
            little = LITTLE if runs[-1].startswith("news") else f"{LITTLE} {FEW_PAGES}"
            done = run_shell(f"simulator run {little} {runs[-1]} --store {shlex.quote(str(path))}")
            # On a busy machine a repetition may be invalid: the command was right all the same.
            assert done.returncode in (exits.OK, exits.NOTHING_VALID), f"{runs}\n{done.stdout}{done.stderr}"
            self._stores[runs] = path
        return self._stores[runs]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return Measured(tmp_path_factory.mktemp("measured"))


@pytest.mark.scenario
@pytest.mark.xdist_group("documents")
@pytest.mark.parametrize(
    "block", [block for block in CONSOLE_BLOCKS if is_run(block)], ids=lambda block: block.id
)
def test_runs_run(block: Block, folder: Path, measured: Measured) -> None:
    """Each run is measured once; what it writes besides, and all that follows, is done as it is written."""
    runs: list[str] = []

    def substitute(command: str) -> str:
        for words in programs(command):
            parse_command(words)
        if (found := RUN.search(command)) is None:
            return command
        runs.append(found[1])
        shutil.copy(measured.store(tuple(runs)), folder / "results.sqlite")
        return RUN.sub("simulator report last", command)

    check(block, substitute)


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    """The server that the documents talk to: five pages of two products, 20 ms away."""
    document = {"latency": "20ms", "content": {"kind": "catalogue", "count": 5, "items": 2}}
    with MockServer.start(ServerConfig.model_validate(document)) as running:
        yield running


@pytest.mark.skipif(shutil.which("curl") is None, reason="the documents talk to the server with curl")
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("block", CURL, ids=lambda block: block.id)
def test_requests_get_the_answers_that_are_written(block: Block, server: MockServer) -> None:
    def substitute(command: str) -> str:
        assert "http://127.0.0.1:8080" in command, "the documents' server listens on port 8080"
        return command.replace("http://127.0.0.1:8080", server.url).replace(
            "curl ", f"curl -sS --fail-with-body -H 'Authorization: Bearer {server.token}' "
        )

    check(block, substitute)


@pytest.mark.parametrize("block", RECORD, ids=lambda block: block.id)
def test_pages_are_recorded(block: Block, folder: Path, server: MockServer) -> None:
    (folder / "urls.txt").write_text(f"{server.url}/pages/0\n{server.url}/pages/1\n", encoding="utf-8")
    check(block, lambda command: command.replace("--every 1s", "--every 100ms"))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("block", SERVE, ids=lambda block: block.id)
def test_servers_start(block: Block) -> None:
    for command, _ in commands(block):
        process = subprocess.Popen(
            [BASH, "-c", f"{command} --port 0{' --no-open' if ' lab ' in command else ''}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None
            assert re.match("(Mock server: )?https?://", process.stdout.readline()), command
            os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=20)
            assert process.returncode in (exits.INTERRUPTED, -signal.SIGINT), errors
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()


APPS = {"simulator": simulator.cli.app.app, "mockserver": mockserver.cli.app}


def parse_command(words: list[str]) -> None:
    """Take a command line apart as its program would, without doing anything."""
    group: Any = typer.main.get_command(APPS[words[0]])
    context = group.make_context(words[0], words[1:])
    # Where click keeps the command's name and what follows it; it has no public name in all of its versions.
    name, command, arguments = group.resolve_command(context, [*context._protected_args, *context.args])
    command.make_context(name, arguments, parent=context)


def programs(command: str) -> Iterator[list[str]]:
    """The simple commands of a line, without assignments before them and redirections behind them."""
    unnumbered = re.sub(r"(?<=\s)\d(?=[<>])", "", command)  # the 2 of `2>&1` is no argument
    lexer = shlex.shlex(unnumbered, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    simple: list[str] = []
    skip = False
    for word in [*lexer, ";"]:
        if word and set(word) <= set("|&;"):
            while simple and re.match(r"\w+=", simple[0]):
                simple.pop(0)
            if simple:
                yield [Path(simple[0]).name, *simple[1:]]
            simple, skip = [], False
        elif word and set(word) <= set("<>&"):
            skip = True
        elif not skip:
            simple.append(word)
        else:
            skip = False


@pytest.mark.parametrize("command", README_COMMANDS)
def test_the_readme_names_commands_that_exist(command: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for words in programs(command):
        if words[0] in APPS:
            try:
                parse_command(words)
            except typer.Exit:
                continue  # --help and --version
        elif words[0] == "make":
            named = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
            assert set(named) <= set(targets), command


@pytest.mark.parametrize(
    "command", ["simulator nix", "simulator run a.yaml --nix", "FOO=1 .venv/bin/mockserver serve --nix > a"]
)
def test_commands_that_do_not_exist_are_found(command: str) -> None:
    (words,) = programs(command)
    with pytest.raises(Exception, match=r"(?i)no such"):
        parse_command(words)


@pytest.mark.parametrize(
    "command", ["A=b simulator run a.yaml --set a=b", "mockserver serve --port 1 2>&1 | cat > a"]
)
def test_commands_that_exist_are_accepted(command: str) -> None:
    parse_command(next(programs(command)))


def schema_keys(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set[str]().union(*map(schema_keys, schema))
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*map(schema_keys, schema.values()))


def enum_values(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set[str]().union(*map(enum_values, schema))
    if not isinstance(schema, dict):
        return set()
    own = {value for value in [*schema.get("enum", ()), schema.get("const")] if isinstance(value, str)}
    return own.union(*map(enum_values, schema.values()))


def test_every_key_and_choice_of_a_scenario_is_described() -> None:
    documents = (
        ROOT / "docs" / name for name in ("scenario-format.md", "mock-server.md", "runtimes.md", "clients.md")
    )
    text = "".join(document.read_text(encoding="utf-8") for document in documents)
    schema = scenario_schema()
    for word in schema_keys(schema) | enum_values(schema):
        assert f"`{word}`" in text or f"`{{{word}:" in text or f"`{word}:" in text, word


def test_every_measure_is_described() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for model in (ResultDocument, CellResult, Measures):
        for name in model.__dataclass_fields__:
            assert f"`{name}`" in text, f"{model.__name__}.{name}"


def test_every_strategy_is_described() -> None:
    text = (ROOT / "docs" / "scenario-format.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text] == []


def test_every_exit_code_is_described() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert [code for code in sorted(codes) if f"| `{code}` |" not in reference] == []
    protocol = (ROOT / "simulator" / "driver" / "protocol.md").read_text(encoding="utf-8")
    for code in (driver.EXIT_OK, driver.EXIT_USAGE, driver.EXIT_UNSUPPORTED, driver.EXIT_FAILED):
        assert re.search(rf"\b{code} ", protocol.partition("## Exit codes")[2])


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_what_the_code_says_is_written_as_it_says_it(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert text == written(text), "`make reference` writes it anew"


def test_every_format_has_its_version_and_its_place() -> None:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    code = "".join(
        path.read_text(encoding="utf-8")
        for package in ("simulator", "mockserver")
        for path in (ROOT / package).rglob("*.py")
    )
    schemas = set(re.findall(r'"((?:gil-)?simulator\.[a-z]+/\d+)"', code))
    assert len(schemas) > 5
    assert [name for name in sorted(schemas) if f"`{name}`" not in text] == [], (
        "a row of docs/formats_in_code.py"
    )
    assert len({row.name for row in FORMATS}) == len(FORMATS)


def test_every_event_of_the_progress_is_described() -> None:
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    assert [name for name in event_names() if f"`{name}`" not in text] == []


def in_navigation(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for inner in entry.values() if isinstance(entry, dict) else entry:
            yield from in_navigation(inner)


def test_every_page_is_in_the_navigation_of_the_site_and_in_llms_txt() -> None:
    nav = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    pages = list(build_site.pages())
    assert sorted(in_navigation(nav)) == sorted(pages), "nav in zensical.toml"
    listed = LINK.findall((ROOT / "llms.txt").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(pages), "llms.txt says of each page what it answers"


@pytest.mark.truth
def test_the_site_is_built_without_a_broken_link_and_loads_nothing_from_elsewhere() -> None:
    pytest.importorskip("zensical", reason="make site installs it")
    done = subprocess.run(
        [sys.executable, "-m", "docs.build_site"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for page in build_site.pages():
        built = Path(page.replace("README.md", "index.md")).with_suffix(".html")
        assert "<h1" in (build_site.SITE / built).read_text(encoding="utf-8"), page
    assert (build_site.SITE / "llms.txt").is_file()


@pytest.mark.parametrize("page", [*build_site.pages()])
def test_github_and_the_site_read_lists_and_tables_alike(page: str) -> None:
    """The site's Markdown wants an empty line before a list, and four columns for a list in a list."""
    prose = FENCE.sub("```\n", (ROOT / page).read_text(encoding="utf-8"))
    assert re.findall(r"^(?![-*] |\d+\. | ).+\n(?:[-*]|\d+\.) .*", prose, re.MULTILINE) == []
    assert re.findall(r"^ {1,3}(?:[-*]|\d+\.) .*", prose, re.MULTILINE) == []
    rows = re.findall(r"^\|.*", prose, re.MULTILINE)
    ends_a_cell = [row for row in rows if any("|" in code for code in re.findall(r"`[^`]+`", row))]
    assert ends_a_cell == [], "GitHub ends a cell at a | also within code"


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(document: Path) -> set[str]:
    """Of the headings, the way GitHub makes them."""
    prose = FENCE.sub("", document.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+?)\s*$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", [path for path in ALL if path.exists()], ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path) if path else document
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), target


@pytest.mark.parametrize("document", [path for path in ALL if path.exists()], ids=lambda path: path.name)
def test_no_path_of_one_machine(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|Users|work|tmp)/\w", text)
