# Needs only Python 3.11 or newer (`python3`); everything else is installed into .venv from the hash-pinned lock.
.DEFAULT_GOAL := help
.PHONY: help setup demo check test bench docs lock clean

PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --universal --generate-hashes --no-header --quiet $(UPGRADE)

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.project ## Make .venv from requirements-dev.lock (once) and install Wakeline into it

demo: setup ## Replay recordings of a real cluster, print what went wrong and why, serve the page
	@$(BIN)/wakeline demo $(ARGS)

check: setup ## Format, lint, types, layers, documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/house

test: setup ## Run every test; what this machine lacks is skipped, with the command that installs it
	$(BIN)/pytest -ra $(ARGS)

bench: setup ## Run the benchmarks: one JSON line each
	@for file in tests/bench/[a-z]*.py; do $(BIN)/python -m tests.bench.$$(basename $$file .py) || exit 1; done

docs: setup ## Write docs/reference and docs/failures again from the code
	@$(BIN)/python -m wakeline.reference

lock: setup ## Write the lock files again after a change in pyproject.toml (UPGRADE=--upgrade: newest versions)
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) pyproject.toml --group dev --output-file requirements-dev.lock
	$(COMPILE) --group build --output-file deploy/build.lock

clean: ## Remove .venv, caches and what the demo stored
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .wakeline dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is touched last, so a setup that broke off is done again.
.venv/.project: pyproject.toml .venv/.locked
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.locked: requirements-dev.lock | .venv/bin/python
	@echo "Installing what requirements-dev.lock names into .venv (the first time: 1.5 GB, a few minutes)"
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "$(PYTHON) was not found: install Python 3.11 or newer, or name it with 'make PYTHON=/path/to/python3 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer, or name it with 'make PYTHON=python3.11 ...'." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make a virtual environment: install its venv module ('apt-get install python3-venv' on Debian and Ubuntu)." >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
