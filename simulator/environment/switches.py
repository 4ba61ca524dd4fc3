"""Environment variables that change an interpreter, its memory or its libraries: the driver inherits them.

They travel with the numbers. A value is kept only where it is known to be a choice, and short: never a folder or a
secret.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

_CHOICES = frozenset(
    (
        *(
            "PYTHON_CPU_COUNT",
            "PYTHON_COLORS",
            "PYTHON_CONTEXT_AWARE_WARNINGS",
            "PYTHON_FROZEN_MODULES",
            "PYTHON_GIL",
        ),
        *("PYTHON_JIT", "PYTHON_LAZY_IMPORTS", "PYTHON_PERF_JIT_SUPPORT", "PYTHON_TLBC", "PYTHON_BASIC_REPL"),
        *("PYTHON_THREAD_INHERIT_CONTEXT", "PYTHONASYNCIODEBUG", "PYTHONBREAKPOINT", "PYTHONCASEOK"),
        *("PYTHONCOERCECLOCALE", "PYTHONDEBUG", "PYTHONDEVMODE", "PYTHONDONTWRITEBYTECODE", "PYTHONDUMPREFS"),
        *(
            "PYTHONFAULTHANDLER",
            "PYTHONHASHSEED",
            "PYTHONINSPECT",
            "PYTHONINTMAXSTRDIGITS",
            "PYTHONIOENCODING",
        ),
        *(
            "PYTHONLEGACYWINDOWSSTDIO",
            "PYTHONMALLOC",
            "PYTHONMALLOCSTATS",
            "PYTHONNODEBUGRANGES",
            "PYTHONNOUSERSITE",
        ),
        *(
            "PYTHONOPTIMIZE",
            "PYTHONPERFSUPPORT",
            "PYTHONPROFILEIMPORTTIME",
            "PYTHONSAFEPATH",
            "PYTHONTRACEMALLOC",
        ),
        *("PYTHONUNBUFFERED", "PYTHONUTF8", "PYTHONVERBOSE", "PYTHONWARNDEFAULTENCODING", "PYTHONWARNINGS"),
        *("PYPY_DISABLE_JIT", "PYPY_GC_NURSERY", "PYPY_GC_MAX", "PYPY_GC_MIN"),
        *("OMP_NUM_THREADS", "OMP_DYNAMIC", "OMP_PROC_BIND", "OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS"),
        *(
            "MKL_NUM_THREADS",
            "BLIS_NUM_THREADS",
            "NUMEXPR_NUM_THREADS",
            "NUMEXPR_MAX_THREADS",
            "RAYON_NUM_THREADS",
        ),
        *("VECLIB_MAXIMUM_THREADS", "GOTO_NUM_THREADS", "TBB_NUM_THREADS", "UV_THREADPOOL_SIZE"),
    )
)
_ALLOCATORS = re.compile(r"(MALLOC_[A-Z_]+_?|GLIBC_TUNABLES|MIMALLOC_[A-Z_]+|_?RJEM_MALLOC_CONF)\Z")
_FILES = frozenset(("LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES"))
"""Lists of files, of which the names are kept."""
_SET = frozenset(
    ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS", "JAVA_OPTS")
)
_CHOICE = re.compile(r"[A-Za-z0-9_.,:=+ -]{0,60}\Z")
_MOST = 60
IS_SET = "(set)"
"""Stands for a value that is not kept."""

_OFF = ("", "0")
_DEBUGGING = {
    "PYTHONASYNCIODEBUG": "asyncio checks and times every callback",
    "PYTHONDEVMODE": "Python checks memory and asyncio as it runs",
    "PYTHONTRACEMALLOC": "every allocation is traced",
    "PYTHONMALLOCSTATS": "Python prints statistics of its memory",
    "PYTHONPROFILEIMPORTTIME": "every import is timed and printed",
    "PYTHONVERBOSE": "every import is printed",
    "PYTHONDUMPREFS": "every object is listed",
    "PYTHONDONTWRITEBYTECODE": "a module without bytecode is compiled at each start",
    "COVERAGE_PROCESS_START": "coverage traces the job",
    "COVERAGE_PROCESS_CONFIG": "coverage traces the job",
    "PYTHONDEBUG": "Python's own parser is debugged",
}


def described(environ: Mapping[str, str]) -> dict[str, str]:
    """Return these variables, in order of their names, with what may be kept of their values."""
    return {
        name: _kept(name, value)
        for name, value in sorted(environ.items())
        if name.startswith("PYTHON") or name in _CHOICES | _FILES | _SET or _ALLOCATORS.match(name)
    }


def _kept(name: str, value: str) -> str:
    if name in _FILES:
        return ", ".join(PurePath(file).name for file in re.split(r"[: ]+", value) if file)[:_MOST]
    if (name in _CHOICES or _ALLOCATORS.match(name)) and _CHOICE.match(value):
        return value
    return IS_SET


def warnings(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each variable that makes the job slower than it is, with the remedy."""
    return tuple(_warnings(environ))


def _warnings(environ: Mapping[str, str]) -> Iterator[str]:
    for name, what in _DEBUGGING.items():
        if environ.get(name, "") not in _OFF:
            yield f"{name} is set, so {what}: times are not those of a usual run; unset {name}"
    allocator = environ.get("PYTHONMALLOC", "")
    if "debug" in allocator:
        yield "PYTHONMALLOC asks for debugging, so every allocation is checked; unset PYTHONMALLOC"
