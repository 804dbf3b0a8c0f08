# Tilth's commands. Everything lives in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
# Compiled modules make every later start several times faster.
unexport PYTHONDONTWRITEBYTECODE

# The console is built where Node is; all else works without.
NODE := $(shell node -e 'process.stdout.write(parseInt(process.versions.node) >= 20 ? "yes" : "")' 2>/dev/null)
UI_BUILT := frontend/node_modules/.tilth-console-built
UI_SOURCES := $(shell find frontend -type f -not -path 'frontend/node_modules/*' -not -path 'frontend/tests/*' 2>/dev/null)

.PHONY: setup setup-dev emulators emulators-where-node-is ui ui-check ui-lint ui-types ui-tests check-types check-style ui-where-node-is ui-check-where-node-is demo test check soak peers bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    set up and run the whole loop on real handwriting scans"
	@echo "make setup   install Tilth into .venv"
	@echo "make ui      build the web console (needs Node 20 or newer)"
	@echo "make test    install the development tools and run all checks and tests"
	@echo "make soak    run the long tests, which make test samples (and, where Node is, those on Azurite, which it fetches)"
	@echo "make bench   run the benchmarks beside their peers (make peers installs those that are Python packages)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Tilth needs Python 3.11 or newer; run make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.setup: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.setup-dev: $(VENV)/.setup
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/.setup

setup-dev: $(VENV)/.setup-dev

demo: setup ui-where-node-is
	$(BIN)/tilth demo

# The console's pages, for the server to serve; a wheel brings them along.
ui: $(UI_BUILT)

$(UI_BUILT): $(UI_SOURCES)
	@[ "$(NODE)" = yes ] || { echo "The console needs Node 20 or newer to build"; exit 1; }
	cd frontend && npm install --no-package-lock --no-audit --no-fund --loglevel=error && npm run --silent bundle
	@touch $@

ifeq ($(NODE),yes)
ui-where-node-is: ui
ui-check-where-node-is: ui-check
else
ui-where-node-is ui-check-where-node-is:
	@echo "Node 20 or newer is not here, so the web console is left out (make ui builds it). All else works."
endif

ui-check: ui-lint ui-types ui-tests

# Import directions; types as the API describes them, and strict TypeScript; tests of the pure parts.
ui-lint: ui
	cd frontend && npm run --silent lint

ui-types: ui
	cd frontend && npm run --silent types:check && node_modules/.bin/tsc --noEmit

ui-tests: ui
	cd frontend && npm run --silent test

check: check-types check-style

check-types: setup-dev
	$(BIN)/mypy

check-style: setup-dev
	$(BIN)/ruff check src tests benchmarks hatch_build.py
	$(BIN)/ruff format --check src tests benchmarks hatch_build.py
	$(BIN)/lint-imports --no-cache

# Each process begins with its half of the tests, and helps the other one when it is done.
test: setup-dev
	@$(MAKE) --no-print-directory --jobs=$(JOBS) --output-sync=target check ui-check-where-node-is
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# The long ones: what make test only samples; and, where Node is, a real Azure Blob server for those that ask for one.
soak: setup-dev emulators-where-node-is
	$(BIN)/python -m pytest -m soak --timeout=3600
	$(BIN)/python -m pytest tests/storage/test_places.py tests/exchange/test_other_clouds.py

# Microsoft's Azurite, for tests only. It is large, so `make test` uses it where it is and does not fetch it.
emulators:
	npm install --prefix .emulators --no-package-lock --no-audit --no-fund --loglevel=error azurite@3.37.0

ifeq ($(NODE),yes)
emulators-where-node-is: emulators
else
emulators-where-node-is:
	@echo "Node 20 or newer is not here, so nothing is tried against Azure."
endif

# Python peers of the benchmarks, in a place of their own; borg, restic, rsync and git are looked for on the path.
peers:
	$(PYTHON) -m venv .peers
	.peers/bin/python -m pip install -q --disable-pip-version-check dvc oxenai hf-xet

bench: setup-dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .emulators build dist src/tilth/webapi/console frontend/node_modules
