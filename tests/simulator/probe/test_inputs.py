import json
from pathlib import Path

import pytest

from simulator.probe.inputs import InputError, find_pages, generate_page


def test_a_folder_stands_for_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.html", "a.html", ".hidden"):
        (tmp_path / name).write_text(name)
    assert [page.name for page in find_pages([tmp_path, tmp_path / "b.html"])] == [
        "a.html",
        "b.html",
        "b.html",
    ]


def test_what_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nix\.html does not exist"):
        find_pages([tmp_path / "nix.html"])


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no files"):
        find_pages([tmp_path])


def test_the_generated_page_fits_the_parser(tmp_path: Path) -> None:
    assert generate_page(tmp_path, "lxml").read_bytes().startswith(b"<!DOCTYPE html>")
    assert json.loads(generate_page(tmp_path, "json").read_bytes())["products"]
