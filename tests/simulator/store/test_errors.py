"""Everything that a file, a disk or another process can do to the results database."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from simulator.result.attribution import Lane, Timeline, Watch
from simulator.store import Store, StoreError
from simulator.store.schema import VERSION

TURNS = Timeline(
    -1,
    500_000,
    (Lane("worker 1", (0, 7), (7, 9), (9, 20, 5), (9, 14), (14, 15)),),
    2,
    Watch(looks=490, workers=1, of=3, unseen_us=(30, 40), cost=0.05),
)
Make = Callable[..., Any]
Unprivileged = Callable[[], AbstractContextManager[None]]


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a b" / "ü?#%41" / "results.sqlite"
    Store.open(path).close()
    assert path.is_file()


def test_a_missing_file_is_not_made_by_looking(path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"results\.sqlite does not exist.*`simulator run FILE` makes it.*--store PATH"
    ):
        Store.open(path, create=False)
    assert not path.exists()


def test_an_empty_file_holds_no_results_yet(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreError, match="holds no results yet"):
        Store.open(path, create=False)
    with Store.open(path) as store:
        assert store.runs() == ()


@pytest.mark.parametrize("create", [True, False])
def test_a_folder_is_not_a_file(tmp_path: Path, create: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    with pytest.raises(StoreError, match=r"is a folder; name a file in it, such as .*results\.sqlite"):
        Store.open(tmp_path, create=create)


def test_a_pipe_or_device_is_refused_instead_of_waited_for(path: Path) -> None:
    os.mkfifo(path)
    for irregular in (path, Path("/dev/full")):
        with pytest.raises(StoreError, match="is not a regular file"):
            Store.open(irregular)


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "results.sqlite", tmp_path / "file" / "deeper" / "results.sqlite"):
        with pytest.raises(StoreError, match="a part of the path is a file, not a folder"):
            Store.open(path)


def test_a_path_that_no_system_has_is_refused() -> None:
    with pytest.raises(StoreError, match="is not a path"):
        Store.open(Path("a\0b"))
    with pytest.raises(StoreError, match="name too long"):
        Store.open(Path("/tmp") / ("x" * 300) / "results.sqlite")  # noqa: S108 - nothing is made there


def test_a_folder_that_cannot_be_made(shared_folder: Path, unprivileged: Unprivileged) -> None:
    shared_folder.chmod(0o555)
    with (
        unprivileged(),
        pytest.raises(StoreError, match="permission denied; allow it, or choose another file"),
    ):
        Store.open(shared_folder / "deeper" / "results.sqlite")


def test_a_read_only_folder_is_found_before_anything_is_measured(
    shared_folder: Path, unprivileged: Unprivileged
) -> None:
    path = shared_folder / "results.sqlite"
    shared_folder.chmod(0o555)
    with unprivileged(), pytest.raises(StoreError, match="allow reading the file and writing to its folder"):
        Store.open(path)
    shared_folder.chmod(0o755)
    Store.open(path).close()
    path.chmod(0o666)
    shared_folder.chmod(0o555)
    # Here the file itself could be written, but no journal beside it.
    with unprivileged(), pytest.raises(StoreError, match=r"writing to its folder|read-only"):
        Store.open(path)


def test_a_read_only_file_can_be_looked_at_and_not_written(
    shared_folder: Path,
    unprivileged: Unprivileged,
    make_header: Make,
    make_repetition: Make,
    make_samples: Make,
) -> None:
    path = shared_folder / "results.sqlite"
    with Store.open(path) as store:
        store.begin(make_header())
        store.add("r1", make_repetition(), make_samples())
        store.finish("r1", "complete")
        # What NumPy imports at its first archive may lie where only root can read.
        store.load("r1").samples("c0", 1)
    path.chmod(0o444)
    shared_folder.chmod(0o555)
    with unprivileged():
        with Store.open(path, create=False) as store:
            run = store.load(store.find("last"))
            assert run.samples("c0", 1) is not None
            with pytest.raises(StoreError, match="is read-only, or its folder is; allow writing"):
                store.delete("r1")
        with pytest.raises(StoreError, match="is read-only, or its folder is; allow writing"):
            Store.open(path)


def test_an_unreadable_file(shared_folder: Path, unprivileged: Unprivileged) -> None:
    path = shared_folder / "results.sqlite"
    Store.open(path).close()
    path.chmod(0)
    with unprivileged(), pytest.raises(StoreError, match="cannot be opened"):
        Store.open(path, create=False)


def test_a_file_that_turns_read_only_in_mid_run(
    store: Store, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header())
    store._connection.execute("PRAGMA query_only = ON")  # SQLite then answers as for a read-only disk
    with pytest.raises(StoreError, match="is read-only"):
        store.add("r1", make_repetition(), None)


def test_a_text_file_is_not_a_database(path: Path) -> None:
    path.write_text("name: a scenario, not a database\n" * 100)
    for create in (True, False):
        with pytest.raises(StoreError, match="is not a results database; name the right file"):
            Store.open(path, create=create)
    assert path.read_text().startswith("name: a scenario")


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.execute("PRAGMA user_version = 75")
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(StoreError, match="is a database of another program"):
            Store.open(path, create=create)
    assert path.read_bytes() == before


def first_version(path: Path) -> None:
    """Make a database what a program that knew neither turns nor resolved scenarios nor labels has left."""
    with closing(sqlite3.connect(path)) as older:
        older.execute("DROP TABLE turns")
        older.execute("DROP TABLE scenarios_resolved")
        older.execute("DROP TABLE labels")
        older.execute("PRAGMA user_version = 1")


def test_an_older_schema_is_read_as_it_is_and_upgraded_when_it_is_to_be_written(
    path: Path, make_header: Make, make_repetition: Make
) -> None:
    with Store.open(path) as store:
        store.begin(make_header())
        store.add("r1", make_repetition(), None)
    first_version(path)
    before = path.read_bytes()
    with Store.open(path, create=False) as reader:
        run = reader.load("r1")
        assert reader.find("r") == "r1"
    assert (run.repetitions, run.turns) == ((make_repetition(),), {})
    assert (run.header.scenario_resolved, run.header.label) == (None, None)
    assert path.read_bytes() == before
    with Store.open(path) as store:
        store.keep_turns("r1", "c0", TURNS)
        store.label("r1", "main", None)
        assert store.find("main") == "r1"
        assert store.load("r1").turns == {"c0": TURNS}
        assert store.load("r1").repetitions == (make_repetition(),)
    with closing(sqlite3.connect(path)) as upgraded:
        assert upgraded.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_an_older_schema_on_a_read_only_disk_can_be_read(
    shared_folder: Path, unprivileged: Unprivileged, make_header: Make
) -> None:
    path = shared_folder / "results.sqlite"
    with Store.open(path) as store:
        store.begin(make_header())
    first_version(path)
    path.chmod(0o444)
    shared_folder.chmod(0o555)
    with unprivileged(), Store.open(path, create=False) as reader:
        assert reader.load("r1").turns == {}


@pytest.mark.parametrize("existing", [True, False])
def test_a_newer_schema_says_both_versions_and_what_to_do(path: Path, existing: bool) -> None:  # noqa: FBT001 - the same
    if existing:
        Store.open(path).close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 7")
    before = path.read_bytes()
    message = f"written by a newer version: schema 7, this one knows {VERSION}; upgrade .* --store PATH"
    for create in (True, False):
        with pytest.raises(StoreError, match=message):
            Store.open(path, create=create)
    assert path.read_bytes() == before


def test_a_damaged_file_is_called_so(
    store: Store, path: Path, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header(cells=50))
    for round_ in range(50):
        store.add("r1", make_repetition(round_=round_), None)
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)
    with (
        Store.open(path, create=False) as damaged,
        pytest.raises(StoreError, match="is damaged; move it away"),
    ):
        damaged.load("r1")


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE runs SET scenario = '{'", "run r1"),
        ("UPDATE runs SET scenario = '[]'", "run r1"),
        ("""UPDATE repetitions SET document = '{"cell_id": 1}'""", "run r1"),
        ("UPDATE samples SET data = x'504b0304'", "the samples of c0, round 1, in run r1"),
        ("UPDATE samples SET data = 'text'", "the samples of c0, round 1, in run r1"),
        ("UPDATE samples SET data = x''", "the samples of c0, round 1, in run r1"),
    ],
)
def test_damaged_content_names_the_run(
    store: Store, make_header: Make, make_repetition: Make, make_samples: Make, statement: str, what: str
) -> None:
    store.begin(make_header())
    store.add("r1", make_repetition(), make_samples())
    store._connection.execute(statement)
    with pytest.raises(StoreError, match=f"is damaged, {what} cannot be read"):
        store.load("r1").samples("c0", 1)


def test_another_process_s_lock_is_waited_for_then_named(
    store: Store, path: Path, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="is locked by another process; wait until that has ended"):
            store.add("r1", make_repetition(), None)
        with pytest.raises(StoreError, match="is locked by another process"):
            Store.open(path, busy_timeout_s=0.05)
        other.execute("ROLLBACK")
    store.add("r1", make_repetition(), None)


def test_a_full_disk_costs_one_repetition_and_not_the_store(
    store: Store, path: Path, make_header: Make, make_repetition: Make, make_samples: Make
) -> None:
    store.begin(make_header())
    store.add("r1", make_repetition(round_=1), make_samples(10))
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")  # SQLite then answers as for a full disk
    with pytest.raises(StoreError, match="cannot be written, the disk is full; free some space"):
        store.add("r1", make_repetition(round_=2), make_samples(5000))
    assert [r.round for r in store.load("r1").repetitions] == [1]
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.add("r1", make_repetition(round_=2), make_samples(5000))
    with closing(sqlite3.connect(path)) as check:
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
