"""This Python: what it is, whether it holds a GIL, what is installed beside it."""

import multiprocessing
import platform
import sys
import sysconfig
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from simulator.driver import libraries

LIBRARIES = sorted(
    (
        *(
            "h11",
            "numpy",
            "platformdirs",
            "prometheus-client",
            "pydantic",
            "pydantic-core",
            "rich",
            "ruamel.yaml",
        ),
        "typer",
        *libraries.LIBRARIES,
    )
)
"""What the simulator, its server and its built-in parsers run on."""


def version_of(distribution: str) -> str | None:
    """Return the installed version, or null."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def is_free_threaded() -> bool:
    """Tell whether this Python was built to run without the GIL."""
    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def is_gil_enabled() -> bool:
    """Tell whether there is a GIL now: importing an extension can turn it on in a free-threaded build."""
    ask = getattr(sys, "_is_gil_enabled", None)  # Python 3.13 and later
    return True if ask is None else bool(ask())


def is_uvloop_installed() -> bool:
    """Tell without importing it, which would turn the GIL on where it is off."""
    return find_spec("uvloop") is not None


def describe_interpreter() -> dict[str, Any]:
    """Describe this Python."""
    methods = multiprocessing.get_all_start_methods()
    return {
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "build": sys.version,
        "free_threaded": is_free_threaded(),
        "gil_enabled": is_gil_enabled(),
        "switch_interval_s": sys.getswitchinterval(),
        "start_methods": methods,
        # The first is the default; asking for it by get_start_method() would settle it for this process.
        "default_start_method": methods[0],
        "loops": ["asyncio", "uvloop"] if is_uvloop_installed() else ["asyncio"],
    }
