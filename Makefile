# Deskbell. `make run` and `make test` need Python 3.11, make and git, and nothing else.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
READY  := $(VENV)/.ready

# Every start would compile thousands of modules anew: what is compiled once is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check lint types walls lock bench e2e clean

run: $(READY)
	@exec $(BIN)/deskbell serve --sandbox

test: $(READY)
	$(BIN)/pytest -n auto --dist worksteal

check: lint types walls

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

walls: $(READY)
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m bench

# From a missed call to a paid deposit, through each carrier; the report is in e2e-report/.
e2e: $(READY)
	$(BIN)/python -m tests.e2e

# Resolves the ranges of setup.cfg anew; commit what changes.
lock: $(UV)
	$(UV) pip compile setup.cfg --all-extras --generate-hashes --no-emit-index-url --no-annotate \
	    --python-version 3.11 --custom-compile-command "make lock" --quiet --upgrade -o requirements.lock

$(UV):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Deskbell needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check "uv>=0.9"

$(READY): $(UV) requirements.lock setup.cfg pyproject.toml
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

clean:
	rm -rf $(VENV) .deskbell e2e-report build dist *.egg-info
