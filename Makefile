# Rawat: `make run` and `make test` are all that a fresh machine with Python 3.11+ needs.
# Variables pass through: `PORT=8000 make run`, `TEST_DATABASE_URL=postgresql+psycopg://… make test`.

PYTHON ?= python3
BIN := .venv/bin
FLASK := FLASK_APP=app $(BIN)/python -m flask
READY := .venv/installed

.DEFAULT_GOAL := help
.PHONY: help install run test test-days faults fuzz mutations lint migrate demo verify bench access clicks screenshots translate styles vendor diagram audit sbom clean

help:  ## this list
	@echo "Rawat: hospital facilities and patient services. Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

install: $(READY)  ## make .venv and install what is pinned

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Rawat needs Python 3.11 or newer; name one with: make PYTHON=python3.12 run" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $(READY)

run: $(READY)  ## serve the demo hospital at http://127.0.0.1:5000 (HOST, PORT, DATABASE_URL …)
	$(BIN)/python app.py

test: $(READY)  ## run the tests; ARGS="-k ledger" picks some
	$(BIN)/python -m pytest $(ARGS)

test-days: $(READY)  ## run the tests and load the demo on the days that hurt (an hour); ARGS="demo" or "December" picks some
	$(BIN)/python -m tests.support.days $(ARGS)

faults: $(READY)  ## kill, cut off, fill up and slow down a real server under load (an hour); ARGS="kill --database sqlite"
	$(BIN)/python -m tests.faults $(ARGS)

fuzz: $(READY)  ## ten minutes of requests that nobody foresaw, then every page in Chromium with a script in every column
	RAWAT_FUZZ_MINUTES=$${MINUTES:-10} $(BIN)/python -m pytest -n 0 -s tests/grids/test_fuzz.py
	RAWAT_CANARY=all $(BIN)/python -m pytest -n 0 tests/grids/test_canary.py tests/browser/test_canary.py

mutations: $(READY)  ## break rules on purpose, see whether a test notices; ARGS="-n 50 --only clinic/slots -j 4"
	$(BIN)/python -m tests.mutations $(ARGS)

lint: $(READY)  ## ruff on everything, mypy on models/, djlint on templates/
	$(BIN)/ruff check .
	$(BIN)/mypy models
	$(BIN)/djlint --quiet --lint templates

migrate: $(READY)  ## bring the database of DATABASE_URL to the newest schema
	$(FLASK) db upgrade

demo: $(READY)  ## load the demo hospital; ARGS="--scale 10 --seed 7"
	$(FLASK) demo $(ARGS)

verify: $(READY)  ## prove every invariant of the data
	$(FLASK) verify $(ARGS)

bench: $(READY)  ## page times at a million stock moves and posting, as ratios (needs PostgreSQL: BENCH_DATABASE_URL)
	$(BIN)/python -m tests.benchmarks $(ARGS)

access: $(READY)  ## axe on every address of the URL map, both themes, phone and zoom (needs Chromium; half an hour)
	RAWAT_AXE=all $(BIN)/python -m pytest -n 0 tests/browser/test_access.py $(ARGS)

clicks: $(READY)  ## what the commonest tasks cost in clicks, fields, signs, pages and seconds (needs Chromium)
	$(BIN)/python -m tests.benchmarks.clicks

screenshots: $(READY)  ## take the pictures of README and docs with Chromium, into docs/screenshots/
	RAWAT_SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest -n 0 tests/browser/test_gallery.py -k anew $(ARGS)

translate: $(READY)  ## collect the messages into translations/ and compile them; names what lacks its Indonesian
	$(FLASK) translations

styles: $(READY)  ## write static/tabler.css anew: of the vendored Tabler what the panel's pages use
	$(BIN)/python -m backoffice.panel.reduced_css

vendor:  ## fetch static/vendor/ anew from npm at the pinned versions
	static/vendor.sh

diagram: $(READY)  ## lay the learning pages' entity diagrams out anew (needs node and npm)
	portal/learn/layout.sh "$(CURDIR)/$(BIN)/python"

TOOLS := .venv/tools/pip-audit-2.10.1-cyclonedx-7.5.0

$(TOOLS): $(READY)
	$(PYTHON) -m venv --clear .venv/tools
	.venv/tools/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 cyclonedx-bom==7.5.0
	@touch $@

audit: $(TOOLS)  ## ask the advisory database about what is pinned (needs pypi.org)
	@$(PYTHON) -c 'import json, urllib.request as web; \
		json.load(web.urlopen("https://pypi.org/pypi/flask/3.1.3/json", timeout=15))["vulnerabilities"]' 2>/dev/null \
		|| { echo "The advisory database (pypi.org) cannot be reached from here: nothing was audited." >&2; exit 2; }
	.venv/tools/bin/pip-audit --requirement requirements.txt --no-deps --disable-pip --strict

sbom: $(TOOLS)  ## write the bill of materials (CycloneDX) to sbom.json
	.venv/tools/bin/cyclonedx-py requirements requirements.txt --output-reproducible --output-file sbom.json

clean:  ## remove .venv and caches (never the data in instance/)
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
