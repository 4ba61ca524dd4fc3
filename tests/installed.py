"""What a wheel of this checkout holds, unpacked into a folder."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "simulator", "mockserver", "scenarios")
BUILD = "from setuptools import build_meta; build_meta.build_wheel('dist')"
"""As pip does it, but with the setuptools that is here: nothing is asked of an index."""


def copied(to: Path) -> None:
    """Write what a wheel is built from to a folder."""
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, to / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, to / name)


def unpacked(source: Path, folder: Path) -> Path:
    """Build in one folder, and unpack into the other, which is returned."""
    copied(source)
    subprocess.run([sys.executable, "-c", BUILD], cwd=source, check=True, capture_output=True)
    (wheel,) = (source / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder
