# What people and CI run. `make demo` needs Python >= 3.11, make and a package index; nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint simulator/runtimes/constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-truth check format bench bench-answers bench-on-dask bench-scale pictures parsers clients accuracy reference campaign site server clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11; name a newer one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python pyproject.toml simulator/runtimes/constraints.txt
	$(PIP) --editable '.[parsers]'
	@touch $@

DEV := import tomllib; t = tomllib.load(open("pyproject.toml", "rb")); \
  extras = t["project"]["optional-dependencies"]; \
  print(*t["dependency-groups"]["dev"], *extras["parquet"], *extras["fast"], *extras["imports"], *extras["joblib"], *extras["clients"], *extras["niquests"], \
  *extras["gevent"], *extras["trio"], *extras["dask"], \
  *(each.replace(" ", "") for each in extras["encodings"] + extras["loops"]))
$(VENV)/.dev: $(VENV)/.installed
	URLLIB3_NO_OVERRIDE=1 $(PIP) --no-binary urllib3-future $$($(BIN)/python -c '$(DEV)')
	@touch $@

demo: $(VENV)/.installed ## set up, run the quickstart scenario, say what to type next
	@$(BIN)/simulator run scenarios/quickstart.yaml
	@printf '\nNext, your own job:\n  %s\n' \
	  '$(BIN)/simulator run --parser mypkg:parse --pages-from ./saved --latency 120ms --in-flight 8'

PORT ?= 8080
LATENCY ?= 50ms
server: $(VENV)/.installed ## start the mock server (LATENCY=80ms PORT=9000 PAGES=./saved)
	@$(BIN)/mockserver serve --port $(PORT) --latency $(LATENCY) $(if $(PAGES),--pages-from "$(PAGES)")

# Most tests wait for processes: more of them at a time than there are cores. tests/machine.py says who waits for whom.
# Bytecode is kept, or each of a thousand programs that are started would compile this one anew.
WORKERS ?= 4
test: $(VENV)/.dev ## set up and run the tests
	$(BIN)/coverage erase
	PYTHONDONTWRITEBYTECODE= COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml \
	  $(BIN)/python -m pytest -n $(WORKERS) --durations 20
	$(BIN)/coverage combine -q

# Long proofs that numbers are true: nine shares of known functions and the locks of lxml, as `probe` measures them; a
# library's own tests that probe; revisions that pip builds; verdicts and crossovers in thousands of simulated worlds;
# the nine scenarios that ship and show nothing that another one does not, article and runtimes on every Python that is
# here; every strategy on every Python, whole runs on 3.14 and Jython, whose drivers `make test` proves alone; all that
# Jython does as PyPy does; a queue and a rate limit of the mock server against closed forms; and the benchmarks whose
# shortest run takes a minute.
test-truth: $(VENV)/.dev ## run the long proofs that `make test` leaves out (a quarter of an hour; nothing else should run)
	$(BIN)/python -m pytest -m truth -n 2 --durations 0

# What the last `make test` left is as good as a new run, unless something has changed since.
SOURCES = $(shell find simulator mockserver scenarios benchmarks tests docs README.md pyproject.toml -type f -not -path '*/__pycache__/*')
.coverage: $(VENV)/.dev $(SOURCES)
	$(MAKE) test

check: $(VENV)/.dev .coverage ## format, lint, types, import contract, coverage: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/coverage report

format: $(VENV)/.dev ## format and mend what can be mended by itself
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## measure the program's own speed (minutes; nothing else should run)
	$(BIN)/python -m benchmarks.harness
	$(BIN)/python -m benchmarks.server
	$(BIN)/python -m benchmarks.store
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.model

bench-answers: $(VENV)/.dev ## measure whether its answers can be believed (an hour; nothing else should run)
	$(BIN)/python -m benchmarks.search
	$(BIN)/python -m benchmarks.same
	$(BIN)/python -m benchmarks.what_if
	$(BIN)/python -m benchmarks.revisions

bench-on-dask: $(VENV)/.dev ## measure a plan on two groups of CPUs and on one (15 minutes; nothing else should run)
	$(BIN)/python -m benchmarks.on_dask

bench-scale: $(VENV)/.dev ## measure how many jobs this machine holds in flight (8 minutes; nothing else should run)
	$(BIN)/python -m benchmarks.scale

SEED ?= 1
campaign: $(VENV)/.dev ## fuzzed scenarios, killed processes, full disks, crowds, leaks (half an hour; SEED=2 for other ones)
	$(BIN)/python -m benchmarks.campaign --seed $(SEED)

pictures: $(VENV)/.dev ## draw docs/pictures: runs three scenarios (15 minutes; nothing else should run), needs Chromium
	$(BIN)/python -m benchmarks.pictures

reference: $(VENV)/.dev ## write the parts of docs/*.md that say what the code says
	$(BIN)/python -m docs.generate

parsers: $(VENV)/.dev ## write docs/parsers.md: which functions hold the GIL (25 minutes on four Pythons; nothing else should run)
	$(BIN)/python -m simulator.probe.table docs/parsers.md

clients: $(VENV)/.dev ## write the tables of docs/clients.md: what each HTTP client costs (10 minutes; nothing else should run)
	$(BIN)/python -m benchmarks.clients docs/clients.md

accuracy: $(VENV)/.dev ## measure how far predictions are off and write it into docs/prediction.md (half an hour; nothing else should run)
	$(BIN)/python -m benchmarks.accuracy --write docs/prediction.md

SITE := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["site"])
$(VENV)/.site: $(VENV)/.python pyproject.toml simulator/runtimes/constraints.txt
	$(PIP) $$($(BIN)/python -c '$(SITE)')
	@touch $@

site: $(VENV)/.site ## build the documents as a site, with search, that needs no server and no network: site/index.html
	$(BIN)/python -m docs.build_site

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov build site .cache *.egg-info
