# The ways to work on Regulars. `make demo` and `make test` do all the set-up: they need Python 3.11 or newer, and make.
# Another Python than python3: make test PYTHON=python3.12

UV_VERSION := 0.13.9
EVENTS ?= 500000
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SOURCES := events projections services tests

# The environment and the lock decide what is installed, not the settings of whoever runs this.
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON_DOWNLOADS := never
unexport UV_PYTHON VIRTUAL_ENV

# What Python compiled is kept: a test run starts hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

# The virtual environment is made anew when it is of another Python than the one asked for, does not run, was made in
# another folder or by another uv, or when an installation into it was interrupted.
VERSION_OF = $(shell $(1) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
HELD := $(call VERSION_OF,$(BIN)/python)
ifdef PYTHON
WANTED := $(call VERSION_OF,$(PYTHON))
else
PYTHON := python3
WANTED := $(HELD)
endif
ORIGIN := uv $(UV_VERSION) in $(CURDIR)
ifneq ($(HELD) $(shell cat $(VENV)/made 2>/dev/null),$(or $(WANTED),none) $(ORIGIN)$(wildcard $(VENV)/installing))
AGAIN := again
endif

.PHONY: help demo test check types tidy bench faults kafka assets lock clean again

help: ## Show what there is to run
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 8

demo: $(VENV)/installed ## Show real customers: load a shop's orders and print what a shopkeeper wants to know
	$(BIN)/regulars demo

test: check ## Run everything: the checks, then all tests
	$(BIN)/pytest --ignore=tests/tidy -n 4 --dist loadscope --no-loadscope-reorder --durations=20

check: $(VENV)/installed ## Run ruff, mypy, import-linter and the tidy tests
	$(UV) lock --check --offline --quiet
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory --jobs=2 types tidy

types: $(VENV)/installed
	$(BIN)/mypy

# All tests are collected, for which every file of theirs is imported; what was compiled then is there for all workers.
tidy: $(VENV)/installed
	$(BIN)/pytest -k tidy

bench: $(VENV)/installed ## Measure append and drain, and both doors with ten minutes of load; EVENTS=500000 says how many
	$(BIN)/regulars bench --events $(EVENTS) --json
	$(BIN)/regulars bench ingest --events $(EVENTS) --soak 600 --drip 500 --json
	$(BIN)/regulars bench door --events $(EVENTS) --json

faults: $(VENV)/installed ## Break everything that can break, many times, and print what came of it: 20 minutes
	$(BIN)/python -m tests.faults

kafka: $(VENV)/installed ## Run an Apache Kafka broker here until Ctrl-C; its data stay under .regulars
	$(BIN)/regulars dev kafka

assets: ## Write what the pages bring to the browser anew, from pinned packages: needs Node.js, which nothing else does
	npm ci --prefix infra/assets --ignore-scripts --no-fund --no-audit
	node infra/assets/build.mjs

lock: $(VENV)/made ## Write uv.lock anew from pyproject.toml, with the newest versions
	$(UV) lock --upgrade

clean: ## Remove what the tools made; the data under .regulars stays
	rm -rf $(VENV) dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/made: $(AGAIN)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo >&2 "Regulars needs Python 3.11 \
	or newer, and '$(PYTHON)' is older or does not run: name another, as in: make test PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "$(ORIGIN)" > $@

$(VENV)/installed: $(VENV)/made pyproject.toml uv.lock
	@touch $(VENV)/installing
	$(UV) sync --frozen
	@rm $(VENV)/installing
	@touch $@
