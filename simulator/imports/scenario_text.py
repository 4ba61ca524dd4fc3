"""The scenario that is written beside a recording: it runs as it is, and says what to change."""

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mockserver.units import format_duration
from simulator.imports.bodies import media_type
from simulator.imports.folder import ARRIVALS, DELAYS, scenario_of
from simulator.imports.recording import Recording, known_delays, quantile_ns
from simulator.imports.taking import scheme
from simulator.scenario.template import COMMENT_COLUMN, PLAIN, notes, pad, quoted
from simulator.text.numbers import duration
from simulator.text.words import counted

ASSUMED_LATENCY: Final = "100ms"
"""Where a recording does not say how long its pages took."""
IN_FLIGHT: Final = 4
STAND_IN_COST: Final = "5ms"

_OFFERED: Final = frozenset({"gzip", "br", "zstd"})
"""Codings that the mock server has."""
_SUCCESS: Final = range(200, 300)
_BASELINE_JOBS: Final = 30
_OVERHEAD_S: Final = 0.05

_TEMPLATE: Final = """\
# Threads, asyncio or processes, for what was recorded in {source}?
#   simulator run {file}
# {what}
# Any value can be changed for one run: --set in_flight=16
name: {name}
description: {description}
seed: 1

server:                           # the mock server that stands for the site
{server}

job:                              # what is done with every page: fetch it, parse it
  client: {{blocking: http.client, asyncio: aiohttp}}
                                  # httpx | aiohttp | http.client, or one for each kind of strategy
{parser}
                                  # your own: package.module:function
  pages: auto                     # jobs in one repetition: as many as it needs; or a number
  warmup: 2                       # jobs that each worker does first, which do not count
{failures}
strategies: [sequential, threads, asyncio, processes, processes_per_core]
in_flight: {in_flight}                      # jobs at a time, the same for every strategy but sequential
rounds: 3                         # every strategy is measured this often, in shuffled order
time_limit: {time_limit}{time_limit_pad}# the longest that one repetition may take
{arrivals}"""


def parser_for(recording: Recording) -> tuple[str, str | None]:
    """Choose a built-in parser that the pages suit, and what it is to cost where it has no cost of its own."""
    kinds = Counter(media_type(answer.content_type) for answer in recording.answers)
    if not kinds or all("html" in kind for kind in kinds):
        return "html.parser", None
    if all(kind == "application/json" or kind.endswith("+json") for kind in kinds):
        return "json", None
    return "spin", STAND_IN_COST


def scenario_text(folder: Path, recording: Recording) -> str:
    """Return the scenario of a recording that is written to `folder`."""
    delays_ns = recording.delays_ns or known_delays(recording.answers)
    mean_s = sum(delays_ns) / len(delays_ns) / 1e9 if delays_ns else 0.1
    limit_s = min(3600, max(120, math.ceil(2 * _BASELINE_JOBS * (mean_s + _OVERHEAD_S))))
    limit = format_duration(limit_s * 1_000_000_000)
    name, path = folder.name, scenario_of(folder).name
    source = recording.source.get("file", recording.kind)
    return _TEMPLATE.format(
        source=_in_comment(source),
        file=path if PLAIN.fullmatch(path) else "FILE",
        what=_in_comment(what_there_is(recording)),
        name=quoted(name),
        description=quoted(
            f"{counted(len(recording.answers) or len(delays_ns), 'answer')} of {source}"[:200]
        ),
        server=_server(name, recording),
        parser=_parser(recording),
        failures=_failures(recording),
        in_flight=IN_FLIGHT,
        time_limit=limit,
        time_limit_pad=pad(f"time_limit: {limit}"),
        arrivals=_arrivals(name, recording),
    )


def what_there_is(recording: Recording) -> str:
    """Say how long the answers took."""
    delays_ns = recording.delays_ns or known_delays(recording.answers)
    if not delays_ns:
        return "how long its answers took is not known"
    low, high = (duration(quantile_ns(delays_ns, share) / 1e9) for share in (0.5, 0.9))
    return f"first bytes came after {low} (p50), {high} (p90)"


def _server(name: str, recording: Recording) -> str:
    if not recording.answers:
        delays = quoted(f"./{name}/{DELAYS}")
        return "\n".join(
            (
                f"  latency: {{kind: empirical, file: {delays}}}",
                notes("drawn from the recorded ones; or a plain duration: 40ms"),
                "  content: {kind: catalogue, count: 200, items: 40}",
                notes("generated product listings: the recording has no pages of its own"),
            )
        )
    content = f"  content: {{kind: recorded, path: {quoted(f'./{name}')}}}"
    if known_delays(recording.answers):
        explained = notes(
            "each page comes as late as its original did;", "latency: 40ms here would give all the same"
        )
        return "\n".join((content, explained, *_as_they_came(recording)))
    latency = f"  latency: {ASSUMED_LATENCY}"
    said = f"{latency}{pad(latency)}# the recording does not say how long pages took: say it here"
    return "\n".join((said, content, *_as_they_came(recording)))


def _as_they_came(recording: Recording) -> Iterator[str]:
    """Offer what most answers had on their way, and what a first run is simpler without."""
    count = len(recording.answers)
    encoding, so_many = Counter(answer.encoding for answer in recording.answers).most_common(1)[0]
    if encoding in _OFFERED and 2 * so_many > count:
        line = f"  # encoding: {encoding}"
        yield f"{line}{pad(line)}# as {so_many} of {count} came: decoding is work of the client"
    encrypted = sum(scheme(answer.url) == "https" for answer in recording.answers)
    if 2 * encrypted > count:
        line = "  # tls: true"
        yield f"{line}{pad(line)}# as {encrypted} of {count} came"


def _parser(recording: Recording) -> str:
    parser, cost = parser_for(recording)
    line = f"  parser: {parser}"
    if cost is None:
        return f"{line}{pad(line)}# or bs4, lxml, selectolax, json, spin, sha256;"
    costs = f"  parse_cost: {cost}"
    return (
        f"{line}{pad(line)}# pages of several types: this stands for a parser in pure Python\n"
        f"{costs}{pad(costs)}# that takes so long; import again with --media-type html for one type"
    )


def _failures(recording: Recording) -> str:
    if all(answer.status in _SUCCESS for answer in recording.answers):
        return ""
    return "  failures: allowed               # some pages are no success, and were none then\n"


def _arrivals(name: str, recording: Recording) -> str:
    """Offer to replay when requests came, where that is known."""
    if len(set(recording.arrivals_ns)) > 1:
        line = f"# arrivals: {{process: recorded, file: {quoted(f'./{name}/{ARRIVALS}')}}}"
    elif len({answer.at_ns for answer in recording.answers}) > 1 and all(
        answer.at_ns is not None for answer in recording.answers
    ):
        line = "# arrivals: recorded"
    else:
        return (
            "# arrivals: {rate: 50/s}          # jobs come by themselves, whether or not a worker is free\n"
        )
    return f"{line}{pad(line)}# jobs come as they came then, whether or not a worker is free\n"


def _in_comment(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[: 120 - COMMENT_COLUMN]
