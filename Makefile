# Everything a person runs. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --extra postgres

.DEFAULT_GOAL := help
.PHONY: help sandbox test bench check format lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

sandbox: $(VENV)/.runtime ## the bot in a pretend world: a web page at http://127.0.0.1:8765, or PORT=8766
	@$(BIN)/python -m bot sandbox $(if $(PORT),--port $(PORT))

# Tests start the bot many times. It is compiled once, also where PYTHONDONTWRITEBYTECODE is set.
# Templates keep what is compiled of them by themselves.
# The tests of one file share its fixtures, so they stay together, in one process.
PYTEST := -m pytest --dist loadfile --no-loadscope-reorder
# Stories of the whole bot count for no coverage: what they reach has tests of its own, and each
# would take twice as long. They wait for most of their time, so there are more than cores at once.
STORIES := tests/scenarios tests/browser
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
STORIES_AT_ONCE ?= $(shell $(BIN)/python -c 'import os; print(($(CORES)) * 3 // 2)')
test: $(VENV)/.dev ## all tests, with the coverage they must reach
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m compileall -q bot
	$(BIN)/coverage run $(PYTEST) -n auto $(STORIES:%=--ignore=%)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/coverage report --include='bot/domain/*,bot/usecases/*' --fail-under=100
	$(BIN)/python $(PYTEST) -n $(STORIES_AT_ONCE) $(STORIES)

bench: $(VENV)/.runtime ## measure; `python -m benchmarks --readme` writes the table of this page
	@$(BIN)/python -m benchmarks

check: $(VENV)/.dev ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev ## write the lock files anew
	$(UV) --upgrade pyproject.toml -o requirements.lock
	$(UV) --upgrade --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and what tools left
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache var
	find bot tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(BIN)/python
	@echo "Installing the locked dependencies (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing the locked dependencies and test tools (once, about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
