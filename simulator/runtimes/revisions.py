"""Revisions of a project in a git repository, each in a folder of its own.

Such a folder is a repository too, so that what finds out its own version from tags and commits can be built. It borrows
the objects of the user's repository, in which nothing is written.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.runner.stop import Stop
from simulator.runtimes.commands import last, run
from simulator.runtimes.errors import RuntimeUnavailableError

FORM = "write two of them, as in main..HEAD; main...HEAD is HEAD against where it left main"
_RANGE = re.compile(r"(.+?)(\.{2,3})([^.].*)?")
_UNLIKE = re.compile(r"\.{2,}|\s|[\x00-\x1f\x7f\"']")
_PROJECT = ("pyproject.toml", "setup.py")
_SHORT = 12
"""Characters of a commit by which people know it."""


class RevisionError(Exception):
    """A revision that cannot be had; the message says why, in one sentence for a person."""


@dataclass(frozen=True)
class Revision:
    """One revision of a project."""

    name: str
    """As it was written."""
    commit: str

    @property
    def short(self) -> str:
        """The beginning of the commit."""
        return self.commit[:_SHORT]


@dataclass(frozen=True)
class Repository:
    """The repository that a project is in.

    Args:
        top: its folder.
        inside: the project's folder in it; `.` where it is the whole.
        stop: asks to give up.
    """

    top: Path
    inside: Path
    stop: Stop

    @classmethod
    def of(cls, package: Path, stop: Stop) -> "Repository":
        """Return the repository of a project. Raises RevisionError: it is in none, or there is no git."""
        if not package.is_dir():
            raise RevisionError(f"--package {package} is no folder; name that of the project")
        folder = package.resolve()
        code, said = _git(folder, "rev-parse", "--show-toplevel", stop=stop)
        if code:
            raise RevisionError(f"--package {package} is in no git repository that can be read: {last(said)}")
        top = Path(said.strip())
        return cls(top, folder.relative_to(top), stop)

    def pair(self, text: str) -> tuple[Revision, Revision]:
        """Return the two revisions of `A..B`; of `A...B` the first is where B left A. Raises RevisionError."""
        a, dots, b = _parsed(text)
        first, second = self._revision(a), self._revision(b)
        if dots == "...":
            code, said = self._git("merge-base", first.commit, second.commit)
            if code:
                raise RevisionError(
                    f"--revisions {text}: {a} and {b} have no commit in common here; fetch the history between them"
                    " (actions/checkout: fetch-depth: 0)"
                )
            first = Revision(a, said.strip())
        if first.name == second.name:
            second = Revision(f"{second.name} again", second.commit)
        return first, second

    @property
    def changed(self) -> bool:
        """Whether the project has changes that are in no commit, and so in no revision."""
        code, said = self._git("status", "--porcelain", "--untracked-files=no", "--", f"{self.inside}/")
        return code == 0 and bool(said.strip())

    def check_out(self, revision: Revision, folder: Path) -> Path:
        """Write a revision into a folder, which is made; returns that of the project. Raises RevisionError."""
        code, said = self._git("rev-parse", "--show-object-format")
        kind = said.strip() if code == 0 else "sha1"
        made = ("init", "--quiet", "--template=", f"--object-format={kind}", str(folder))
        self._must(*_git(None, *made, stop=self.stop))
        inner = folder / ".git"
        for name in ("objects", "shallow"):
            said = self._must(*self._git("rev-parse", "--path-format=absolute", "--git-path", name))
            path = Path(said.strip())
            if name == "objects":
                (inner / "objects" / "info").mkdir(exist_ok=True)
                (inner / "objects" / "info" / "alternates").write_text(f"{path}\n", encoding="utf-8")
            elif path.is_file():
                (inner / name).write_bytes(path.read_bytes())
        tags = self._must(*self._git("for-each-ref", "--format=%(objectname) %(refname)", "refs/tags"))
        (inner / "packed-refs").write_text(tags, encoding="utf-8")
        self._must(*_git(folder, "checkout", "--quiet", "--detach", revision.commit, stop=self.stop))
        if self._must(*_git(folder, "ls-files", "--deleted", stop=self.stop)):  # git ends with 0 all the same
            raise RevisionError(
                f"revision {revision.name} ({revision.short}) is not whole in {self.top}, a partial clone; clone it"
                " without --filter"
            )
        project = folder / self.inside
        if not any((project / name).is_file() for name in _PROJECT):
            raise RevisionError(
                f"revision {revision.name} ({revision.short}) has neither {' nor '.join(_PROJECT)} in {self.inside}/;"
                " name with --package the folder of a project that pip can install"
            )
        return project

    def _revision(self, name: str) -> Revision:
        code, said = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if code:
            raise RevisionError(
                f"--revisions: {self.top} has no revision {name!r}; name a branch, a tag or a commit, or fetch it first"
                " (actions/checkout: fetch-depth: 0, and origin/main)"
            )
        return Revision(name, said.strip())

    def _git(self, *arguments: str) -> tuple[int, str]:
        return _git(self.top, *arguments, stop=self.stop)

    @staticmethod
    def _must(code: int, said: str) -> str:
        if code:
            raise RevisionError(f"git cannot write a revision into a folder of its own: {last(said)}")
        return said


def _parsed(text: str) -> tuple[str, str, str]:
    """Take `A..B` or `A...B` apart; without B it is HEAD, as git has it. Raises RevisionError."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise RevisionError(f"--revisions {text}: {FORM}")
    a, dots, b = found[1], found[2], found[3] or "HEAD"
    for name in (a, b):
        if _UNLIKE.search(name) or name.startswith("-"):
            raise RevisionError(f"--revisions {text}: {name!r} names no revision; {FORM}")
    return a, dots, b


def _git(folder: Path | None, *arguments: str, stop: Stop) -> tuple[int, str]:
    """Run git, with nothing of what a hook that started this has set, without hooks, and without asking anybody.

    Returns its exit code and what it answered: its warnings are no part of that, but where it failed they say why.
    """
    stop.check()
    command = ["git", "-c", f"core.hooksPath={os.devnull}", *(() if folder is None else ("-C", str(folder)))]
    try:
        done = run([*command, *arguments], stop, environ=_environ(os.environ), doing="over a revision")
    except FileNotFoundError as error:
        raise RevisionError("--revisions needs git, which is not on PATH; install it") from error
    except (OSError, RuntimeUnavailableError) as error:
        raise RevisionError(f"git cannot be run: {error}") from error
    return done.code, done.said if done.code else done.output


def _environ(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
