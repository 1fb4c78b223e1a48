# Two words are enough: `make run` to try the shop, `make test` to see that it holds.
# Everything lives in .venv; nothing else on the machine is touched.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# What is imported once need not be compiled again: every `qundian` that a test starts would pay for it.
unexport PYTHONDONTWRITEBYTECODE

READY := .venv/.ready
DEV_READY := .venv/.dev-ready

.DEFAULT_GOAL := help
.PHONY: help setup run test check types bench bench-gateway mutants migration play clean

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## Set up and open the demo shop with its web room (PORT=8000)
	@$(BIN)/qundian demo --port $(PORT) $(ARGS)

setup: $(DEV_READY) ## Set up for development (.venv with the tools)

test: $(DEV_READY) ## Set up and run every test, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(DEV_READY) ## Before every commit: ruff, strict types, import contracts, the quick tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/rules tests/house tests/dialogs --db sqlite

bench: $(DEV_READY) ## Speed side by side with the bare database drivers
	$(BIN)/python -m tests.bench

bench-gateway: $(DEV_READY) ## WeChat through a real gateway, beside python-wechaty
	$(BIN)/python -m tests.bench.gateway --python-wechaty $(BIN)/python

mutants: $(DEV_READY) ## Put known defects in, one at a time: each must be noticed (docs/mutants.md)
	$(BIN)/python -m tests.mutants

play: $(DEV_READY) ## Play every transcript against a fresh shop
	$(BIN)/qundian play tests/transcripts/*.chat

migration: $(DEV_READY) ## After a change of shop/records: make migration NAME=what_changes
	$(BIN)/tortoise -c shop.tables.TORTOISE_ORM makemigrations -n $(NAME)

clean: ## Remove .venv and caches (no data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build *.egg-info

# `pip install -e` so that the code runs from here; the stamp makes the second run start at once.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Qundian needs Python 3.11 or newer; say which with PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv …"; $(PYTHON) -m venv .venv; }
	@echo "Installing (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(DEV_READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Qundian needs Python 3.11 or newer; say which with PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv …"; $(PYTHON) -m venv .venv; }
	@echo "Installing with the tools for development (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY) $@
