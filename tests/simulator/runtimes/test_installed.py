"""That a revision is measured and not what has the same name elsewhere."""

import subprocess
from pathlib import Path

import pytest

from simulator.runner.stop import Stop
from simulator.runtimes.errors import RuntimeUnavailableError
from simulator.runtimes.installed import check_installed, search_last
from tests.simulator.runtimes.projects import environment_with


def test_what_is_installed_wins_over_the_users_folders_but_not_over_pythonpath(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, here = tmp_path / "project", tmp_path / "here"
    for folder, text in ((project, "WHERE = 'installed'\n"), (here, "WHERE = 'here'\n")):
        folder.mkdir()
        (folder / "mine.py").write_text(text, encoding="utf-8")
    (here / "beside.py").write_text("import mine; print(mine.WHERE)\n", encoding="utf-8")
    python = environment_with(tmp_path / "made", project)
    search_last(python, [str(here)])
    done = subprocess.run([python, "-P", "-c", "import beside"], capture_output=True, text=True, check=True)
    assert done.stdout == "installed\n"
    check_installed(python, project, Stop())

    monkeypatch.chdir(here)
    for found_first in (str(here), ".", "/nowhere:"):
        monkeypatch.setenv("PYTHONPATH", found_first)
        with pytest.raises(
            RuntimeUnavailableError, match=r"mine would be imported from .*here/mine.py instead"
        ):
            check_installed(python, project, Stop())
    monkeypatch.delenv("PYTHONPATH")
    with pytest.raises(RuntimeUnavailableError, match="installs no module"):
        check_installed(python, here, Stop())


def test_what_only_the_other_revision_installs_is_not_taken_from_the_users_folders(tmp_path: Path) -> None:
    project, here = tmp_path / "project", tmp_path / "here"
    for name in (
        "mine.py",
        "space/inner/__init__.py",
        "space/deep/module.py",
        "whole/part/module.py",
        "whole/__init__.py",
    ):
        for folder in (project, here):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    for name in ("added.py", "space/added.py"):
        (here / name).write_text("", encoding="utf-8")
    python = environment_with(tmp_path / "made", project)
    search_last(python, [str(here)])
    own = check_installed(python, project, Stop())
    assert set(own) == {"mine", "space.inner", "space.deep.module", "whole"}
    assert check_installed(python, project, Stop(), also=("mine", "whole.added", "nowhere.at.all")) == own
    for name in ("added", "space.added"):
        with pytest.raises(
            RuntimeUnavailableError, match=rf"installs no {name}, .* would import .*/here/.*added.py"
        ):
            check_installed(python, project, Stop(), also=(name,))
