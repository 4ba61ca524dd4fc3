"""The commented scenario that a person starts from."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

from mockserver.units import format_duration, parse_duration
from simulator.scenario.load import load_text
from simulator.scenario.problem import Problem, ScenarioError

IN_FLIGHT = 8
PARSER = "html.parser"
LATENCY = "40ms"

_BASELINE_JOBS = 30
"""What the baseline does one after the other, at the most, where a page takes long."""

_OVERHEAD_PER_PAGE_S = 0.05
"""What a page is given beside the latency, when the time limit is chosen."""

_BOTH_SIDES = {
    # A library with one side only is joined by the one that costs least on the other.
    "http.client": "{blocking: http.client, asyncio: aiohttp}",
    "aiohttp": "{blocking: http.client, asyncio: aiohttp}",
}

_TEMPLATE = """\
# Threads, asyncio or processes, for this job on this machine?
#   simulator run {file}
# Durations have units: 250ms, 1m30s, 40us. Any value can be changed for one run: --set server.latency=80ms
name: {name}
description: {description}
seed: 1                           # the same seed gives the same delays and the same pages

server:                           # the mock server that stands for the site
  latency: {latency}
{latency_note}
  content: {content}
{content_note}

job:                              # what is done with every page: fetch it, parse it
  client: {client}
                                  # httpx2 | aiohttp | http.client …, or one for each kind of strategy
  parser: {parser}
                                  # html.parser, bs4, lxml, selectolax, json, spin, sha256, your own as
                                  # package.module:function, or {{function: …, input: bytes|text, url: false}}
  # parse_cost: 5ms               # makes parsing cost this much CPU, by repeating whole parses
  pages: auto                     # jobs in one repetition: as many as it needs; or a number; or duration: 2s
  warmup: 2                       # jobs that each worker does first, which do not count

strategies:                       # each runs the same job; sequential is the baseline
  - sequential                    # one page after the other
  - threads                       # a thread for each job in flight
  - asyncio                       # one event loop, a task for each job in flight
  - processes                     # a process for each job in flight
  - processes_per_core            # a process for each core: fewer jobs in flight, and marked so
  # - {{name: uv, base: asyncio, loop: uvloop}}              # a variant with a name of its own

in_flight: {in_flight}                      # jobs at a time, the same for every strategy but sequential
parallelism: cores                # processes of processes_per_core: a number, or cores
rounds: 3                         # every strategy is measured this often, in shuffled order
time_limit: {time_limit}{time_limit_pad}# the longest that one repetition may take
# arrivals: {{rate: 50/s}}          # jobs come by themselves at this rate, whether or not a worker is free

# cases:                          # named points, measured side by side
#   waiting: {{job.parser: spin, job.parse_cost: 0ms}}
#   computing: {{job.parse_cost: 20ms}}
# vary:                           # every combination of these levels is measured
#   server.latency: [0ms, 20ms, 100ms]
# expect:                         # what should come out; simulator run ends with 99 when it does not
#   - throughput(threads) > 2 * throughput(sequential)
"""

COMMENT_COLUMN = 34
"""Where the comments of a written scenario begin."""

PLAIN = re.compile(r"(?:[A-Za-z]|\.{0,2}/|[0-9]+(?:\.[0-9]+)?[mun]?s)(?:[A-Za-z0-9_./-]|:(?=[A-Za-z_]))*")
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def render(
    name: str,
    *,
    parser: str = PARSER,
    pages: str | None = None,
    latency: str = LATENCY,
    client: str | None = None,
) -> str:
    """Write a commented scenario that runs as it is.

    Args:
        name: The scenario's name.
        parser: A built-in parser or `package.module:function`.
        pages: A folder of saved pages, relative to where the scenario will stand; None generates them.
        latency: A duration, such as `40ms`, or a distribution, `{kind: lognormal, median: 40ms, p99: 160ms}`.
        client: `httpx2`, `aiohttp`, `http.client` …; one without a blocking or an asyncio side is completed
            with the other's. None takes the two that cost least.

    Returns:
        YAML. `load` accepts it; a relative folder of pages is looked for in the current folder here.

    Raises:
        ScenarioError: A value is not what a scenario allows, or the folder does not exist.
    """
    delay_s = _seconds(latency)
    limit_s = max(120, math.ceil(2 * _BASELINE_JOBS * (delay_s + _OVERHEAD_PER_PAGE_S)))
    limit = format_duration(min(limit_s, 3600) * 1_000_000_000)
    content = (
        f"{{kind: folder, path: {quoted(pages)}}}" if pages else "{kind: catalogue, count: 200, items: 40}"
    )
    text = _TEMPLATE.format(
        file=f"{name}.yaml" if PLAIN.fullmatch(name) else "FILE",
        name=quoted(name),
        description=quoted("Which strategy is fastest here, and why"),
        latency=latency if latency.lstrip().startswith("{") else quoted(latency),
        latency_note=notes(
            "from the request's arrival to the first byte; or a distribution:",
            "{kind: lognormal, median: 40ms, p99: 160ms}",
        ),
        content=content,
        content_note=notes("generated product listings, or saved pages: {kind: folder, path: ./saved}"),
        client=_BOTH_SIDES.get(client or "http.client") or quoted(str(client)),
        parser=quoted(parser),
        in_flight=IN_FLIGHT,
        time_limit=limit,
        time_limit_pad=pad(f"time_limit: {limit}"),
    )
    try:
        load_text(text, "init", Path.cwd())
    except ScenarioError as error:
        raise ScenarioError(_without_lines(error)) from None
    return text


def _seconds(latency: str) -> float:
    try:
        return parse_duration(latency) / 1e9
    except ValueError:
        return 0.0  # the scenario's own check says what is wrong with it


def quoted(text: str) -> str:
    """Write text as a YAML scalar: plain where nothing in it can be misread, else in double quotes."""
    if PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    # A JSON string is a YAML one, but for characters that YAML takes for line breaks or refuses.
    written = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in written)


def notes(*lines: str) -> str:
    """Write lines of comment at their column."""
    return "\n".join(f"{'':{COMMENT_COLUMN}}# {line}" for line in lines)


def pad(text: str) -> str:
    """Return the spaces from the end of a line's text to the column of its comment."""
    return " " * max(1, COMMENT_COLUMN - len(text))


def _without_lines(error: ScenarioError) -> Iterator[Problem]:
    """The text is not on disk: its lines would point nowhere."""
    for problem in error.problems:
        yield Problem(problem.source, None, None, problem.path, problem.message, problem.hint)
