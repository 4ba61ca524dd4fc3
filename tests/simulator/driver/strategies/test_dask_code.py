"""What a cluster that runs is sent."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from simulator.driver.spec import Spec
from simulator.driver.strategies.executors.dask_code import FORGET, PREFIX, pack
from tests.simulator.driver.jobs import spec


def job(folder: Path, **changes: Any) -> Spec:
    return spec(None, import_path=[str(folder)], **changes)


def names(packed: Path) -> set[str]:
    with ZipFile(packed) as found:
        return set(found.namelist())


def of_user(packed: Path) -> set[str]:
    return {name for name in names(packed) if not name.startswith("simulator")}


def test_it_is_the_driver_and_what_lies_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def parse(body): return 1\n")
    (tmp_path / "other.py").write_text("")
    package = tmp_path / "shop" / "inner"
    package.mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").write_text("")
    (package / "client.py").write_text("")
    (package / "secret.txt").write_text("")
    made = pack(job(tmp_path, parser={"function": "mine:parse"}, client="shop.inner.client:Mine"), tmp_path)
    assert of_user(made) == {"mine.py", "shop/__init__.py", "shop/inner/client.py"}
    assert {name.rpartition("/")[2] for name in names(made)} >= {"push_worker.py", "recorder.py"}


@pytest.mark.parametrize("function", ["../mine:parse", "missing:parse", ":parse"])
def test_what_is_no_module_there_is_not_sent(function: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("")
    inner = tmp_path / "inner"
    inner.mkdir()
    assert of_user(pack(job(inner, parser={"function": function}), tmp_path)) == set()


def test_its_name_tells_its_content(tmp_path: Path) -> None:
    parser = {"function": "mine:parse"}
    (tmp_path / "mine.py").write_text("a = 1\n")
    first = pack(job(tmp_path, parser=parser), tmp_path)
    assert pack(job(tmp_path, parser=parser), tmp_path) == first
    (tmp_path / "mine.py").write_text("a = 2\n")
    assert pack(job(tmp_path, parser=parser), tmp_path) != first


def test_it_can_be_imported_from_there_and_forgotten(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("a = 1\n")
    made = pack(job(tmp_path, parser={"function": "mine:parse"}), tmp_path)
    code = (
        f"import sys\nsys.path.insert(0, {str(made)!r})\nimport mine\nassert mine.a == 1\n"
        f"{FORGET}\nassert 'mine' not in sys.modules\nassert not [p for p in sys.path if {PREFIX!r} in p]\n"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True)
    assert not made.exists()
