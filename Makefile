# make: set up, build, grade the reference and the untouched copy
# make test · make lint · make check · make browser · make bench · make growth · make pictures · make report-catalogue · make kernel · make mutants · make lock

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
STUDENT := .venv-student/.ready
TEMPLATE := autograder/authoring/templates
PINNED := assignment/requirements.txt assignment/private/requirements.txt
RIGHT_PYTHON := import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit('this needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is ' + sys.version.split()[0] + '. Name one: make PYTHON=python3.12')

.PHONY: all test lint check browser bench growth pictures report-catalogue kernel mutants lock

all: $(READY)
	$(BIN)/python -m autograder build
	$(BIN)/python -m autograder table

test: lint
	$(BIN)/python -m pytest -n auto

browser: $(READY) $(STUDENT)
	$(BIN)/python -m pytest -q tests/browser

lint: $(READY)
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/lint-imports > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	$(BIN)/mypy

check: $(READY)
	$(BIN)/python -m autograder build --check

# How long people wait: the rows in ROWS, or all that need neither a network nor minutes.
bench: $(READY)
	PYTHONPATH=assignment $(BIN)/python -m benchmarks $(ROWS)

# Classes of 100 to 10,000, and docs/growth.md: 20 minutes on an idle machine.
growth: $(READY)
	PYTHONPATH=assignment $(BIN)/python -m benchmarks.growth

pictures: $(READY)
	PYTHONPATH=assignment $(BIN)/python -m tools.pictures

report-catalogue: $(READY)
	PYTHONPATH=assignment $(BIN)/python -m tools.catalogue

# --clear, since a folder made with another Python keeps that one
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c "$(RIGHT_PYTHON)"
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

$(STUDENT): student/requirements.txt
	@$(PYTHON) -c "$(RIGHT_PYTHON)"
	$(PYTHON) -m venv --clear .venv-student
	.venv-student/bin/python -m pip install --quiet --disable-pip-version-check -r student/requirements.txt
	touch $(STUDENT)

# What real Jupyter kernels make of the cells that the grader is compared with, anew: minutes.
kernel: $(READY)
	PYTHONPATH=assignment $(BIN)/python -m tools.kernel

# Every small mistake in the sample's master, and a build for each that no rule refuses.
mutants: $(READY)
	MUTANTS=all $(BIN)/python -m pytest -q tests/authoring/test_mutants.py

# The newest versions that fit together: constraints.txt for us, from it the pins of students and of the container.
lock:
	$(PYTHON) -m venv --clear .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]' \
	    $$(for file in $(PINNED); do sed -n '/^$$/q; s/==.*//p' $$file; done)
	.venv-lock/bin/python -m pip freeze --quiet --exclude-editable > constraints.txt
	.venv-lock/bin/python -m tools.pins assignment/requirements.txt $(TEMPLATE)/new/assignment/requirements.txt
	.venv-lock/bin/python -m tools.repin $(TEMPLATE)/container.txt assignment/private/requirements.txt \
	    $(TEMPLATE)/new/assignment/private/requirements.txt
	rm -r .venv-lock
