"""The pictures of README and docs: what draws them without a browser, and the files as they are kept."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.browser import NAMES, NoBrowserError, find
from benchmarks.lab_pictures import SCREENS
from benchmarks.pictures import MOST_BYTES, PICTURES, TABLE, read, table_svg
from simulator.analysis.summary import summarise
from simulator.result.document import to_json
from tests.simulator.analysis.builders import planned, repetition, run

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs" / "pictures"
PHOTOGRAPHED = [*(picture.name for picture in PICTURES), *SCREENS]
SHOWN = {f"{name}-{scheme}.png" for name in PHOTOGRAPHED for scheme in ("light", "dark")} | {f"{TABLE}.svg"}


def document(folder: Path) -> Path:
    """A result document that names a folder of the machine that made it."""
    found = {"implementation": "CPython", "version": "3.13.0", "executable": "/somewhere/else/python"}
    names = ("sequential", "threads", "processes")
    done = [
        repetition(name, round_, 20.0 * (at + 1), environment=found)
        for at, name in enumerate(names)
        for round_ in range(3)
    ]
    path = folder / "result.json"
    path.write_text(to_json(summarise(run([planned(name) for name in names], done))), encoding="utf-8")
    return path


def test_the_table_is_drawn_without_a_browser_and_asks_for_nothing(tmp_path: Path) -> None:
    svg = table_svg(read(document(tmp_path)))
    shown = "".join(ET.fromstring(svg).itertext()).replace("\xa0", " ")  # noqa: S314 - made here
    assert "simulator run scenarios/shop.yaml" in shown
    assert "take processes" in shown.lower()
    assert "verdict" in shown
    assert re.findall(r"https?://(?!www\.w3\.org/|www\.textualize\.io)", svg) == []
    assert "url(" not in svg.replace("url(#", "")


def test_pictures_name_no_folder_of_the_machine_that_drew_them(tmp_path: Path) -> None:
    assert "/somewhere/else" not in to_json(read(document(tmp_path)))
    assert "/somewhere/else" in document(tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_picture_is_there_and_small(name: str) -> None:
    path = KEPT / name
    assert 1_000 < path.stat().st_size <= MOST_BYTES
    start = path.read_bytes()[:8]
    assert start.startswith(b"<svg") if name.endswith(".svg") else start == b"\x89PNG\r\n\x1a\n"


def test_every_picture_that_is_shown_is_one_that_is_drawn_and_all_are_shown() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents)
    assert set(re.findall(r"pictures/([\w.-]+\.(?:png|svg))", text)) == SHOWN
    assert {path.name for path in KEPT.iterdir()} == SHOWN


def test_without_a_browser_it_is_said_which_ones_were_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoBrowserError, match=f"none of {', '.join(NAMES)} is on PATH; install one"):
        find()


def test_what_is_no_document_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.pictures",
            "--quickstart",
            "nowhere.json",
            "--into",
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("pictures: nowhere.json is no result document")
