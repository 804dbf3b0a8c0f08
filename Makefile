# Tilth's commands. Everything lives in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
# Compiled modules make every later start several times faster.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup setup-dev ui ui-check demo test check bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    set up and run the whole loop on real handwriting scans"
	@echo "make setup   install Tilth into .venv"
	@echo "make ui      build the web console (needs Node 20 or newer)"
	@echo "make test    install the development tools and run all checks and tests"
	@echo "make bench   run the benchmarks beside their peers"

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

demo: setup
	$(BIN)/tilth demo

# The console's pages, for the server to serve; a wheel brings them along.
ui:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "The console needs Node 20 or newer to build"; exit 1; }
	cd frontend && npm install --no-package-lock --no-audit --no-fund && npm run bundle

# Types as the API describes them, strict TypeScript, import directions, tests of the pure parts.
ui-check: ui
	cd frontend && npm run check

check: setup-dev
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

test: setup-dev check
	$(BIN)/python -m pytest -n $(JOBS)

bench: setup-dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist
