"""What stands below the options in each command's help: commands to copy, and how they end."""

from collections.abc import Mapping

_MEASURING = "1 the run or a cell of it failed · 2 usage · 98 nothing valid was measured"
_INTERRUPTED = "130 interrupted, what was measured is kept"

EPILOGS: Mapping[str, str] = {
    "run": f"""\
Examples:
  simulator run quickstart
  simulator run --parser mypkg:parse --pages-from ./saved --latency 40ms
  simulator run shop.yaml --case waiting --strategy threads --rounds 5
  simulator run shop.yaml --expect 'p95(asyncio) < 250ms' --strict

Ends with 0 · {_MEASURING}, or with --strict an expectation is undecided · 99 one does not hold · {_INTERRUPTED}.""",
    "tune": f"""\
Examples:
  simulator tune quickstart --case mixed
  simulator tune shop.yaml --goal p99 --budget 10m --max-in-flight 64

Ends with 0 · {_MEASURING} · {_INTERRUPTED}.""",
    "predict": f"""\
Examples:
  simulator predict quickstart --cores 32
  simulator predict last --change 'parse * 0.5' --change 'no GIL'
  simulator predict shop.yaml --in-flight 1000 --latency 200ms --check

Ends with 0 · 1 with --check, the run or a cell of it failed · 2 usage · 98 nothing can be predicted, or with --check
nothing valid was measured · {_INTERRUPTED}.""",
    "lab": """\
Examples:
  simulator lab
  simulator lab last
  simulator lab quickstart --html lab.html

Goes on until Ctrl-C, and ends with 130 · 2 usage. With --html, 0.""",
    "validate": """\
Examples:
  simulator validate shop.yaml quickstart
  simulator validate shop.yaml --set server.latency=80ms

Ends with 0 · 2 a scenario is wrong.""",
    "init": """\
Example:
  simulator init mine --parser mypkg:parse --pages-from ./saved""",
    "schema": """\
Example:
  simulator schema scenario > scenario.schema.json""",
    "import": """\
Examples:
  simulator import har shop.har --to shop
  simulator import har shop.har --to shop --media-type json
  simulator import log access.log --to shop
  simulator import csv waits.csv --to shop --column ttfb --unit ms

Ends with 0 · 2 nothing could be imported, and nothing is written.""",
    "record": """\
Example:
  simulator record urls.txt --to shop --samples 3 --every 1s

Ends with 0 · 2 nothing was fetched · 130 interrupted, the rest is written.""",
    "runs": """\
Examples:
  simulator runs --scenario 'shop*' --since 7d
  simulator runs --prune 30d""",
    "report": """\
Examples:
  simulator report last --why --only strategy=threads
  simulator report last --html report.html --open
  simulator report last --quiet --name main""",
    "compare": """\
Examples:
  simulator compare main last
  simulator compare last~1 last --metric p99 --tolerance 10%
  simulator compare --revisions main..HEAD shop.yaml --package .

Ends with 0 · 1 with --revisions, a cell failed · 2 usage · 98 nothing could be compared · 99 a regression ·
130 interrupted.""",
    "export": """\
Examples:
  simulator export last --output cells.csv
  simulator export last --what samples --output samples.parquet""",
    "probe": """\
Examples:
  simulator probe lxml
  simulator probe mypkg:parse --pages-from ./saved --expect 'gil_held < 0.2'

Ends with 0 · 1 it failed · 2 usage · 98 a condition is undecided · 99 one does not hold.""",
    "check-client": """\
Examples:
  simulator check-client httpx
  simulator check-client mypkg.fetch:Client --python .venv/bin/python

Ends with 0 · 1 it failed · 2 usage · 99 a check failed.""",
    "doctor": """\
Example:
  simulator doctor --json facts.json""",
}
