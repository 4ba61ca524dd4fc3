"""Virtual environments that are made for a Python on first use, and kept in the user's cache folder."""

import contextlib
import fcntl
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from platformdirs import user_cache_path

from simulator.runner.stop import Stop
from simulator.runtimes.commands import last, run
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.facts import Facts
from simulator.runtimes.fingerprint import key_of
from simulator.runtimes.location import is_path

WHOLE = "simulator.json"
"""Written last: an environment without it was interrupted."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def default_cache(environ: Mapping[str, str]) -> Path:
    """Return the folder of SIMULATOR_CACHE where it is set and not empty, else the user's cache folder."""
    chosen = environ.get("SIMULATOR_CACHE")
    if chosen:
        try:
            return Path(chosen).expanduser().absolute()
        except RuntimeError:  # "~" without a home folder is taken as it is written
            return Path(chosen).absolute()
    return user_cache_path("gil-simulator", appauthor=False)


def shipped_constraints() -> str:
    """Return the versions that the program itself is tested with, as pip's constraints."""
    return files("simulator.runtimes").joinpath("constraints.txt").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Environments:
    """Makes environments, each once.

    Args:
        folder: where they are kept.
        constraints: the text of pip's constraints on what is named; `with` wins over them.
        pip_options: more options of `pip install`, such as --no-index.
        from_source: packages that may be built where there is no wheel; of all others wheels alone will do.
    """

    folder: Path
    constraints: str
    pip_options: tuple[str, ...] = ()
    from_source: tuple[str, ...] = ()

    def python(
        self,
        python: str,
        facts: Facts,
        requirements: Sequence[str],
        tell: Callable[[], None],
        stop: Stop | None = None,
    ) -> str:
        """Return the interpreter of an environment that has all requirements, made now if there is none.

        Args:
            python: the interpreter that it is made with.
            facts: what that is.
            requirements: names, or absolute paths of projects.
            tell: called before one is made, which takes a while.
            stop: asks to give up making it.

        Raises:
            RuntimeUnavailableError: it cannot be made; says why in one sentence.
            Stopped: nobody wants it any more.
        """
        stop = stop or Stop()
        constraints = without(self.constraints, requirements)
        place = self.folder / "environments" / key_of(python, facts, requirements, constraints)
        made = str(place / "bin" / "python")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with _locked(place.with_suffix(".lock"), stop):
                if not (place / WHOLE).is_file():
                    tell()
                    shutil.rmtree(place, ignore_errors=True)
                    try:
                        self._make(place, python, requirements, constraints, stop)
                    except RuntimeUnavailableError:
                        shutil.rmtree(place, ignore_errors=True)
                        raise
                    about = {"python": python, "build": facts.build, "requirements": list(requirements)}
                    (place / WHOLE).write_text(json.dumps(about, indent=1), encoding="utf-8")
        except OSError as error:
            raise RuntimeUnavailableError(
                f"no environment can be kept in {self.folder}: {error.strerror}; name another folder with"
                " SIMULATOR_CACHE"
            ) from error
        return made

    def _make(
        self, place: Path, python: str, requirements: Sequence[str], constraints: str, stop: Stop
    ) -> None:
        done = run([python, "-m", "venv", str(place)], stop)
        if done.code:
            raise RuntimeUnavailableError(f"{python} cannot make an environment: {last(done.said)}")
        written = place / "constraints.txt"
        written.write_text(constraints, encoding="utf-8")
        pip = [
            str(place / "bin" / "python"),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--no-input",
        ]
        pip += self.pip_options
        # Binaries only: what a stranger's build script does, and how long, is not for an experiment to find out.
        # A project that the scenario names by its path is the user's own, and is built; what it needs, it says itself.
        built = ("--no-binary", ",".join(self.from_source)) if self.from_source else ()
        named = [text for text in requirements if not is_path(text)]
        for options, some in (
            (("--constraint", str(written), "--only-binary", ":all:", *built), named),
            ((), [p for p in requirements if is_path(p)]),
        ):
            if some:
                done = run([*pip, *options, *some], stop)
                if done.code:
                    raise RuntimeUnavailableError(f"cannot install {', '.join(some)}: {reason_of(done.said)}")


def without(constraints: str, requirements: Sequence[str]) -> str:
    """Return the constraints without those on what is required by a version of its own."""
    own = set()
    for requirement in requirements:
        found = _NAME.match(requirement)
        if found and found.group() != requirement and not is_path(requirement):
            own.add(_normal(found.group()))
    lines = constraints.splitlines()
    return "".join(f"{line}\n" for line in lines if _normal(line.partition("==")[0]) not in own)


def reason_of(said: str) -> str:
    """Return why pip failed, in one sentence, from all that it printed."""
    errors = [line.partition("ERROR:")[2].strip() for line in said.splitlines() if "ERROR:" in line]
    absent = re.search(r"No matching distribution found for ([^\s;]+)", said)
    if absent and re.search(r"Retrying \(|Connection|Temporary failure|Network is unreachable", said):
        return f"the package index cannot be reached (looked for {absent.group(1)})"
    # Where the constraints ask for one version, pip calls its absence a conflict.
    missing = re.search(r"no matching distributions available for your environment:\s+(\S+)", said)
    if missing is None and " depends on " not in said:
        missing = re.search(r"The user requested \(constraint\) (\S+)", said)
    if missing:
        return (
            f"there is no wheel of {missing.group(1)} for it, in the version that this program is tested with"
        )
    if absent:
        return (
            f"there is no wheel of {absent.group(1)} for it (pip: {errors[-1] if errors else absent.group()})"
        )
    return (errors[0] if errors else last(said)).rstrip(".")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


@contextlib.contextmanager
def _locked(path: Path, stop: Stop) -> Iterator[None]:
    """Let one process at a time make an environment; the kernel unlocks it whatever becomes of that process."""
    with path.open("w") as lock:
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            stop.wait()
        yield
