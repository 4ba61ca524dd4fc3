from simulator.experiment.discarding import DISTURBED, revised
from simulator.result.repetition import Repetition
from tests.simulator.analysis.builders import repetition


def back_and_forth(one: Repetition) -> tuple[Repetition, Repetition]:
    away = revised(one, discarded=True)
    assert away is not None
    back = revised(away, discarded=False)
    assert back is not None
    return away, back


def test_what_was_valid_says_why_it_is_done_again_and_is_valid_again() -> None:
    valid = repetition("threads", 0)
    away, back = back_and_forth(valid)
    assert (away.status, away.discarded_from, away.reason) == ("discarded", "ok", DISTURBED)
    assert back == valid


def test_what_was_invalid_stays_so_whatever_its_reason() -> None:
    invalid = repetition("threads", 0, status="invalid", reason=DISTURBED)
    away, back = back_and_forth(invalid)
    assert (away.status, away.discarded_from, away.reason) == ("discarded", "invalid", DISTURBED)
    assert back == invalid


def test_what_is_as_it_should_be_stays_as_it_is() -> None:
    assert revised(repetition("threads", 0), discarded=False) is None
    assert revised(repetition("threads", 0, status="failed"), discarded=True) is None
    away, _ = back_and_forth(repetition("threads", 0))
    assert revised(away, discarded=True) is None


def test_what_an_older_version_discarded_is_compared_with_nothing() -> None:
    older = repetition("threads", 0, status="discarded", reason=DISTURBED)
    back = revised(older, discarded=False)
    assert back is not None
    assert (back.status, back.reason) == ("invalid", DISTURBED)
