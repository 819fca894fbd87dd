# make: set up, build, grade the reference and the untouched copy
# make test · make lint · make check · make browser · make bench · make pictures · make report-catalogue

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
STUDENT := .venv-student/.ready

.PHONY: all test lint check browser bench pictures report-catalogue

all: $(READY)
	$(BIN)/python -m autograder build
	$(BIN)/python -m autograder table

test: $(READY)
	$(BIN)/python -m pytest -n auto

browser: $(READY) $(STUDENT)
	$(BIN)/python -m pytest -q tests/browser

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check: $(READY)
	$(BIN)/python -m autograder build --check

bench: $(READY)
	$(BIN)/python -m benchmarks.grading
	PYTHONPATH=assignment $(BIN)/python -m benchmarks.classroom

pictures: $(READY)
	PYTHONPATH=assignment $(BIN)/python -m tests.payoff_pictures

report-catalogue: $(READY)
	PYTHONPATH=assignment $(BIN)/python -m tests.catalogue_report

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

$(STUDENT): student/requirements.txt
	$(PYTHON) -m venv .venv-student
	.venv-student/bin/python -m pip install --quiet --disable-pip-version-check -r student/requirements.txt
	touch $(STUDENT)
