"""A scenario is meant by its path, or by its name where it is shipped."""

from pathlib import Path

import pytest

from simulator.scenario.load import load
from simulator.scenario.named import located, shipped
from simulator.scenario.problem import ScenarioError

FOLDER = Path(__file__).parents[3] / "scenarios"


def test_every_shipped_scenario_is_found_by_its_name_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shipped() == tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
    assert {located(Path(name)) for name in shipped()} == set(FOLDER.glob("*.yaml"))
    # What lies beside it is found from there.
    assert load(Path("article")).source_dir == FOLDER


def test_a_file_of_that_name_comes_first_and_a_folder_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("quickstart").mkdir()
    assert located(Path("quickstart")) == FOLDER / "quickstart.yaml"
    Path("quickstart").rmdir()
    Path("quickstart").write_text("name: mine\njob: {pages: 9}\n")
    assert load(Path("quickstart")).name == "mine"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("quikstart", "did you mean quickstart?"),
        ("quickstart.yaml", "did you mean quickstart?"),
        ("scenarios/gil.yaml", "did you mean gil?"),
        ("mine", "did you mean mine.yaml?"),
        ("nothing-like-it", "no such file; Shipped are article, "),
    ],
)
def test_a_wrong_name_is_told_the_nearest_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").touch()
    with pytest.raises(ScenarioError) as caught:
        load(Path(written))
    assert str(caught.value).startswith(f"{written}: no such file; ")
    assert meant in str(caught.value)
