# make run    prepare everything and serve the site at http://localhost:$PORT (default 8000)
# make test   run all tests, those in a real browser too
# make check  lint, import rule, types, known vulnerabilities, tests: what continuous integration runs
# make dist   build the verifier as a wheel of its own, and the bill of materials: dist/
# make bench  run all benchmarks, about a quarter of an hour; each says what its goals are
# make check-newest   try that wheel with the newest versions it allows, from the package registry
# VAR_DIR (default var/) keeps everything that the installation stores.

VENV_PYTHON = .venv/bin/python
TESTS ?= tests
PYTEST_FLAGS ?= -q -n 2 --dist loadgroup

.PHONY: run test lint audit check check-newest dist bench messages setup setup-dev clean

run: setup
	@exec $(VENV_PYTHON) manage.py serve

test: setup-dev
	@$(VENV_PYTHON) -m pytest $(PYTEST_FLAGS) $(TESTS)

lint: setup-dev
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@.venv/bin/lint-imports --no-logo
	@$(VENV_PYTHON) -m mypy

audit: setup-dev
	@$(VENV_PYTHON) -m scripts.audit_dependencies

check: lint audit test

dist: setup-dev
	@$(VENV_PYTHON) -m scripts.build_verifier
	@$(VENV_PYTHON) -m scripts.build_sbom

check-newest: setup-dev
	@$(VENV_PYTHON) -m pytest -q -s --newest tests/distribution

bench: setup-dev
	@$(VENV_PYTHON) -m benchmarks.render
	@$(VENV_PYTHON) -m benchmarks.journey
	@$(VENV_PYTHON) -m benchmarks.seal --batch 200
	@$(VENV_PYTHON) -m benchmarks.load
	@$(VENV_PYTHON) -m benchmarks.memory
	@$(VENV_PYTHON) -m benchmarks.passwords
	@$(VENV_PYTHON) -m benchmarks.export
	@$(VENV_PYTHON) -m benchmarks.ledger
	@$(VENV_PYTHON) -m benchmarks.kills
	@$(VENV_PYTHON) -m benchmarks.notices
	@$(VENV_PYTHON) -m benchmarks.restore
	@$(VENV_PYTHON) -m benchmarks.roster
	@$(VENV_PYTHON) -m benchmarks.signing_tasks
	@$(VENV_PYTHON) -m benchmarks.sweep
	@$(VENV_PYTHON) -m benchmarks.verify

# Collects new messages from code and templates into the catalogues, keeping translations.
messages: setup-dev
	@$(VENV_PYTHON) manage.py makemessages --locale zh_Hans --locale en --no-wrap --ignore '.venv' --ignore 'var'

setup:
	@scripts/setup

setup-dev:
	@scripts/setup dev

clean:
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
