"""How far predictions are off: cells that no part of the model was fitted to, measured and compared.

    python -m benchmarks.accuracy [--quick] [--seed N] [--rounds N] [--runtimes 3.14,3.13t] [--store FILE]
        [--from FILE …] [--write FILE]

The points are drawn by a seed over latency, parse cost, how much of it holds the GIL, jobs in flight and client; at
each all strategies run side by side with the baseline. What is compared are ratios to that baseline, one worker,
measured and predicted, so that a machine that was faster while it was calibrated is no error of the model.
Then come points at which jobs come by themselves (benchmarks/open_accuracy.py), whose response times are compared.
Ctrl-C ends it early: what was measured until then is kept, and scored.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from math import log
from pathlib import Path

from benchmarks.clients import table
from benchmarks.experiments import LENIENT, QUICK, Line, scenario_of
from benchmarks.open_accuracy import (
    OPEN_POINTS,
    PERCENTILES,
    ScoredOpen,
    open_text,
    scored_open,
    told_of,
    worst_open,
)
from benchmarks.scored import HEADINGS, agreeing, is_quiet, rows, scored, summary
from simulator.analysis.coming import MOST_JOBS
from simulator.analysis.predicting import predicted
from simulator.environment.machine import usable_cores
from simulator.experiment.design import Design, design
from simulator.experiment.experiment import Experiment
from simulator.result.document import ResultDocument, from_json, to_json
from simulator.text.words import counted, listed

SEED = 20
POINTS = 26
ROUNDS = 3
"""One says more of the machine, which may be half as fast a second later, than of the model."""
STRATEGIES = (
    "threads",
    "asyncio",
    "processes",
    "processes_per_core",
    "asyncio_to_threads",
    "asyncio_to_processes",
    "processes_of_threads",
    "processes_of_asyncio",
)
LATENCIES_MS = (0, 1, 5, 20, 60, 200)
COSTS_MS = (0.5, 2, 5, 12, 30, 50)
IN_FLIGHT = (2, 4, 8, 16, 32, 64)
PARSERS = ("spin", "spin", "sha256", "selectolax")
MOST_AT_ONCE_MS = 200
WORST = 10
PART = re.compile(r"(?<=^<!--make accuracy-->\n)(.*?)(?=^<!--end-->$)", re.MULTILINE | re.DOTALL)
CLIENTS = ("{blocking: http.client, asyncio: aiohttp}", "{blocking: http.client, asyncio: aiohttp}", "httpx2")


def points(count: int, seed: int) -> list[str]:
    """Draw different points, as cases of a scenario."""
    draw = random.Random(seed)  # noqa: S311 - to be drawn again, not to be kept secret
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        parser, cost_ms = draw.choice(PARSERS), draw.choice(COSTS_MS)
        cost = "" if parser == "selectolax" else f", job.parse_cost: {cost_ms}ms"
        # More would take half a minute a cell, in which a machine changes.
        in_flight = draw.choice([n for n in IN_FLIGHT if n * cost_ms <= MOST_AT_ONCE_MS])
        point = (
            f"server.latency: {draw.choice(LATENCIES_MS)}ms, job.parser: {parser}{cost},"
            f" in_flight: {in_flight}, job.client: {draw.choice(CLIENTS)}"
        )
        drawn[point] = None
    return [f"  p{number}: {{{point}}}" for number, point in enumerate(drawn)]


def scenario_text(count: int, rounds: int, seed: int, *, quick: bool, runtimes: Sequence[str] = ()) -> str:
    """Return the scenario; on the Python that this runs on unless runtimes are given."""
    job = "{parser: spin, pages: 20}" if quick else "{parser: spin}"
    return "\n".join(
        (
            "name: accuracy",
            f"seed: {seed}",
            "server: {content: {kind: catalogue, count: 100, items: 8}}",
            f"strategies: [{', '.join(STRATEGIES[:2] if quick else STRATEGIES)}]",
            f"rounds: {rounds}",
            f"runtimes: {json.dumps(runtimes)}" if runtimes else "",
            f"job: {job}",
            LENIENT if quick else "",
            "cases:",
            *points(count, seed),
        )
    )


def part(documents: Sequence[ResultDocument]) -> str:
    """Return what stands in the document."""
    found = [one for document in documents for one in scored(document)]
    pairs = [agreeing(document) for document in documents]
    same, decided = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    come = _coming(documents)
    of_open = [
        summary(
            f"{name} of response time, jobs come by themselves",
            [each.ratios[name] for each in come if name in each.ratios],
            [each.inside[name] for each in come if name in each.ratios],
        )
        for name in PERCENTILES
        if any(name in each.ratios for each in come)
    ]
    lines = [
        f"Measured {'; '.join(_where(documents))}.",
        "",
        table(HEADINGS, [*(rows(found) if found else []), *of_open]),
        f"Of {decided} pairs of strategies of which one was surely faster, {same} were predicted that way round.",
        *(["", told_of(come)] if come else []),
    ]
    return "\n" + "\n".join(lines) + "\n\n"


def _where(documents: Sequence[ResultDocument]) -> Iterator[str]:
    """Say of each machine and Python what was measured there."""
    there: dict[str, list[str]] = {}
    for document in documents:
        of, system, python = (
            document.environment.get(name) or {} for name in ("machine", "platform", "python")
        )
        about = (
            f"on {system.get('system')} {system.get('architecture')}, {of.get('usable_cores')} cores,"
            f" {python.get('implementation')} {python.get('version')}"
        )
        there.setdefault(about, []).append(_what(document))
    return (f"{about}: {listed(each)}" for about, each in there.items())


def _what(document: ResultDocument) -> str:
    """Say which points were measured."""
    written = document.scenario
    drawn = counted(len(written.get("cases") or ()), "point")
    runtimes = list(map(str, written.get("runtimes") or ()))
    kind = " at which jobs come by themselves" if written.get("arrivals") is not None else ""
    on = f" on Python {listed(runtimes)}" if runtimes else ""
    return f"seed {written.get('seed')} ({drawn}{kind}{on}, {counted(document.rounds_done, 'round')})"


def _coming(documents: Sequence[ResultDocument]) -> list[ScoredOpen]:
    return scored_open([cell for document in documents for cell in document.cells if is_quiet(cell)])


def report(documents: Sequence[ResultDocument]) -> bool:
    """Print all tables; returns whether there was anything to score."""
    found = [one for document in documents for one in scored(document)]
    come = _coming(documents)
    if not found and not come:
        print("no cell was measured while the machine was left alone, and predicted")
        return False
    print(part(documents))
    print("the worst, predicted over measured:")
    for one in sorted(found, key=lambda one: abs(log(one.throughput)), reverse=True)[:WORST]:
        seen = one.cell.throughput_per_s
        rate = "?" if seen is None else f"{seen.median:.1f}/s"
        print(f"  {one.throughput:5.2f} × {rate:>10} {json.dumps(dict(one.cell.factors))}")
    print(*worst_open(come), sep="\n")
    print("errors:")
    for low in range(-30, 30, 5):
        count = sum(low <= 100 * (one.throughput - 1) < low + 5 for one in found)
        print(f"  {low:+4}% to {low + 5:+4}% {count:4} {'#' * count}")
    return True


def measured_so_far(planned: Design) -> ResultDocument:
    """Run a design, to its end or until Ctrl-C, and return what it gave."""
    experiment = Experiment(planned, handlers=[Line()])
    with suppress(KeyboardInterrupt):
        experiment.run()
    return experiment.document()


def _measured(asked: argparse.Namespace) -> Iterator[ResultDocument]:
    """Measure both kinds of points, and keep each as soon as it is there."""
    seed, quick, rounds = asked.seed, asked.quick, 1 if asked.quick else asked.rounds
    count = 2 if quick else asked.points
    texts = {"": scenario_text(count, rounds, seed, quick=quick, runtimes=asked.runtimes)}
    if asked.open_points:
        count = 1 if quick else asked.open_points
        texts["-open"] = open_text(count, rounds, seed, usable_cores(), quick=quick)
    for kind, text in texts.items():
        document = measured_so_far(replace(design(scenario_of(text, "accuracy")), needs=True))
        if asked.store is not None:
            kept = asked.store.with_stem(asked.store.stem + kind)
            kept.write_text(to_json(document), encoding="utf-8")
        yield document
        if document.partial:
            return


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes; decides nothing")
    parser.add_argument("--points", type=int, default=POINTS, help=f"points; default {POINTS}")
    parser.add_argument(
        "--open-points",
        type=int,
        default=OPEN_POINTS,
        help=f"points at which jobs come by themselves; default {OPEN_POINTS}",
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"which points; default {SEED}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds; default {ROUNDS}")
    parser.add_argument(
        "--runtimes",
        type=lambda written: written.split(","),
        default=[],
        help="Pythons, with commas between them; default: this one. Open points are measured on this one alone",
    )
    parser.add_argument(
        "--store", type=Path, help="also write the result document here, and beside it FILE-open"
    )
    parser.add_argument(
        "--from", dest="stored", type=Path, nargs="+", help="predict anew what such documents measured"
    )
    parser.add_argument("--write", type=Path, help="write the table into this document")
    asked = parser.parse_args()
    if asked.quick:
        print(QUICK)
    if asked.stored is not None:
        measured = [from_json(file.read_text(encoding="utf-8")) for file in asked.stored]
    else:
        measured = list(_measured(asked))
    # With as many jobs as in a document of few cells.
    documents = [predicted(each, MOST_JOBS * len(each.cells)) for each in measured]
    told = report(documents)
    if told and asked.write is not None:
        written = PART.sub(lambda _: part(documents), asked.write.read_text("utf-8"))
        asked.write.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
