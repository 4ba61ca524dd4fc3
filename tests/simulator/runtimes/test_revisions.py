"""Revisions in folders of their own: which commits they are, and that nothing is written where they come from."""

from pathlib import Path

import pytest

from simulator.runner.stop import Stop, Stopped
from simulator.runtimes.revisions import Repository, RevisionError
from tests.simulator.runtimes.projects import commit, git, repository


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """main is at v1.1; the branch `work` left it at v1.0."""
    folder = repository(tmp_path_factory.mktemp("repository") / "project")
    commit(folder, "1", "v1.0")
    git(folder, "checkout", "-qb", "work")
    commit(folder, "3", "slower")
    git(folder, "checkout", "-q", "main")
    commit(folder, "2", "v1.1")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_pair_is_what_git_takes_it_for(project: Path) -> None:
    found = Repository.of(project, Stop())
    at = {tag: git(project, "rev-parse", tag) for tag in ("v1.0", "v1.1", "slower")}

    def pair(text: str) -> list[tuple[str, str]]:
        return [(one.name, one.commit) for one in found.pair(text)]

    assert pair("v1.0..slower") == [("v1.0", at["v1.0"]), ("slower", at["slower"])]
    assert pair("v1.0..") == [("v1.0", at["v1.0"]), ("HEAD", at["v1.1"])]
    assert pair("main...work") == [("main", at["v1.0"]), ("work", at["slower"])]
    assert pair("HEAD~1..HEAD") == [("HEAD~1", at["v1.0"]), ("HEAD", at["v1.1"])]
    assert pair("main..main") == [("main", at["v1.1"]), ("main again", at["v1.1"])]


def test_a_revision_is_written_with_its_tags_and_nothing_into_the_repository(
    project: Path, tmp_path: Path
) -> None:
    before = files(project)
    found = Repository.of(project, Stop())
    first, second = found.pair("v1.0..slower")
    folders = [found.check_out(one, tmp_path / one.name) for one in (first, second)]
    assert ["return 1" in (f / "mine.py").read_text(encoding="utf-8") for f in folders] == [True, False]
    assert git(folders[0], "describe", "--tags") == "v1.0", "what takes its version from tags can be built"
    assert git(folders[1], "status", "--porcelain") == ""
    assert files(project) == before


def test_a_shallow_checkout_as_ci_has_it_gives_what_it_has(project: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", project.as_uri(), str(shallow))
    found = Repository.of(shallow, Stop())
    written = found.check_out(found.pair("HEAD..HEAD")[0], tmp_path / "out")
    assert "return 2" in (written / "mine.py").read_text(encoding="utf-8")
    with pytest.raises(RevisionError, match=r"has no revision 'HEAD~1'.*fetch-depth"):
        found.pair("HEAD~1..HEAD")


def test_what_a_partial_clone_does_not_have_is_said(project: Path, tmp_path: Path) -> None:
    server, partial = tmp_path / "server", tmp_path / "partial"
    git(tmp_path, "clone", "-q", "--bare", str(project), str(server))
    git(server, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", server.as_uri(), str(partial))
    found = Repository.of(partial, Stop())
    before, now = found.pair("HEAD~1..HEAD")
    assert "return 2" in (found.check_out(now, tmp_path / "now") / "mine.py").read_text(encoding="utf-8")
    with pytest.raises(
        RevisionError, match=r"HEAD~1 \(\w{12}\) is not whole in .*; clone it without --filter"
    ):
        found.check_out(before, tmp_path / "before")


def test_a_warning_of_git_is_no_part_of_its_answer(project: Path, tmp_path: Path) -> None:
    warns = tmp_path / "warns"
    git(tmp_path, "clone", "-q", str(project), str(warns))
    git(warns, "config", "core.fsync", "of-the-future")
    found = Repository.of(warns, Stop())
    assert found.top == warns
    written = found.check_out(found.pair("v1.0..HEAD")[0], tmp_path / "out")
    assert git(written, "describe", "--tags") == "v1.0"


def test_a_project_inside_of_a_repository(tmp_path: Path) -> None:
    whole = repository(tmp_path / "whole")
    inside = whole / "packages" / "mine"
    inside.mkdir(parents=True)
    (whole / "README").write_text("", encoding="utf-8")
    git(whole, "add", ".")
    git(whole, "commit", "-qm", "before")
    commit(inside, "1", "first")
    found = Repository.of(inside, Stop())
    assert not found.changed
    (whole / "README").write_text("changed", encoding="utf-8")
    assert not found.changed, "that is not of the project"
    (inside / "mine.py").write_text("", encoding="utf-8")
    assert found.changed
    before, now = found.pair("HEAD~1..HEAD")
    assert found.check_out(now, tmp_path / "now") == tmp_path / "now" / "packages" / "mine"
    with pytest.raises(RevisionError, match=r"HEAD~1 \(\w{12}\) has neither pyproject.toml nor setup.py in"):
        found.check_out(before, tmp_path / "before")


def test_what_a_hook_has_set_is_not_obeyed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert Repository.of(project, Stop()).top == project.resolve()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("main", "write two of them, as in main..HEAD"),
        ("..HEAD", "write two of them"),
        ("main..nix", "has no revision 'nix'; name a branch, a tag or a commit"),
        ("main..--output=x", "'--output=x' names no revision"),
        ("main..a b", "'a b' names no revision"),
        ("", "write two of them"),
    ],
)
def test_what_is_no_pair_of_revisions_is_said(project: Path, text: str, said: str) -> None:
    with pytest.raises(RevisionError) as error:
        Repository.of(project, Stop()).pair(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_no_repository_no_folder_and_no_git_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RevisionError, match="is no folder; name that of the project"):
        Repository.of(tmp_path / "nix", Stop())
    with pytest.raises(RevisionError, match="is in no git repository that can be read"):
        Repository.of(tmp_path, Stop())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RevisionError, match="needs git, which is not on PATH; install it"):
        Repository.of(tmp_path, Stop())


def test_it_is_given_up_when_it_is_not_wanted_any_more(project: Path) -> None:
    stop = Stop()
    found = Repository.of(project, stop)
    stop.set()
    with pytest.raises(Stopped):
        Repository(found.top, found.inside, stop).pair("main..work")
