# Everything a person runs. It needs make and Python 3.11 or newer, and makes the rest itself in .venv.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench requirements clean install-demo install-dev

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

help: ## say what there is
	@echo "Signoff. What make can do:"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | \
		awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo
	@echo "  PORT=8001            make demo: another port than 8000"
	@echo "  ARGS='-k sign_off'   make test, make bench: more arguments for pytest or the benchmarks"
	@echo "  TEST_DATABASE_URL=postgres://user@host/name   make test: test on PostgreSQL too"
	@echo "  CHROMIUM=/path       make test: the browser to test with"
	@echo "  REQUIRE_BROWSER=1, REQUIRE_POSTGRES=1         make test: fail where these are missing"
	@echo "  PYTHON=/path         the Python that .venv is made with"

demo: install-demo ## try Signoff out, with a newsroom made up for it
	@exec $(BIN)/python manage.py demo --port $(PORT)

# --- Tests ------------------------------------------------------------------------------------

# `run_tests NAME VARIABLE=VALUE...` runs the whole suite once; its results lie in var/test-NAME.xml.
# The settings that tests run under are in tests/environment.py.
define RUN_TESTS
	run_tests() { \
		name=$$1; shift; \
		rm -f "var/test-$$name.xml"; \
		env "$$@" $(BIN)/python -m pytest -n auto --dist loadfile \
			--junit-xml="var/test-$$name.xml" $(ARGS); \
	}
endef

# Sets `chromium` to the browser that the tests drive, or to nothing.
define FIND_CHROMIUM
	chromium=; \
	if [ -n "$${CHROMIUM:-}" ]; then \
		chromium=$$(command -v "$$CHROMIUM") || { \
			echo "CHROMIUM names “$$CHROMIUM”, which is no program." >&2; exit 2; }; \
	else \
		for candidate in chromium chromium-browser google-chrome; do \
			chromium=$$(command -v $$candidate) && break; \
		done; \
	fi
endef

test: install-dev ## run every test on SQLite and, with TEST_DATABASE_URL, on PostgreSQL
	@mkdir -p var; \
	warn() { \
		echo; echo "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"; \
		for line in "$$@"; do echo "!!  $$line"; done; \
		echo "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"; \
	}; \
	$(FIND_CHROMIUM); \
	if [ -n "$${REQUIRE_BROWSER:-}" ] && [ -z "$$chromium" ]; then \
		echo "REQUIRE_BROWSER is set, but there is no chromium, chromium-browser or google-chrome." >&2; \
		echo "Install one (Debian: apt-get install chromium) or name it in CHROMIUM." >&2; exit 2; \
	fi; \
	if [ -n "$${REQUIRE_POSTGRES:-}" ] && [ -z "$${TEST_DATABASE_URL:-}" ]; then \
		echo "REQUIRE_POSTGRES is set, but TEST_DATABASE_URL is not." >&2; exit 2; \
	fi; \
	if [ -n "$$chromium" ]; then CHROMIUM=$$chromium; export CHROMIUM; fi; \
	$(RUN_TESTS); \
	failed=; \
	echo "== The tests on SQLite"; \
	run_tests sqlite DATABASE_URL= REQUIRE_POSTGRES= || failed=SQLite; \
	if [ -n "$${TEST_DATABASE_URL:-}" ] && [ -z "$$failed" ]; then \
		echo; echo "== The tests on PostgreSQL"; \
		run_tests postgres "DATABASE_URL=$$TEST_DATABASE_URL" REQUIRE_POSTGRES=1 || failed=PostgreSQL; \
	fi; \
	if [ -z "$$chromium" ]; then \
		warn "THE BROWSER TESTS WERE SKIPPED: there is no Chromium here." \
			"Install one (Debian: apt-get install chromium) or name it:" \
			"CHROMIUM=/path/to/chromium make test"; \
	fi; \
	if [ -z "$${TEST_DATABASE_URL:-}" ]; then \
		warn "PostgreSQL WAS NOT TESTED: set TEST_DATABASE_URL=postgres://user@host/name" \
			"to run every test there too. The role must be allowed to create databases;" \
			"the tests use one called test_NAME."; \
	fi; \
	if [ -n "$$failed" ]; then \
		echo "The tests on $$failed failed." >&2; \
		if [ "$$failed" = SQLite ] && [ -n "$${TEST_DATABASE_URL:-}" ]; then \
			echo "Those on PostgreSQL were not started." >&2; \
		fi; \
		exit 1; \
	fi

# --- Checks -----------------------------------------------------------------------------------

# The checks have settings of their own, whatever .env holds, and touch no database of yours.
CHECK := env READ_ENV_FILE=false SECRET_KEY=for-checks-only HTTPS_ONLY=false STATIC_HASHED=false \
	DATABASE_URL=sqlite://:memory:

check: install-dev ## lint, format, types, templates, migrations, the workflow's diagram, imports
	@echo "== ruff: lint"
	@$(BIN)/ruff check .
	@echo "== ruff: format"
	@$(BIN)/ruff format --check .
	@echo "== mypy: types"
	@$(CHECK) $(BIN)/mypy
	@echo "== djade: templates"
	@find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	@echo "== Django: settings and models"
	@$(CHECK) $(BIN)/python manage.py check --fail-level WARNING
	@echo "== Django: every change of a model has its migration"
	@$(CHECK) $(BIN)/python manage.py makemigrations --check --dry-run
	@echo "== The workflow's diagram in docs/workflow.md"
	@$(CHECK) $(BIN)/python manage.py statemachine --check
	@echo "== The pages of the screening's rules in docs/screening"
	@$(CHECK) $(BIN)/python manage.py screening_rules --check
	@echo "== The direction of imports, and who may write what"
	@DATABASE_URL= $(BIN)/python -m pytest tests/test_architecture.py

bench: install-dev ## measure what the README says about speed
	@if ls bench/*.py >/dev/null 2>&1; then \
		exec $(BIN)/python -m bench $(ARGS); \
	else \
		echo "There is nothing in bench/ to run yet."; \
	fi

# --- Upkeep -----------------------------------------------------------------------------------

COMPILE = CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --no-config \
	--generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-emit-options $(if $(UPGRADE),--upgrade)

requirements: install-dev ## pin pyproject.toml's dependencies anew (UPGRADE=1: the newest of each)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
		echo "The pins must be made with Python 3.11, the oldest we support: a newer one leaves out" >&2; \
		echo "what only 3.11 needs. Try: make clean && make requirements PYTHON=python3.11" >&2; exit 2; }
	@$(COMPILE) --output-file requirements.txt pyproject.toml
	@$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	@if grep -nE '://|^-|(find-links|index-url|trusted-host)' requirements.txt requirements-dev.txt; then \
		echo "The lines above name a place to download from; they must not be committed." >&2; exit 1; \
	fi

clean: ## remove .venv and all that tools made; var/ and .env stay, they hold your data
	@rm -rf $(VENV) staticfiles .pytest_cache .mypy_cache .ruff_cache var/test-*
	@find . -name node_modules -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Clean. var/ (the demo's database) and .env were kept."

# --- The virtual environment ------------------------------------------------------------------

# Copies of the requirements that are installed lie in .venv/installed, written last. So an install
# that was interrupted, a change of pins and a Python that went away are all seen, and .venv is made anew.

# Sets `python` to the Python that makes .venv.
define FIND_PYTHON
	python=; \
	for candidate in $${PYTHON:-python3 python3.13 python3.12 python3.11}; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Signoff needs Python 3.11 or newer, and there is none under the name of" >&2; \
		echo "$${PYTHON:-python3, python3.13, python3.12 or python3.11}. Install one, or name it:" >&2; \
		echo "make PYTHON=/path/to/python3" >&2; exit 2; \
	fi
endef

# Makes an empty .venv, in the place of one that is there.
define MAKE_VENV
	$(FIND_PYTHON); \
	if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "Python $$version is here, but not the part of it that makes virtual environments (ensurepip)." >&2; \
		echo "Debian and Ubuntu have it in a package of its own: sudo apt-get install python$$version-venv" >&2; \
		echo "Or name another Python: make PYTHON=/path/to/python3" >&2; exit 2; \
	fi; \
	echo "Making $(VENV) with $$("$$python" -V) ..."; \
	rm -rf $(VENV); \
	"$$python" -m venv $(VENV) || { \
		echo "Python could not make $(VENV); what it said stands above." >&2; exit 2; }
endef

# `$(call INSTALL,FILE)` brings .venv to what FILE pins. The pins of the tests hold the demo's, so a
# finished environment of the demo is built upon, and one of the tests serves the demo as it is.
define INSTALL
	same() { cmp -s "$$1" "$(VENV)/installed/$$1"; }; \
	if ! $(BIN)/python -c 'import pip' >/dev/null 2>&1 || ! same requirements.txt; then \
		$(MAKE_VENV); \
	elif same $(1); then \
		exit 0; \
	elif [ -e $(VENV)/installed/$(1) ]; then \
		$(MAKE_VENV); \
	fi; \
	rm -rf $(VENV)/installed $(VENV)/unfinished; \
	mkdir $(VENV)/unfinished && cp requirements.txt $(VENV)/unfinished/ || exit 2; \
	cmp -s requirements.txt $(1) || cp $(1) $(VENV)/unfinished/ || exit 2; \
	echo "Installing what $(1) pins (a minute or less, if the network is quick) ..."; \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes \
		-r $(VENV)/unfinished/$(1) || { \
		echo "The installation failed; what pip said stands above. The next make starts it afresh." >&2; \
		exit 2; }; \
	mv $(VENV)/unfinished $(VENV)/installed
endef

install-demo:
	@$(call INSTALL,requirements.txt)

install-dev:
	@$(call INSTALL,requirements-dev.txt)
