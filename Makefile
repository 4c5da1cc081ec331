# Lintas. `make` alone lists what can be asked for; every target installs what it needs into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
TEMPLATES := $(wildcard src/lintas/web/templates)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types house docs bench peers lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Five invented agencies on this machine, three checks, then stays up until Ctrl-C
	$(BIN)/lintas demo

test: setup ## All tests: rooms, promises (SQLite and PostgreSQL), nodes, pages, browser
	PYTHONPATH=tests $(BIN)/pytest -p no_skip

check: lint house ## What to run before a commit: lint, types, architecture (about half a minute)

lint: setup types ## Style, imports between rooms, dependencies, spelling, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry src
	$(BIN)/codespell
	$(if $(TEMPLATES),$(BIN)/djlint --lint --quiet $(TEMPLATES))

types: setup ## mypy --strict over every room
	$(BIN)/mypy

house: setup ## The rules about ourselves, in seconds
	$(BIN)/pytest -q -p no:randomly tests/house

docs: setup ## Write docs/reference and the map in the README anew from the code
	$(BIN)/python docs/generate.py

bench: setup ## Measure what the documentation claims (minutes)
	$(BIN)/python -m benchmarks

peers: $(PEERS)/.done ## Make .venv-peers with the matchers that the benchmarks measure beside ours (700 MB)

setup: $(VENV)/.dev ## Make .venv with everything, pinned and hash-checked (about two minutes, once)

# The stamps hang on the lock files: after a change there, the next target installs again.
$(VENV)/.runtime: requirements/runtime.lock
	PYTHON="$(PYTHON)" requirements/install $(VENV) $<
	@touch $@

$(VENV)/.dev: requirements/dev.lock
	PYTHON="$(PYTHON)" requirements/install $(VENV) $<
	@touch $@ $(VENV)/.runtime

$(PEERS)/.done: requirements/peers.lock
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

lock: ## Pin the newest versions that fit requirements/*.in (needs uv); no address is written
	requirements/lock

clean: ## Remove .venv, caches and the demo's folder
	rm -rf $(VENV) $(PEERS) .lintas build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
