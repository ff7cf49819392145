# make run    prepare everything and serve the site at http://localhost:$PORT (default 8000)
# make test   run all tests, those in a real browser too
# make check  lint, import rule, types, tests: what continuous integration runs
# VAR_DIR (default var/) keeps everything that the installation stores.

VENV_PYTHON = .venv/bin/python
TESTS ?= tests
PYTEST_FLAGS ?= -q -n 2 --dist loadgroup

.PHONY: run test lint check bench messages setup setup-dev clean

run: setup
	@exec $(VENV_PYTHON) manage.py serve

test: setup-dev
	@$(VENV_PYTHON) -m pytest $(PYTEST_FLAGS) $(TESTS)

lint: setup-dev
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@.venv/bin/lint-imports --no-logo
	@$(VENV_PYTHON) -m mypy

check: lint test

bench: setup-dev
	@$(VENV_PYTHON) -m benchmarks.render
	@$(VENV_PYTHON) -m benchmarks.export
	@$(VENV_PYTHON) -m benchmarks.ledger
	@$(VENV_PYTHON) -m benchmarks.verify

# Collects new messages from code and templates into the catalogues, keeping translations.
messages: setup-dev
	@$(VENV_PYTHON) manage.py makemessages --locale zh_Hans --locale en --no-wrap --ignore '.venv' --ignore 'var'

setup:
	@scripts/setup

setup-dev:
	@scripts/setup dev

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
