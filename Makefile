# Each target does its own set-up in .venv and can be run again. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Light enough for a newcomer; the heavy ones (snorkel and other peers bring torch, Spark wants Java 17) come with test-all.
LIGHT := spacy,fast,notebook,review,team,plots,duckdb,dask,dev
HEAVY := snorkel,peers,spark,ray,embeddings
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-heavy test-all lint types docs fmt check bench bench-main bench-apply bench-quality bench-scale bench-triage bench-review screenshots clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.base  ## Go the whole way on an embedded example, into ./weaklabel-demo
	$(BIN)/weaklabel demo

test: $(VENV)/.light  ## Run the tests that are quick and light
	$(BIN)/pytest -n $(WORKERS) -m "not slow and not heavy"

# By file, so that the tests of Spark share one session, and those of Ray another.
test-heavy: $(VENV)/.heavy  ## Run the slow tests and those of heavy extras
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "slow or heavy"

test-all: test test-heavy  ## Run every test

lint: $(VENV)/.light  ## Check style, names and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.light  ## Check the types
	$(BIN)/mypy

docs: $(VENV)/.light  ## Run the examples in README and docs, and check docstrings and links
	$(BIN)/pytest tests/docs

fmt: $(VENV)/.light  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint types test  ## What to run before every commit

bench: bench-main bench-apply bench-quality bench-scale bench-triage bench-review  ## Run all benchmarks

bench-main: $(VENV)/.light  ## The main job on real comments (WEAKLABEL_SHARED names the folder)
	$(BIN)/python benchmarks/main_job.py

bench-apply: $(VENV)/.heavy  ## Labeling functions of every kind beside Snorkel (WEAKLABEL_SHARED names the folder)
	$(BIN)/python benchmarks/apply.py

bench-quality: $(VENV)/.light  ## Label models on real votes (WEAKLABEL_SHARED names the folder)
	$(BIN)/python benchmarks/quality.py

bench-scale: $(VENV)/.light  ## Time and memory at a million items
	$(BIN)/python benchmarks/scale.py

bench-triage: $(VENV)/.light  ## The review loop with gold as reviewer (WEAKLABEL_SHARED names the folder)
	$(BIN)/python benchmarks/triage.py
	$(BIN)/python benchmarks/audit.py

bench-review: $(VENV)/.light  ## The review as a person feels it: server, browser, start, widget, a team of 50
	$(BIN)/python benchmarks/review_screen.py

screenshots: $(VENV)/.light  ## Take the pictures in docs/images anew
	WEAKLABEL_SCREENSHOTS=docs/images $(BIN)/pytest -q tests/browser/test_review_page.py -k screenshots

clean:  ## Remove the virtual environment, caches and the demo
	rm -rf $(VENV) weaklabel-demo weaklabel-demo-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "weaklabel needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) -e '.[review]'
	@touch $@

$(VENV)/.light: $(VENV)/.base
	$(INSTALL) -e '.[$(LIGHT)]'
	@touch $@

$(VENV)/.heavy: $(VENV)/.light
	$(INSTALL) -e '.[$(LIGHT),$(HEAVY)]'
	@touch $@
