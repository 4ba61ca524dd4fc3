import pytest

from simulator.analysis.equality import Reference, compare
from simulator.driver.difference import digest
from simulator.driver.shared.canonical import canonical
from simulator.result.observation import Observed
from tests.simulator.analysis.builders import observed, samples


def seen(*records: object, unchecked: str | None = None) -> Observed:
    """Return a repetition whose page i gave records[i]; None: it has no digest."""
    texts = [None if record is None else canonical(record) for record in records]
    return observed(
        samples(len(records)),
        digests=tuple("" if text is None else digest(text) for text in texts),
        records={digest(text): text for text in texts if text is not None},
        unchecked=unchecked,
    )


def test_the_first_repetition_is_learnt_and_the_next_is_held_to_it() -> None:
    reference = Reference()
    assert compare(reference, seen({"title": "a"}, {"title": "b"})) == ("equal", None)
    assert set(reference.digests) == {0, 1}
    assert compare(reference, seen({"title": "a"}, {"title": "b"})) == ("equal", None)


def test_pages_not_seen_before_are_learnt_later() -> None:
    reference = Reference()
    compare(reference, seen("a"))
    assert compare(reference, seen("a", "b", "c")) == ("equal", None)
    verdict, _ = compare(reference, seen("a", "b", "d"))
    assert verdict == "differs"


def test_a_difference_names_page_field_and_both_values() -> None:
    reference = Reference()
    compare(reference, seen({"title": "a"}, {"title": "b", "items": [{"price": 1}, {"price": 2}]}))
    verdict, note = compare(
        reference, seen({"title": "a"}, {"title": "b", "items": [{"price": 1}, {"price": 7}]})
    )
    assert verdict == "differs"
    assert note is not None
    assert "page 1, field items[1].price: 2 at first, 7 here" in note
    assert "depends on the page alone" in note


@pytest.mark.parametrize(
    ("first", "then"), [(1, 1.0), (1, True), ("1", 1), ([1, 2], (1, 2)), ({1}, [1]), (0.0, -0.0)]
)
def test_values_that_python_calls_equal_differ_by_their_type(first: object, then: object) -> None:
    reference = Reference()
    compare(reference, seen({"x": first}))
    verdict, note = compare(reference, seen({"x": then}))
    assert verdict == "differs"
    assert note is not None
    assert note.startswith("page 0, field x: ")


def test_records_without_a_canonical_form_are_unchecked_with_the_reason() -> None:
    verdict = compare(Reference(), seen("a", None, unchecked="page 1: a function has no canonical form"))
    assert verdict == ("unchecked", "page 1: a function has no canonical form")


def test_a_difference_outweighs_what_could_not_be_checked() -> None:
    reference = Reference()
    compare(reference, seen("a", "b"))
    verdict, _ = compare(reference, seen("z", None, unchecked="page 1: no form"))
    assert verdict == "differs"


def test_a_failed_job_has_no_record_to_compare() -> None:
    reference = Reference()
    compare(reference, seen("a", "b"))
    assert compare(reference, seen("a", None)) == ("equal", None)
    assert compare(Reference(), seen(None, "b")) == ("equal", None)
