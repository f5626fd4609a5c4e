# The words people and CI use. `make` alone prints them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
WAREHOUSE := touchstone.duckdb
PYTHON ?= $(firstword $(foreach version,3.13 3.12 3.11,$(shell \
	command -v python$(version) 2>/dev/null | while read -r found; do "$$found" -c 'import venv' 2>/dev/null && echo "$$found"; done)) \
	$(shell command -v python3 2>/dev/null))
export DBT_PROFILES_DIR := $(CURDIR)
export DO_NOT_TRACK := 1

PROJECT_FILES := dbt_project.yml profiles.yml $(shell find models seeds macros tests -type f -not -path 'tests/python/*' 2>/dev/null)

.PHONY: help
help:  ## print this help
	@echo "Touchstone: B2B marketing numbers that add up to the CRM."
	@echo
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | awk -F ':.*  ## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: env
env: $(VENV)/.installed  ## create .venv from requirements.lock (done by every other target when needed)

$(VENV)/.installed: requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "No Python found$(if $(PYTHON), under the name $(PYTHON)). Install 3.11, 3.12 or 3.13, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$("$(PYTHON)" -V 2>&1). Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module: install it (Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	@echo "environment: .venv with $$("$(PYTHON)" -V 2>&1), $$(grep -c == requirements.lock) pinned packages (about a minute, once)"
	@rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: build
build: $(WAREHOUSE).built  ## build the warehouse of the sample company and print what is in it
	@$(BIN)/touchstone summary

$(WAREHOUSE).built: $(VENV)/.installed $(PROJECT_FILES)
	@$(BIN)/touchstone build --no-summary
	@touch $@

.PHONY: test
test: env  ## what guards each push: dbt tests (in build), Python tests, lint, old clients
	@$(MAKE) --no-print-directory -j 2 lint clients pytest  # a build leaves a core to the linter

.PHONY: test-all
test-all: env  ## all that is proven, as every night: what is too long for each push, too
	@$(MAKE) --no-print-directory -j 2 lint-all clients pytest MARKED=

# CONTRIBUTING.md says what is marked `nightly`; `make pytest MARKED=` leaves nothing out.
MARKED := not nightly
.PHONY: pytest
pytest: build  ## Python tests: oracles, properties, mutations, loading, two public companies
	@$(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder -m "$(MARKED)" --cpu  # the longest first: conftest.py

# The linter reads SQL as dbt renders it, and the agreed weights are part of some: a warehouse of its own has these.
LINTED := target/lint/linted.duckdb
# What the SQL to lint is compared with, such as a commit; `make lint-all` lints every file, in a second each.
SINCE ?=
.PHONY: lint
lint: env  ## ruff, mypy, workflows against their schema, sqlfluff on the SQL that was changed
	@$(BIN)/ruff check python tests/python && $(BIN)/ruff format --check python tests/python
	@$(BIN)/mypy
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@files=$$($(BIN)/python tests/python/changed_sql.py "$(SINCE)"); \
	  if [ -n "$$files" ]; then $(MAKE) --no-print-directory sqlfluff SQL="$$(echo $$files)"; else echo "no SQL was changed"; fi

.PHONY: lint-all
lint-all:  ## the same with sqlfluff on all SQL
	@$(MAKE) --no-print-directory lint SINCE=0000000

SQL := models tests analyses
.PHONY: sqlfluff
sqlfluff: env
	@mkdir -p target/lint
	@export TOUCHSTONE_WAREHOUSE=$(LINTED) TOUCHSTONE_RAW_DATA=sample DBT_TARGET_PATH=target/lint DBT_LOG_PATH=target/lint/logs && \
	  $(BIN)/dbt --quiet seed --full-refresh --select path:seeds/definitions && \
	  $(BIN)/sqlfluff lint --disable-progress-bar --processes 0 $(SQL)

.PHONY: clients
clients: build  ## read the warehouse with the oldest DuckDB client that is promised (1.2.2)
	@test -x .venv-oldest-client/bin/python || "$(PYTHON)" -m venv .venv-oldest-client
	@.venv-oldest-client/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-oldest-client.lock
	@.venv-oldest-client/bin/python tests/python/read_with_old_client.py $(WAREHOUSE)

BASE ?=
.PHONY: diff
diff: env  ## which definitions this work changes and which numbers move (BASE=origin/main)
	@mkdir -p target
	@$(BIN)/touchstone diff $(if $(BASE),--base "$(BASE)") --markdown target/diff.md --json target/diff.json

.PHONY: docs
docs: build  ## write the data dictionary, one self-contained page: target/static_index.html
	@$(BIN)/dbt docs generate --static --quiet
	@echo "target/static_index.html"

.PHONY: sample
sample: env  ## write the sample company into seeds/raw again (it is byte-stable: git shows no change)
	@$(BIN)/touchstone sample --size small --format csv --output seeds/raw

BENCH_TOUCHES := 1e6
BENCH_OPTIONS := --compare --day
.PHONY: bench
bench: .venv-bench/.installed  ## measure a build against floor, peers and targets (BENCH_TOUCHES=1e6,1e7)
	@.venv-bench/bin/touchstone bench --touches $(BENCH_TOUCHES) $(BENCH_OPTIONS)

.venv-bench/.installed: requirements-bench.lock pyproject.toml
	@echo "environment: .venv-bench with the peers (about a minute, once)"
	@rm -rf .venv-bench && "$(PYTHON)" -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: spark
spark: .venv-spark/.installed  ## build on a Spark cluster of this machine, compare with DuckDB (SPARK_OPTIONS="--data DIR")
	@.venv-spark/bin/touchstone spark $(SPARK_OPTIONS)

.venv-spark/.installed: requirements-spark.lock pyproject.toml
	@echo "environment: .venv-spark with Spark, 500 MB (about two minutes, once)"
	@rm -rf .venv-spark && "$(PYTHON)" -m venv .venv-spark
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-spark.lock
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: lock
lock:  ## resolve the dependencies of pyproject.toml again into its lock files (needs uv)
	@command -v uv >/dev/null || { echo "uv is needed to resolve: pip install uv"; exit 1; }
	@uv lock --quiet --upgrade && uv export --quiet --extra dev --extra checks --no-emit-project --no-header --no-annotate -o requirements.lock && rm -f uv.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra bench pyproject.toml -o requirements-bench.lock
	@uv lock --quiet --upgrade && uv export --quiet --extra spark --no-emit-project --no-header --no-annotate -o requirements-spark.lock && rm -f uv.lock

.PHONY: clean
clean:  ## remove what was built; keep .venv
	@rm -rf target logs .bench *.duckdb *.duckdb.wal *.duckdb.built .pytest_cache .mypy_cache .ruff_cache .hypothesis
