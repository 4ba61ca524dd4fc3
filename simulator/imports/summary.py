"""What a person is told of a recording that was written: a few lines of 80 columns."""

import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from simulator.imports.recording import Recording, known_delays, quantile_ns
from simulator.imports.secret import COOKIES, HEADERS, IN_URLS
from simulator.text.numbers import duration, number, size
from simulator.text.words import counted

COLUMNS = 80

_SINGULAR = {IN_URLS: "value in URLs", COOKIES: "cookie", HEADERS: "header that authorises"}


def summary(folder: Path, recording: Recording) -> str:
    """Say what was written and what was not, each reason with its number."""
    lines = [f"{folder}/ has {_what(recording)}"]
    lines += [f"  {line}" for line in _details(recording)]
    wrapped = (
        textwrap.wrap(line, COLUMNS, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False)
        for line in lines
    )
    return "\n".join(line for lines in wrapped for line in lines) + "\n"


def _what(recording: Recording) -> str:
    if not recording.answers:
        return f"how long {counted(len(recording.delays_ns), 'request')} took, and no pages: {_delays(recording)}"
    size_bytes = sum(len(answer.body) for answer in recording.answers)
    return f"{counted(len(recording.answers), 'page')}, {size(size_bytes)}; {_delays(recording)}"


def _delays(recording: Recording) -> str:
    delays_ns = recording.delays_ns or known_delays(recording.answers)
    if not delays_ns:
        return "delays not known"
    low, high = (duration(quantile_ns(delays_ns, share) / 1e9) for share in (0.5, 0.9))
    return f"delay p50 {low}, p90 {high}"


def _details(recording: Recording) -> Iterator[str]:
    if recording.left_out.total():
        yield f"left out: {_counts(recording.left_out)}"
    delays_ns = known_delays(recording.answers)
    if delays_ns and (unknown := len(recording.answers) - len(delays_ns)):
        yield (
            f"delay not known of {number(unknown)}: {duration(quantile_ns(delays_ns, 0.5) / 1e9)}, the median of the"
            " others, stands for it"
        )
    yield from recording.notes
    if recording.withheld.total():
        yield f"not written, as it may be secret: {_counts(recording.withheld)}"


def _counts(counts: Counter[str]) -> str:
    return "; ".join(
        f"{number(count)} {_SINGULAR.get(reason, reason) if count == 1 else reason}"
        for reason, count in counts.most_common()
        if count
    )
