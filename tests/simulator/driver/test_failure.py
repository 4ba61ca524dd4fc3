"""An exception's words are cut where they are taken: they may hold the whole page."""

from threading import get_ident

import pytest

from simulator.driver.shared.failure import MOST_CHARACTERS, Failure, describe, one_line, raised
from simulator.driver.shared.recorder import ErrorLog
from simulator.driver.strategies import parse_worker

PAGE = "<p>one\n two\r\n\x85 three</p>\n" * 5_000


def caught(error: BaseException) -> tuple[str, str]:
    try:
        raise error  # noqa: TRY301
    except BaseException:  # noqa: BLE001 - as the recorder does
        return raised()


def noted(error: BaseException) -> BaseException:
    error.add_note(PAGE)
    return error


@pytest.mark.parametrize(
    "error",
    [
        ValueError(PAGE),
        ValueError(PAGE.encode()),
        KeyError(PAGE),
        noted(ValueError("short")),
        SyntaxError("wrong", ("mine.py", 1, 1, PAGE, 1, 2)),
        ExceptionGroup("many", [ValueError(PAGE)] * 10),
        type("Wrong" * 50_000, (ValueError,), {})("short"),
    ],
)
def test_the_words_of_an_exception_are_one_short_line(error: BaseException) -> None:
    kind, words = caught(error)
    for text in (kind, words, describe(error)):
        # The place that it came from follows.
        assert len(text.partition(" (at ")[0]) <= MOST_CHARACTERS
        assert len(text.splitlines()) == 1
    assert " (at " in words


def test_short_words_stay_as_they_are() -> None:
    assert caught(ValueError("no such <thing>"))[1].startswith("ValueError: no such <thing> (at ")
    assert one_line("a" * MOST_CHARACTERS) == "a" * MOST_CHARACTERS
    assert one_line("a" * (MOST_CHARACTERS + 1)).endswith("a ...")
    assert one_line(" \n" * 100_000 + "a") == " ..."


def test_errors_are_counted_by_kind_and_keep_a_few_short_words() -> None:
    log = ErrorLog()
    for page in range(100):
        log.add("parse: ValueError", page, PAGE)
        log.add("status: 404", page, "the server answered 404")
    assert [error["page"] for error in log.kept] == [0, 0, 1, 1, 2, 2]
    assert sum(len(str(error)) for error in log.kept) < 2_000
    assert len(log.add("k" * 100_000, 1, "")) <= MOST_CHARACTERS


def test_a_worker_of_a_pool_hands_over_short_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own:
        index, carried = 0, False

        def clock(self) -> int:
            return 0

        cpu = clock

        def parse(self, _page: int, body: bytes) -> None:
            raise ValueError(body.decode() * 1)

    monkeypatch.setattr(parse_worker, "_workers", {get_ident(): Own()})
    parsed = parse_worker.parse_page(1, PAGE.encode())
    assert isinstance(parsed, parse_worker.Parsed)
    assert parsed.error == "ValueError"
    assert len(parsed.message.partition(" (at ")[0]) <= MOST_CHARACTERS


def test_a_sentence_that_quotes_others_keeps_its_begin_and_its_end() -> None:
    failure = Failure("failed", f"the module cannot be imported: {PAGE}; install it")
    assert failure.reason.startswith("the module cannot be imported: ")
    assert failure.reason.endswith("; install it")
    assert len(failure.reason) < 2_000
