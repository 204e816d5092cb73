# Two commands do all the set-up: `make run` starts the app, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: run test lint bench shots setup setup-dev browser newman clean

run: setup
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: setup-dev browser newman
	$(BIN)/python -m pytest

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

$(VENV)/.run-time: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.development: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $(VENV)/.run-time $@

# Debian's Chromium, where there is no browser yet and this user may install one.
browser:
	@sh scripts/browser.sh

# Postman's own runner, where there is npm: it runs our Postman collection against the sandbox.
newman:
	@sh scripts/newman.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .cache shots
