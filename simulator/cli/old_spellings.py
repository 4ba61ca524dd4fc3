"""Spellings of earlier versions: still accepted in this one, each with a line that says the new one."""

from collections.abc import Mapping, Sequence

RENAMED: Mapping[tuple[str, str], str] = {
    ("init", "--pages"): "--pages-from",
    ("probe", "--input"): "--pages-from",
    ("runs", "--name"): "--scenario",
}
"""(command, option) -> what it is called now."""
WITH_A_PATH = (("runs", "--json"), ("doctor", "--json"))
"""(command, option): once without a value, which stood for standard output."""


def renewed(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a command line as it is spelled now, and a line for each spelling that was another."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    words: list[str] = []
    said: list[str] = []
    for index, word in enumerate(arguments):
        if word == "--":
            return [*words, *arguments[index:]], said
        option, equals, value = word.partition("=")
        new = RENAMED.get((command, option))
        following = arguments[index + 1] if index + 1 < len(arguments) else "--"
        if new is not None:
            words.append(f"{new}{equals}{value}")
            said.append(f"{option} is {new} now; {command} takes the old name in this version still")
        elif (command, word) in WITH_A_PATH and following.startswith("-") and following != "-":
            words += [word, "-"]
            said.append(f"{word} takes a PATH now; {word} - is standard output")
        else:
            words.append(word)
    return words, said
