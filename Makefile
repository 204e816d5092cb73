# Two commands do all the set-up: `make run` starts the app, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

TOOLS := .venv-tools/bin

.PHONY: run test lint bench shots setup setup-dev browser newman lock licences sbom audit clean

run: setup
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: setup-dev browser newman
	$(BIN)/python -m pytest -n auto --dist worksteal --durations 15

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup-dev
	for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

shots: setup-dev browser
	$(BIN)/python scripts/shots.py

setup: $(VENV)/.run-time
setup-dev: $(VENV)/.development

$(BIN)/python:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Komet Desk needs Python 3.11 or newer"'
	$(PYTHON) -m venv $(VENV)

# With hashes: what is installed is what was locked, file by file.
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes

$(VENV)/.run-time: requirements.lock | $(BIN)/python
	$(BIN)/python $(INSTALL) -r requirements.lock
	touch $@

$(VENV)/.development: requirements-dev.lock | $(BIN)/python
	$(BIN)/python $(INSTALL) -r requirements-dev.lock
	touch $(VENV)/.run-time $@

# After a change of requirements.txt or requirements-dev.txt; the rest moves only with UPGRADE=1.
LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)

lock: $(TOOLS)/uv
	$(TOOLS)/uv $(LOCK) requirements.txt -o requirements.lock
	$(TOOLS)/uv $(LOCK) -c requirements.lock requirements-dev.txt -o requirements-dev.lock

# What the app ships with, not what it is developed with.
SHIPPED = $$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/\1/p' requirements.lock)

licences: setup $(TOOLS)/uv
	mkdir -p build
	$(TOOLS)/pip-licenses --python $(BIN)/python --packages $(SHIPPED) --with-urls \
		--order license --format markdown --output-file build/licences.md

sbom: $(TOOLS)/uv
	mkdir -p build
	$(TOOLS)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file build/sbom.cdx.json requirements.lock

audit: $(TOOLS)/uv
	$(TOOLS)/python scripts/audit.py

$(TOOLS)/uv: requirements-tools.txt
	$(PYTHON) -m venv .venv-tools
	$(TOOLS)/python -m pip install --quiet --disable-pip-version-check -r requirements-tools.txt
	touch $@

# Debian's Chromium, where there is no browser yet and this user may install one.
browser:
	@sh scripts/browser.sh

# Postman's own runner, where there is npm: it runs our Postman collection against the sandbox.
newman:
	@sh scripts/newman.sh

clean:
	rm -rf $(VENV) .venv-tools build shots .cache .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis
