# `make run` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
SIMULATOR_PORT ?= 8001
TESTS ?=
# The demo's data never go into the database that `.env` names; exported, DATABASE_URL still wins.
DEMO_DATABASE := sqlite:///demo.sqlite3

# Another project's settings may still be exported in this shell.
unexport DJANGO_SETTINGS_MODULE
# A file that a failed command wrote half is not there.
.DELETE_ON_ERROR:

.PHONY: help install run test test-sqlite test-postgres drill bench lint format messages key clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

install: $(VENV)/run .env  ## Make .venv and .env, and start nothing

run: $(VENV)/run .env  ## Start web, worker and simulator with demo data
	@DEMO=True PORT=$(PORT) SIMULATOR_PORT=$(SIMULATOR_PORT) DATABASE_URL=$${DATABASE_URL:-$(DEMO_DATABASE)} \
	SITE_URL=http://127.0.0.1:$(PORT) SIMULATOR_URL=http://127.0.0.1:$(SIMULATOR_PORT) \
	MEDIA_HOSTS=http://127.0.0.1:$(SIMULATOR_PORT) LOG_LEVEL=WARNING exec $(BIN)/python manage.py demo

test: test-sqlite test-postgres  ## Run every test, on SQLite and again on PostgreSQL

test-sqlite: $(VENV)/dev
	$(BIN)/python -m tests.browser
	env -u DATABASE_URL $(BIN)/python -m pytest $(TESTS)

test-postgres: $(VENV)/dev
	$(BIN)/python -m tests.postgres $(TESTS)

bench: $(VENV)/dev  ## Measure sending and history; docs/benchmarks.md explains the figures and the variables
	@$(BIN)/python -m bench $(foreach name,ROUNDS ROWS LARGE CLICKS HISTORY LATENCIES FIGURES DATABASES,\
	$(if $($(name)),$(name)=$($(name))))

drill: $(VENV)/run .env  ## Kill workers while messages leave, and count the books (ROWS, WORKERS, KILLS, SEED)
	@$(BIN)/python manage.py drill --rows $(or $(ROWS),10000) --workers $(or $(WORKERS),4) \
	--kills $(or $(KILLS),12) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/dev  ## Check style, types, migrations and settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings
	$(BIN)/python manage.py check --fail-level WARNING --settings tests.settings

format: $(VENV)/dev  ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(VENV)/dev  ## Collect and compile translations (needs gettext)
	$(BIN)/python manage.py makemessages --settings tests.settings -l es -l pt_BR --no-obsolete --no-location --ignore .venv --ignore tests --ignore "messaging/simulator/*"
	$(BIN)/python manage.py compilemessages --settings tests.settings --ignore .venv

key:  ## Print a key for FIELD_ENCRYPTION_KEYS
	@$(PYTHON) -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"

clean:  ## Remove what was built, and the demo's database
	rm -rf $(VENV) staticfiles demo.sqlite3*

# Two environments in one folder: running needs less than testing.
$(VENV)/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" \
	|| { echo "$(PYTHON) is older than 3.11. Name another: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	|| { rm -rf $(VENV); echo "$(PYTHON) cannot make environments. On Debian: apt install python3-venv"; exit 1; }

$(VENV)/run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/run

.env: | $(VENV)/bin/python
	@umask 077 && $(BIN)/python -m jelouadmin.new_env > $@
