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
