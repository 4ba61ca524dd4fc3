"""Enumerations, one and many."""

from simulator.text.words import counted, form, listed, names, plural, sentence


def test_lists_end_with_and() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_many_names_are_counted() -> None:
    assert names(["a", "b", "c", "d"]) == "a, b, c and d"
    assert names(["a", "b", "c", "d", "e"]) == "a and 4 others"


def test_one_is_one_and_many_are_many() -> None:
    assert (counted(1, "round"), counted(2, "round"), counted(0, "child", "children")) == (
        "1 round",
        "2 rounds",
        "0 children",
    )


def test_verbs_go_with_the_names_of_strategies() -> None:
    assert (form("threads", "is", "are"), form("processes*", "is", "are"), form("asyncio", "is", "are")) == (
        "are",
        "are",
        "is",
    )
    assert (plural(["asyncio"], "is", "are"), plural(["asyncio", "mine"], "is", "are")) == ("is", "are")


def test_sentences_begin_with_a_capital() -> None:
    assert (sentence("half of it"), sentence("")) == ("Half of it", "")
