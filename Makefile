# The everyday commands. Tools run from .venv, which `make setup` makes.

PYTHON ?= python3
BIN = .venv/bin
# Python says that these modules were loaded with their package, which does no harm here
WRITE = $(BIN)/python -W ignore::RuntimeWarning:runpy -m

.PHONY: setup demo test thorough everything quick hunt coverage check format bench docs clean

setup: ## make .venv with everything needed to work on xlassess
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[test,quality]'
	if command -v npm >/dev/null; then npm ci --no-audit --no-fund; fi

demo: ## run a made-up partnership from generate to summary
	$(BIN)/xlassess demo --output output/demo

test: ## run the tests of every day; those for programs this machine lacks skip
	$(BIN)/python -m pytest -n auto

thorough: ## do what they do once more, for the other toolkits and from an installed package
	$(BIN)/python -m pytest -n auto -m thorough

everything: ## run every test there is, the hunt included
	$(BIN)/python -m pytest -n auto -m 'hunt or thorough or not hunt'

quick: ## run the tests that need no office program and no network
	$(BIN)/python -m pytest -n auto -m 'not clients and not slow'

hunt: ## look for faults at random; more of it: nox -s hunt -- 5000
	$(BIN)/nox -s hunt

coverage: ## which lines and branches the tests take
	$(BIN)/nox -s coverage

check: ## style, types, and the plan of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: ## put style right where that can be done without thought
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: ## compare with what one would otherwise do
	$(BIN)/python -m benchmarks

docs: ## write the pages that are made from code
	$(BIN)/python -m xlassess.model.findings_doc > docs/findings.md
	$(BIN)/python -m xlassess.toolkits.instruments docs/instruments.md
	$(WRITE) xlassess.consolidate.export.dictionary > docs/data-dictionary.md
	$(WRITE) xlassess.consolidate.report.docs > docs/report-template.md
	$(WRITE) xlassess.consolidate.report.template templates/report.docx
	$(BIN)/python docs/make_glossary.py
	$(BIN)/python docs/make_accessibility.py

clean: ## remove what the tools leave behind
	rm -rf build dist .nox .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
