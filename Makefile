# make run: set up, load Prato, answer one question, serve.   make test: set up, run the tests.   make: what else there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export CC_GRAPH_HOME ?= $(CURDIR)/.cc-graph

.PHONY: help run test soak check check-ontology format lock clean

help:
	@grep -E '^# make|^## ' Makefile | sed 's/^## /  make /; s/^# //'

## run     set up, load Prato, answer one question, serve on 127.0.0.1:8000
run: $(VENV)/.run
	@if ! test -f "$(CC_GRAPH_HOME)/current"; then \
	  $(BIN)/cc-graph load; \
	elif test -n "$$(find data ontology -newer "$(CC_GRAPH_HOME)/current" -print -quit)"; then \
	  echo "data/ or ontology/ has changed since the last load: loading again …" >&2; \
	  $(BIN)/cc-graph load; \
	fi
	@$(BIN)/cc-graph ask who-takes-part -p initiative=gdl-filiera-corta --format table
	@$(BIN)/cc-graph serve

## test    set up and run the tests
test: $(VENV)/.test
	@$(BIN)/pytest

## soak    what waits for bad luck (kill -9, racing writers), in full: 200 kills instead of 20
soak: $(VENV)/.test
	@CC_GRAPH_SOAK=1 $(BIN)/pytest -m soak -s

## check   format, lint, types, floors, Turtle
check: $(VENV)/.test
	$(BIN)/ruff format --check src tests quality
	$(BIN)/ruff check src tests quality
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/turtlefmt --check ontology shapes data tests

## check-ontology   what the ontology has and passes: terms, pitfalls, profile, consistency, questions, capabilities
check-ontology: $(VENV)/.test
	@$(BIN)/python -m quality.check_ontology

## format  put Python and Turtle in order
format: $(VENV)/.test
	$(BIN)/ruff format src tests quality
	$(BIN)/ruff check --fix-only src tests quality
	$(BIN)/turtlefmt ontology shapes data tests

## lock    renew requirements.txt and requirements-dev.txt
lock: $(VENV)/.test
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml --group dev -o requirements-dev.txt

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cc-graph needs Python 3.11 or newer; say which with make PYTHON=python3.12." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing; install it (Debian: apt-get install python3-venv) and run make again." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/.python
	@echo "Installing cc-graph into $(VENV) …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.test: requirements-dev.txt pyproject.toml | $(VENV)/.python
	@echo "Installing cc-graph and its test tools into $(VENV) …" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

## clean   remove the environment and the local store
clean:
	rm -rf $(VENV) .cc-graph dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
