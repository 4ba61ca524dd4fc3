"""What the portable driver leaves to the runner."""

from simulator.driver.difference import digest
from simulator.driver.shared.canonical import canonical
from simulator.runner.records import digested, located
from simulator.runner.repetition import readable_workers

ONE, OTHER = canonical({"n": 1}), canonical({"n": 2})


def test_names_become_digests_and_jobs_without_a_record_keep_none() -> None:
    written = {
        "digested": False,
        "digests": ["a", "", "b", "a"],
        "records": {"a": ONE, "b": OTHER},
    }
    one, other = digest(ONE), digest(OTHER)
    assert digested(written) == ((one, "", other, one), {one: ONE, other: OTHER})


def test_digests_are_taken_as_they_are() -> None:
    written = {"digests": [digest(ONE)], "records": {digest(ONE): ONE}}
    assert digested(written) == ((digest(ONE),), {digest(ONE): ONE})


def test_two_texts_are_compared_and_a_comparison_is_kept() -> None:
    found = {"page": 4, "field": "n", "first": "1", "second": "2"}
    assert located({"page": 4, "texts": [ONE, OTHER]}) == found
    assert located(found) == found


def test_workers_are_read_from_outside_only_where_all_are_known() -> None:
    known = {"index": 0, "pid": 7, "tid": 8}
    assert readable_workers([known]) == {0: (7, 8)}
    assert readable_workers([known, {"index": 1, "pid": 7, "tid": None}]) == {}
