# make run    the gateway with its demonstration world, on http://127.0.0.1:8000
# make test   the whole test suite
# make install  only what a server needs, without the demonstration
# make check  what CI runs: lint, types, import contracts, tests
# make clients  fetches the event clients that need Node, as their makers publish them; `make test` then tries them too
# make prove  the long proofs: the same tests, many more repetitions
# make lock   resolve the dependencies anew and write the lock files
# make clean  remove what make made; data in .o2o stays
#
# Needs Python >= 3.11 and make. Everything else is installed into .venv, checked against the hashes in the lock files.

VENV := .venv
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

.PHONY: install run test clients check lint types contracts prove lock clean chromium
.DELETE_ON_ERROR:

install: $(VENV)/.installed

run: $(VENV)/.installed-demo
	@exec $(VENV)/bin/o2o run --demo

# Four at a time even on two cores: browsers and killed servers are mostly waited for. Each has a database server of its own.
# Files begin in the order of tests/conftest.py. What is compiled is kept, whatever the caller's Python does: tests start many programs.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(VENV)/bin/python -m pytest
FOUR := --numprocesses 4 --dist loadfile --no-loadscope-reorder

# Servers are killed and clocks are met, so a busy machine can fail a test: what failed is told, and tried once more, alone.
test: $(VENV)/.installed-test chromium
	$(PYTEST) $(FOUR) || $(PYTEST) --numprocesses 0 --last-failed --last-failed-no-failures none

# The lock file says what is installed and holds no address: npm knows where its packages come from. Scripts do not run.
CLIENTS := tests/clients

clients:
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory $(CLIENTS)/node_modules/.installed; \
	else echo "No Node here: the event clients that need it are not tested."; fi

$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package-lock.json
	npm install --prefix $(CLIENTS) --ignore-scripts --no-audit --no-fund --no-save
	@touch $@

check: $(VENV)/.installed-test
	$(MAKE) --no-print-directory --jobs 2 types lint contracts clients
	$(MAKE) --no-print-directory test

lint: $(VENV)/.installed-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/.installed-test
	$(VENV)/bin/mypy

contracts: $(VENV)/.installed-test
	$(VENV)/bin/lint-imports

prove: $(VENV)/.installed-test chromium
	O2O_PROVE=1 $(PYTEST) $(FOUR) --dist worksteal

# Browser tests use the system's Chromium; without one they are skipped, and say so.
chromium:
	@sh .ci/chromium

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "make: no Python >= 3.11 found; name one with make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# Each lock file holds all of the one before it, so installing a bigger one never changes a version.
define install
	$(PIP) install --quiet --require-hashes -r $<
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(VENV)/.installed: requirements.lock pyproject.toml $(VENV)/.made
	$(install)

$(VENV)/.installed-%: requirements-%.lock pyproject.toml $(VENV)/.made
	$(install)

LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: $(VENV)/.made
	$(PIP) install --quiet uv
	$(LOCK) $(UPGRADE) pyproject.toml --all-extras -o requirements-test.lock
	$(LOCK) pyproject.toml --extra build --extra demo -c requirements-test.lock --no-annotate -o requirements-demo.lock
	$(LOCK) pyproject.toml --extra build -c requirements-test.lock --no-annotate -o requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
