import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.result.attribution import Timeline
from simulator.result.calibration import Calibration
from simulator.result.repetition import Repetition
from simulator.result.run import PlannedCell, RunHeader
from simulator.result.samples import Samples
from simulator.store import RunNotFoundError, Store, StoreError, check_label, default_path

Make = Callable[..., Any]

anything = st.text() | st.sampled_from(["\udc80 not utf-8", "a\x00b", "…"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(st.text(), json_values, max_size=4)
repetitions = st.builds(
    Repetition,
    cell_id=st.just("c0"),
    round=st.integers(0, 1000),
    reason=st.none() | anything,
    warnings=st.lists(anything, max_size=2).map(tuple),
    environment=mappings,
    last_words=anything,
).filter(lambda repetition: "nan" not in repr(repetition))  # nan equals nothing
calibrations = st.builds(
    Calibration,
    units=st.none() | st.integers(0, 1 << 40),
    parse_cpu_s=st.none() | st.floats(0, 10),
    client_cpu_s=st.dictionaries(anything, st.none() | st.floats(0, 10), max_size=3),
    errors=st.lists(mappings, max_size=2).map(tuple),
    content_problems=st.lists(anything, max_size=2).map(tuple),
    jobs=st.none() | st.integers(1, 1_000_000),
)
headers = st.builds(
    RunHeader,
    id=st.just("r1"),
    name=st.text(),
    scenario=mappings,
    rounds=st.integers(1, 1000),
    environment=mappings,
    started_at=st.text(),
    scenario_resolved=st.none() | mappings,
    cells=st.lists(
        st.builds(PlannedCell, id=st.text(), factors=mappings, in_flight=st.integers(1, 10_000)),
        max_size=3,
        unique_by=lambda cell: cell.id,
    ).map(lambda cells: (PlannedCell("c0", {}, None, 1, marked=False, unsupported=None), *cells)),
)


@given(header=headers, repetition=repetitions, calibration=calibrations, size=st.integers(0, 50))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory,
    make_samples: Make,
    header: RunHeader,
    repetition: Repetition,
    calibration: Calibration,
    size: int,
) -> None:
    samples: Samples = make_samples(size)
    path = tmp_path_factory.mktemp("store") / "results.sqlite"
    with Store.open(path) as store:
        header = replace(header, cells=tuple({cell.id: cell for cell in header.cells}.values()))
        store.begin(header)
        store.calibrated("r1", "c0", calibration)
        store.add("r1", repetition, samples)
        run = store.load("r1")
    assert run.header == header
    assert run.status == "running"
    assert run.calibrations == {"c0": calibration}
    assert run.repetitions == (repetition,)
    kept = run.samples("c0", repetition.round)  # the store is closed by now
    assert kept is not None
    assert kept.error_kinds == samples.error_kinds
    for field in fields(Samples):
        assert np.array_equal(getattr(kept, field.name), getattr(samples, field.name))


def test_a_number_that_is_not_finite_does_not_spoil_its_run(
    store: Store, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header())
    store.add("r1", replace(make_repetition(), environment={"load": float("inf")}), None)
    assert store.load("r1").repetitions[0].environment == {"load": float("inf")}


def test_a_repetition_without_samples_has_none(
    store: Store, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header())
    store.add("r1", make_repetition(), None)
    run = store.load("r1")
    assert run.samples("c0", 1) is None
    assert run.samples("c0", 99) is None


def test_samples_that_are_read_keep_no_writer_out_and_show_what_it_wrote(
    store: Store, make_header: Make, make_repetition: Make, make_samples: Make
) -> None:
    store.begin(make_header())
    store.add("r1", make_repetition(), make_samples(5))
    run = store.load("r1")
    assert len(run.samples("c0", 1) or ()) == 5
    assert run.samples("c0", 2) is None
    store.add("r1", make_repetition(round_=2), make_samples(7))
    assert len(run.samples("c0", 2) or ()) == 7


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are listed in /proc")
def test_a_run_that_nobody_holds_any_more_holds_no_file(
    path: Path, make_header: Make, make_repetition: Make, make_samples: Make
) -> None:
    def opened() -> int:
        links = (link for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
        return sum(link.readlink() == path for link in links)

    with Store.open(path) as store:
        store.begin(make_header())
        store.add("r1", make_repetition(), make_samples(5))
        run = store.load("r1")
    assert opened() == 0
    assert run.samples("c0", 1) is not None
    assert opened() == 1
    del run
    assert opened() == 0


def test_repetitions_come_in_the_order_in_which_they_were_measured(
    store: Store, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header())
    order = [("c1", 1), ("c0", 1), ("c0", 2), ("c1", 2)]
    for cell, round_ in order:
        store.add("r1", make_repetition(cell, round_), None)
    assert [(r.cell_id, r.round) for r in store.load("r1").repetitions] == order


def test_a_discarded_repetition_is_kept_with_its_samples_and_not_counted(
    store: Store, make_header: Make, make_repetition: Make, make_samples: Make
) -> None:
    store.begin(make_header())
    store.add("r1", make_repetition(), make_samples())
    store.revise("r1", "c0", 1, replace(make_repetition(status="discarded"), reason="disturbed"))
    store.add("r1", make_repetition(round_=2), None)
    run = store.load("r1")
    assert [(r.status, r.reason) for r in run.repetitions] == [("discarded", "disturbed"), ("ok", None)]
    assert run.samples("c0", 1) is not None
    assert store.runs()[0].repetitions_done == 1


def test_a_second_calibration_replaces_the_first(store: Store, make_header: Make) -> None:
    store.begin(make_header())
    store.calibrated("r1", "c0", Calibration(repeats=3))
    store.calibrated("r1", "c0", Calibration(repeats=4))
    assert store.load("r1").calibrations == {"c0": Calibration(repeats=4)}


def test_turns_are_kept_by_cell_and_go_with_their_run(store: Store, make_header: Make) -> None:
    store.begin(make_header())
    first, second = (Timeline(-1, width_us, (), 0) for width_us in (1, 2))
    store.keep_turns("r1", "c0", first)
    store.keep_turns("r1", "c0", second)
    store.keep_turns("r1", "c1", first)
    assert store.load("r1").turns == {"c0": second, "c1": first}
    with pytest.raises(ValueError, match="no cell c9"):
        store.keep_turns("r1", "c9", first)
    store.delete("r1")
    with store._reading() as connection:
        assert connection.execute("SELECT count(*) FROM turns").fetchone() == (0,)


def test_mistakes_of_the_caller_name_what_is_wrong_and_leave_the_store_usable(
    store: Store, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header())
    store.add("r1", make_repetition(), None)
    with pytest.raises(ValueError, match="run r1: its id"):
        store.begin(make_header())
    with pytest.raises(ValueError, match="no cell c9"):
        store.add("r1", make_repetition("c9"), None)
    with pytest.raises(ValueError, match="already holds"):
        store.add("r1", make_repetition(), None)
    with pytest.raises(ValueError, match="no cell c9"):
        store.calibrated("r1", "c9", Calibration())
    with pytest.raises(ValueError, match="no repetition of c1 in round 1"):
        store.revise("r1", "c1", 1, make_repetition("c1"))
    with pytest.raises(ValueError, match="cannot become another"):
        store.revise("r1", "c0", 1, make_repetition("c1"))
    store.add("r1", make_repetition(round_=2), None)
    assert len(store.load("r1").repetitions) == 2


def test_the_list_is_newest_first_and_counts_only_what_can_run(
    store: Store, make_header: Make, make_repetition: Make
) -> None:
    header = make_header("r1", cells=3, rounds=5)
    cells = (*header.cells[:2], replace(header.cells[2], unsupported="no uvloop"))
    store.begin(replace(header, cells=cells))
    store.add("r1", make_repetition(), None)
    store.finish("r1", "complete")
    # An earlier start: a clock that was set back does not change what "last" means.
    store.begin(replace(make_header("r2"), started_at="2001-01-01T00:00:00Z"))
    newest, oldest = store.runs()
    assert astuple(newest) == ("r2", "mixed", "2001-01-01T00:00:00Z", "running", 2, 0, 6, None, None)
    assert astuple(oldest) == ("r1", "mixed", "2025-01-02T03:04:05Z", "complete", 3, 1, 10, None, None)
    assert store.runs(limit=1) == (newest,)


def test_five_hundred_runs_are_listed_at_once(store: Store, make_header: Make) -> None:
    with store._writing() as connection:  # one transaction instead of thousands
        header = make_header(cells=10, rounds=5)
        document = "x" * 2000
        for i in range(500):
            seq = connection.execute(
                "INSERT INTO runs VALUES (NULL, ?, ?, ?, 'complete', 5, '{}', '{}', 1, NULL, NULL)",
                (f"r{i}", header.name, header.started_at),
            ).lastrowid
            for cell in header.cells:
                connection.execute(
                    "INSERT INTO cells VALUES (?, 0, ?, '{}', NULL, 8, 0, NULL)", (seq, cell.id)
                )
                connection.executemany(
                    "INSERT INTO repetitions VALUES (NULL, ?, ?, ?, 'ok', ?)",
                    [(seq, cell.id, round_, document) for round_ in range(5)],
                )
    rows = store.runs()
    assert [row.id for row in rows[:2]] == ["r499", "r498"]
    assert {(row.cells, row.repetitions_done, row.repetitions_planned) for row in rows} == {(10, 50, 50)}
    assert store.find("last~499") == "r0"


def test_a_run_is_found_by_its_id_a_beginning_of_it_or_its_place(store: Store, make_header: Make) -> None:
    for run_id in ("a1b2", "a1c3", "b7", "b77"):
        store.begin(make_header(run_id))
    found = {
        reference: store.find(reference)
        for reference in ("a1b", "a1c3", "b7", "b77", "last", "last~1", "last~3")
    }
    assert list(found.values()) == ["a1b2", "a1c3", "b7", "b77", "b77", "b7", "a1b2"]


def test_a_run_is_found_by_what_it_is_called_and_the_newest_of_that_name_is_meant(
    store: Store, make_header: Make
) -> None:
    store.begin(replace(make_header("a1b2"), label="main", note="before"))
    store.begin(replace(make_header("b7"), label="a1"))
    store.begin(make_header("b77"))
    store.label("b77", "main", None)
    assert [store.find(word) for word in ("main", "main~1", "a1", "a1b", "last")] == [
        *("b77", "a1b2", "b7", "a1b2", "b77")
    ]
    store.label("b77", None, "after")
    assert [(row.label, row.note) for row in store.runs()] == [
        ("main", "after"),
        ("a1", None),
        ("main", "before"),
    ]
    header = store.load("b77").header
    assert (header.label, header.note) == ("main", "after")
    with pytest.raises(
        RunNotFoundError, match=r"'main~2': .* holds 2 runs called main; the oldest is main~1"
    ):
        store.find("main~2")
    store.delete("b77")
    assert store.find("main") == "a1b2"


@pytest.mark.parametrize("text", ["last", "a/b", "x.json", "7up", "", "a~1", "é"])
def test_no_run_is_called_what_means_something_else(text: str) -> None:
    with pytest.raises(ValueError, match="a run cannot be called"):
        check_label(text)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("a1", r"'a1' is the beginning of 2 runs: a1c3 \(mixed, .*\), a1b2 \(mixed, .*\); write more of it"),
        (
            "x",
            r"no run 'x' in .*results\.sqlite; write `last`, `last~1`, a run's name or the beginning of an id: a1c3",
        ),
        ("", "no run ''"),
        ("last~2", r"no run 'last~2': .* holds 2 runs; the oldest is last~1"),
        ("last~x", "no run 'last~x'"),
        ("last~" + "9" * 5000, "no run 'last~9"),
        ("a%", "no run 'a%'"),
    ],
)
def test_a_reference_that_means_no_run_says_which_there_are(
    store: Store, make_header: Make, reference: str, message: str
) -> None:
    store.begin(make_header("a1b2"))
    store.begin(make_header("a1c3"))
    with pytest.raises(RunNotFoundError, match=message):
        store.find(reference)


def test_an_empty_store_says_how_to_fill_it(store: Store) -> None:
    with pytest.raises(RunNotFoundError, match="holds no runs yet; `simulator run FILE` makes one"):
        store.find("last")
    assert store.runs() == ()


def test_a_deleted_run_is_gone_and_its_space_is_given_back(
    store: Store, path: Path, make_header: Make, make_repetition: Make, make_samples: Make
) -> None:
    empty = path.stat().st_size
    store.begin(make_header())
    for round_ in range(20):
        store.add("r1", make_repetition(round_=round_), make_samples(2000))
    assert path.stat().st_size > 2 * empty
    store.delete("r1")
    assert path.stat().st_size == empty
    for missing in (store.load, store.delete, store.find):
        with pytest.raises(RunNotFoundError):
            missing("r1")
    # A run that goes on measuring learns that it is no longer kept.
    with pytest.raises(StoreError, match="run r1 is no longer in"):
        store.add("r1", make_repetition(round_=99), None)
    with pytest.raises(StoreError, match="run r1 is no longer in"):
        store.finish("r1", "complete")


def test_several_threads_may_share_a_store(store: Store, make_header: Make, make_repetition: Make) -> None:
    store.begin(make_header(cells=4, rounds=25))
    failures: list[BaseException] = []

    def write(cell: str) -> None:
        try:
            for round_ in range(25):
                store.add("r1", make_repetition(cell, round_), None)
                store.runs()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(f"c{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.runs()[0].repetitions_done == 100


def test_someone_may_look_while_a_run_is_written(
    store: Store, path: Path, make_header: Make, make_repetition: Make
) -> None:
    store.begin(make_header())
    with Store.open(path, create=False) as reader:
        for round_ in range(3):
            store.add("r1", make_repetition(round_=round_), None)
            assert reader.runs()[0].repetitions_done == round_ + 1
            assert len(reader.load("r1").repetitions) == round_ + 1


def test_only_one_file_is_left_between_transactions(store: Store, path: Path, make_header: Make) -> None:
    store.begin(make_header())
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_place_is_the_environment_s_or_the_user_s_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path({"SIMULATOR_STORE": "/x/y.sqlite"}) == Path("/x/y.sqlite")
    assert default_path({"SIMULATOR_STORE": "~/y.sqlite"}) == tmp_path / "y.sqlite"
    for environ in ({}, {"SIMULATOR_STORE": ""}):
        found = default_path(environ)
        assert found.name == "results.sqlite"
        assert found.parent.name == "gil-simulator"


def test_the_file_is_let_go_when_the_block_ends(path: Path) -> None:
    with Store.open(path) as store:
        connection = store._connection
    with closing(connection), pytest.raises(Exception, match="closed database"):
        connection.execute("SELECT 1")


def test_numpy_s_numbers_and_other_mappings_are_kept_as_json_and_nothing_else_is(
    store: Store, make_header: Make
) -> None:
    known = MappingProxyType({"cores": np.int64(3), "load": np.float64(0.5)})
    store.begin(replace(make_header(), environment=known))
    assert store.load("r1").header.environment == {"cores": 3, "load": 0.5}
    with pytest.raises(TypeError, match="a set cannot be kept as JSON"):
        store.begin(replace(make_header(), id="r2", environment={"cores": {1}}))
