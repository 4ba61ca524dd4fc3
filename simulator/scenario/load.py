"""From YAML text to a `Scenario`, or to everything that is wrong with it at once.

Precedence: defaults < file < environment (`SIMULATOR_SERVER__LATENCY=20ms`) < `--set server.latency=20ms` < options of
their own (`--latency 20ms`), but a `--set` inside of what an option sets comes after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.scenario.document import Document, Keys, Mark, parse
from simulator.scenario.expect_mistakes import expect_mistakes
from simulator.scenario.explain import Mistake, explain
from simulator.scenario.factor_mistakes import factor_mistakes, has_factors
from simulator.scenario.model import Scenario
from simulator.scenario.named import located
from simulator.scenario.origin import Origin
from simulator.scenario.paths import PathError, absolute, dotted, place, replaced
from simulator.scenario.problem import Problem, ScenarioError, found
from simulator.scenario.referred import ReferredFiles
from simulator.scenario.settings import Setting, from_environment, from_overrides, in_turn


def load(
    path: Path,
    *,
    overrides: Sequence[str] = (),
    settings: Iterable[Setting | Problem] = (),
    environ: Mapping[str, str] | None = None,
    served_elsewhere: bool = False,
) -> Scenario:
    """Read a scenario file, and the files that it names.

    Args:
        path: The YAML file; or the name of a shipped scenario, where there is no such file.
        overrides: `path=value` texts of `--set`, the value as YAML; later ones win.
        settings: What other options set; they win over all others.
        environ: Environment variables; those that start with SIMULATOR_ are read.
        served_elsewhere: A mock server that runs already serves it, so that what it reads need not be here.

    Raises:
        ScenarioError: The file cannot be read, or the scenario is wrong: all problems at once.
    """
    path = located(path)
    return load_text(
        _read(path),
        str(path),
        path.absolute().parent,
        overrides=overrides,
        settings=settings,
        environ=environ or {},
        served_elsewhere=served_elsewhere,
    )


def load_text(
    text: str,
    source: str,
    base_dir: Path,
    *,
    overrides: Sequence[str] = (),
    settings: Iterable[Setting | Problem] = (),
    environ: Mapping[str, str] | None = None,
    served_elsewhere: bool = False,
) -> Scenario:
    """Read a scenario from text; see `load`.

    Args:
        text: YAML.
        source: What problems call the text.
        base_dir: Where relative paths in the text start, and where the user's parser is looked for first.
            Relative paths in overrides and the environment start in the current folder.
        overrides: See `load`.
        settings: See `load`.
        environ: See `load`.
        served_elsewhere: See `load`.

    Raises:
        ScenarioError: The scenario is wrong: all problems at once.
    """
    document = parse(text, source)
    if not isinstance(document.data, dict):
        what = "empty" if document.data is None else f"found {found(document.data)}"
        message = f"{what}; a scenario is a mapping that starts with name: …"
        raise ScenarioError([Problem(source, 1, 1, "", message)])
    draft = _Draft(source, document, absolute(document.data, (), base_dir))
    for setting in in_turn((*from_environment(environ or {}), *from_overrides(overrides)), settings):
        draft.apply(setting)
    return _validated(draft, base_dir, ReferredFiles(served_elsewhere), draft.origin)


def from_document(
    document: Mapping[str, Any],
    source: str,
    source_dir: Path | None = None,
    origin: Origin | None = None,
    set_by: Mapping[Keys, str] | None = None,
    referred: ReferredFiles | None = None,
) -> Scenario:
    """Read a scenario back from `Scenario.document()`.

    Args:
        document: Plain data, as stored with the results.
        source: What problems call it.
        source_dir: `Scenario.source_dir` of the original.
        origin: `Scenario.origin` of the original.
        set_by: What to call, instead of the source, that which set the values at these places.
        referred: Looks at the files that it names; null: they need not exist any more.

    Raises:
        ScenarioError: It is not a scenario.
    """
    draft = _Draft(source, Document(document, {}, {}), dict(document), dict(set_by or {}))
    return _validated(draft, source_dir, referred, origin or draft.origin)


REMOVED_BY_NULL: tuple[Keys, ...] = (("cases",), ("vary",))
"""Null from outside removes these, as it does every other value; in a file, where they are empty by oversight, not."""


@dataclass
class _Draft:
    """A document on its way: its data, and where each value came from."""

    source: str
    written: Document
    data: Any
    set_by: dict[Keys, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def apply(self, setting: Setting | Problem) -> None:
        """Put one value from outside into the document."""
        if isinstance(setting, Problem):
            self.problems.append(setting)
            return
        try:
            keys = place(self.data, setting.parts)
            if setting.value is None and keys in REMOVED_BY_NULL:
                data = {key: value for key, value in self.data.items() if key != keys[0]}
            else:
                data = replaced(self.data, keys, absolute(setting.value, keys, Path.cwd()))
        except PathError as error:
            self.problems.append(Problem(setting.source, None, None, ".".join(setting.parts), str(error)))
            return
        self.data = data
        self.set_by = {key: by for key, by in self.set_by.items() if key[: len(keys)] != keys}
        self.set_by[keys] = setting.source

    @property
    def origin(self) -> Origin:
        """Return where the values are from, for whoever finds a mistake later."""
        return Origin(self.source, self.data, lambda keys, message: self.problem(Mistake(keys, message)))

    def problem(self, mistake: Mistake) -> Problem:
        """Say where a mistake came from."""
        source, mark = self._came_from(mistake.keys, at_key=mistake.at_key)
        line, column = (None, None) if mark is None else (mark.line, mark.column)
        return Problem(source, line, column, dotted(mistake.keys, self.data), mistake.message, mistake.hint)

    def _came_from(self, keys: Keys, *, at_key: bool) -> tuple[str, Mark | None]:
        if keys not in self.written.values:
            # A mapping that only a setting made: `--set sever.latency=40ms` makes `sever`.
            for key, by in self.set_by.items():
                if key[: len(keys)] == keys:
                    return by, None
        for length in range(len(keys), -1, -1):
            part = keys[:length]
            if part in self.set_by:
                return self.set_by[part], None
            marks = self.written.keys if at_key and length == len(keys) else self.written.values
            if part in marks:
                return self.source, marks[part]
        return self.source, None


def _validated(
    draft: _Draft, source_dir: Path | None, referred: ReferredFiles | None, origin: Origin
) -> Scenario:
    """Check a draft, and the files that it names where they are to be looked at. Raises ScenarioError."""
    wrong: list[Mistake] = []
    scenario: Scenario | None = None
    try:
        scenario = Scenario.from_document(draft.data, source_dir, origin)
    except ValidationError as error:
        wrong += explain(error, draft.data)
    if referred is not None:
        wrong += referred.mistakes(draft.data)
    if (scenario is not None) or has_factors(draft.data):
        wrong += factor_mistakes(draft.data, frozenset(wrong), referred)
        wrong += expect_mistakes(draft.data, tuple(wrong))
    problems = [*draft.problems, *map(draft.problem, wrong)]
    if problems or scenario is None:
        raise ScenarioError(_by_line(problems))
    return scenario


def _by_line(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.line is None, problem.line or 0))


def _read(path: Path) -> str:
    """Read a file as UTF-8, or say why not."""
    hint = None
    try:
        return path.read_bytes().decode("utf-8-sig")
    except IsADirectoryError:
        message, hint = "is a folder", "name a scenario file in it"
    except PermissionError:
        message = "may not be read: permission denied"
    except UnicodeDecodeError as error:
        body: bytes = error.object
        line, start = body.count(b"\n", 0, error.start) + 1, body.rfind(b"\n", 0, error.start) + 1
        message = f"not UTF-8: found the byte 0x{body[error.start]:02x}; save the file as UTF-8"
        raise ScenarioError([Problem(str(path), line, error.start - start + 1, "", message)]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    raise ScenarioError([Problem(str(path), None, None, "", message, hint)]) from None
