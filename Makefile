# `make demo` and `make test` are all that a fresh machine needs (Python 3.11 to 3.13).
PYTHON ?= $(shell for v in 3.11 3.12 3.13 3; do command -v python$$v >/dev/null 2>&1 && python$$v -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] < (3,14))' 2>/dev/null && echo python$$v && break; done)
BIN := .venv/bin
.PHONY: demo test test-fast check schemas docs compose-env bench-line bench-queries bench-mimic bench-physionet bench-door bench-chaos bench-laws bench-fuzz bench-read bench-code weights test-compiled fuzz-guided clean

.venv/base: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "OpenCDI needs Python 3.11, 3.12 or 3.13 (set PYTHON=…)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev: .venv/base requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

demo: .venv/base  ## synthetic admissions in fast time; the workbench on http://localhost:8080
	@$(BIN)/opencdi demo $(if $(KEEP),--keep,)

test: check  ## everything that CI runs
	@rm -f .pytest_cache/not-run
	@$(BIN)/python -m pytest -q $(if $(CI),-x,)
	@if [ -s .pytest_cache/not-run ]; then cat .pytest_cache/not-run; fi

test-fast: .venv/dev  ## without servers and browser, under a minute
	@$(BIN)/python -m pytest -q -m "not kafka and not postgres and not browser and not chaos" tests/unit tests/rules

check: .venv/dev  ## all linters; counts what failed instead of stopping at the first
	@failed=0; for command in "ruff format --check services tests" "ruff check services tests" "mypy" "lint-imports --no-logo" "opencdi schemas --check" "opencdi interface --check"; do \
	  $(BIN)/$$command > .check.log 2>&1 || { failed=$$((failed+1)); echo "-- $$command"; cat .check.log; }; done; rm -f .check.log; \
	  test $$failed -eq 0 || { echo "$$failed of 6 checks failed"; exit 1; }

schemas: .venv/dev  ## print the contracts and the interface specification
	@$(BIN)/opencdi schemas
	@$(BIN)/opencdi interface

bench-line: .venv/dev  ## speeds of the whole line, side by side
	@PYTHONPATH=tests $(BIN)/python tests/bench/line.py

bench-queries: .venv/dev  ## an event of a sick stay of 30 days in the queries room, a rule that fails, and memory
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_queries.py

bench-mimic: .venv/dev  ## the MIMIC demo as HL7 through the line, indicators only: per rule the stays where they are met
	@PYTHONPATH=tests $(BIN)/python tests/bench/mimic.py

bench-physionet: .venv/dev  ## the indicator part of the sepsis rule beside the labels of PhysioNet 2019
	@PYTHONPATH=tests $(BIN)/python tests/bench/physionet.py

bench-door: .venv/dev  ## speeds and memory of the front door (DOOR="--messages 100000")
	@PYTHONPATH=tests $(BIN)/python tests/bench/door.py $(DOOR)

bench-chaos: .venv/dev  ## kill -9, many times
	@PYTHONPATH=tests $(BIN)/python tests/bench/chaos.py $(CHAOS)

bench-laws: .venv/dev  ## over 200 messages in any order, each up to three times: one end
	@PYTHONPATH=tests $(BIN)/python tests/bench/laws.py

bench-fuzz: .venv/dev  ## 100,000 mutated messages: each answered once, ended once, none stops a room
	@PYTHONPATH=tests $(BIN)/python tests/bench/mutated.py

.venv-medspacy/ready: requirements.lock pyproject.toml
	@test -x .venv-medspacy/bin/python || $(PYTHON) -m venv .venv-medspacy
	@.venv-medspacy/bin/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[medspacy]' pytest
	@touch $@

# Built from a source distribution, so that nothing compiled is left among the sources.
.venv-compiled/ready: .venv/dev pyproject.toml $(wildcard services/opencdi/nlp/*.py services/opencdi/knowledge/*.py rules/nlp/*)
	@test -x .venv-compiled/bin/python || $(PYTHON) -m venv .venv-compiled
	@rm -rf .venv-compiled/source && $(BIN)/python -m hatchling build -t sdist -d .venv-compiled/source > /dev/null
	@HATCH_BUILD_HOOKS_ENABLE=1 .venv-compiled/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall -c requirements.lock "$$(ls $(CURDIR)/.venv-compiled/source/*.tar.gz)"
	@.venv-compiled/bin/python -m pip install --quiet --disable-pip-version-check -c requirements-dev.lock pytest hypothesis
	@touch $@

test-compiled: .venv-compiled/ready  ## the specification of the reader, run on its compiled build
	@.venv-compiled/bin/python -m pytest -q tests/unit/nlp tests/unit/knowledge tests/quality

bench-read: .venv/dev  ## notes read by the rules, plain and compiled, and by medSpaCy, side by side (READ="--longest 50000")
	@$(MAKE) --no-print-directory .venv-medspacy/ready || echo "medSpaCy could not be installed"
	@$(MAKE) --no-print-directory .venv-compiled/ready || echo "the reader could not be compiled (is there a C compiler?)"
	@PYTHONPATH=tests $$(test -e .venv-medspacy/ready && echo .venv-medspacy/bin || echo $(BIN))/python tests/bench/reading.py $(READ)

bench-code: .venv/dev  ## coding and grouping: speeds, memory, public cases (CODE="--speed", "--codiesp --worst"; CDI_CODES=folder of an index)
	@PYTHONPATH=tests $(BIN)/python tests/bench/coding.py $(CODE)

.venv-weights/ready: requirements.lock pyproject.toml
	@test -x .venv-weights/bin/python || $(PYTHON) -m venv .venv-weights
	@.venv-weights/bin/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[weights]'
	@touch $@

weights: .venv-weights/ready  ## how much each word near a mention says, learned anew from the golden corpus (UNSEEN="folders of marked notes" to try it on)
	@PYTHONPATH=services:tests .venv-weights/bin/python tests/quality/weigh.py --write $(UNSEEN)

.venv-fuzz/ready: requirements.lock pyproject.toml
	@test -x .venv-fuzz/bin/python || $(PYTHON) -m venv .venv-fuzz
	@.venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock atheris
	@.venv-fuzz/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

fuzz-guided: .venv-fuzz/ready  ## the same by coverage, with atheris, for SECONDS (300)
	@mkdir -p var && PYTHONPATH=tests .venv-fuzz/bin/python tests/fuzz/guided.py -max_total_time=$(or $(SECONDS),300) -timeout=10 -artifact_prefix=var/fuzz-

docs: .venv/dev  ## rewrite the generated tables of the README
	@$(BIN)/python -m opencdi.cli.docs README.md

compose-env: .env  ## a generated password for docker compose, readable by you alone
.env:
	@umask 077 && printf 'DATABASE_PASSWORD=%s\n' "$$($(PYTHON) -c 'import secrets; print(secrets.token_hex(24))')" > $@
	@echo "$@ made"

clean:
	@rm -rf .venv .venv-fuzz .venv-medspacy var dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
