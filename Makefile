# `make demo` and `make test` need Python 3.11+, make and git, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAM_VENV := .venv-sam
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --quiet
export PYTHONPATH := src:.

.PHONY: help demo test check lint types docs-check format lock clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.local: requirements-local.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $<
	@touch $@ $(VENV)/.local

$(SAM_VENV)/.sam: requirements-sam.txt
	$(PYTHON) -m venv $(SAM_VENV)
	$(SAM_VENV)/bin/python -m pip install --quiet --no-deps --require-hashes -r $<
	@touch $@

demo: $(VENV)/.local ## drop pictures into a local bucket and see what becomes of them
	$(BIN)/python -m local.demo $(if $(PICTURE),--picture "$(PICTURE)") $(if $(filter command line,$(origin USER)),--user "$(USER)")

test: $(VENV)/.dev $(SAM_VENV)/.sam ## run every test
	$(BIN)/python -m pytest

check: lint types test ## all that must hold before a commit lands

lint: $(VENV)/.dev ## style, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/interrogate --quiet src tests local

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

format: $(VENV)/.dev ## rewrite the code in its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev ## write the requirements files anew from pyproject.toml
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --extra local -c requirements.txt -o requirements-local.txt
	$(LOCK) pyproject.toml --extra local --extra dev -c requirements-local.txt \
	  -o requirements-dev.txt
	$(LOCK) --group sam -o requirements-sam.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) $(SAM_VENV) .aws-sam build .pytest_cache .mypy_cache .ruff_cache .coverage
