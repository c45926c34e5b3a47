# Lotbook's commands. Needs python3 (3.11 or later) and make; everything else is installed into .venv* folders here.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3

RUN := .venv/.run-installed
TEST := .venv/.test-installed
ENGINE := .venv-engine/.engine-installed
SAM := .venv-sam/.sam-installed
DOCS := .venv-docs/.docs-installed
UV := .venv-uv/.uv-installed
# An environment whose Python has gone (upgraded, removed) loses its stamps here, so it is made anew.
_ := $(shell for e in .venv .venv-uv .venv-engine .venv-sam .venv-deploy .venv-docs; do \
	[ ! -d $$e ] || $$e/bin/python -I -c "" 2>/dev/null || rm -f $$e/.*-installed; done)
ROOMS = $(sort $(notdir $(patsubst %/,%,$(wildcard tests/*/*/))))
ROOM_TESTS = $(filter-out %__pycache__,$(wildcard tests/*/$(ROOM)))
export SAM_CLI_TELEMETRY := 0
# What a developer has set for other programs in Python leads these environments astray.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONINSPECT PYTHONOPTIMIZE PYTHONWARNINGS
# Without bytecode every process of the tests and of `make run` would compile boto3, stripe and pydantic anew: two seconds each.
unexport PYTHONDONTWRITEBYTECODE
# sam asks for a region even to validate.
export AWS_DEFAULT_REGION ?= us-east-1

.PHONY: help run demo try key publish bench reconcile audit soak mutate deploy-test pictures test suite test-fast coverage check validate docs docs-serve policies openapi errors events lock clean clean-data

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

run: $(RUN) $(ENGINE) ## start Lotbook on this machine: API on PORT (3000), data in DATA_DIR (.lotbook)
	@exec .venv/bin/python -m local run

demo: $(RUN) $(ENGINE) ## play the tour: quote, buy, pay, burn, expire, for each of the five vendors
	@.venv/bin/python -m local demo

try: $(RUN) ## three calls to the running Lotbook, shown as curl, with their answers
	@.venv/bin/python -m local try

key: $(RUN) ## print the running Lotbook's service key (make -s key), or a member's token: ACCOUNT=... ROLE=...
	@.venv/bin/python -m local key $(if $(ACCOUNT),--account "$(ACCOUNT)") $(if $(ROLE),--role "$(ROLE)")

publish: $(RUN) ## ./lotbook policies publish: a policy of your own, to the running Lotbook: FILE=mine.yaml
	@./lotbook policies publish --yes $(if $(FILE),"$(FILE)")

reconcile: $(RUN) ## ./lotbook reconcile: gateway, purchases and lots of the running Lotbook: FROM=2026-01-01 TO=2026-02-01 (default: 3 days)
	@./lotbook reconcile $(if $(FROM),--from $(FROM)) $(if $(TO),--to $(TO))

audit: $(RUN) $(ENGINE) ## replay the local run's ledgers against its books, lots and purchases; ACCOUNT=... for one
	@.venv/bin/python -m local audit $(if $(ACCOUNT),--account $(ACCOUNT))

soak: $(TEST) $(ENGINE) ## long random runs of the burn path against a second model, and larger worlds; SEED=... repeats a run
	EXAMPLES_TIMES=40 .venv/bin/python -m pytest -q -s -m "soak or hypothesis"
	-.venv/bin/python -m tests.mutation --most 100 --minutes 20 --seed $(or $(SEED),1)

mutate: $(TEST) ## change the money paths in small ways and print what no test notices: ONLY=domain/credits MOST=50 SEED=1 MINUTES=60
	@.venv/bin/python -m tests.mutation $(if $(ONLY),--only "$(ONLY)") $(if $(MOST),--most $(MOST)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

ifdef ROOM
ifeq ($(ROOM_TESTS),)
$(error There is no room $(ROOM) in tests/*/. There are: $(ROOMS))
endif
test: $(TEST)
	.venv/bin/python -m pytest -q $(ROOM_TESTS)
else
test: ## everything CI runs: format, lint, types, sam validate, all tests; ROOM=credits: the tests of one room in every layer
	@DOTS= $(MAKE) --no-print-directory --jobs=3 suite check validate
endif

# Beside the checks: mypy takes one processor, and a minute when it has no cache. make's own variables are nothing for what tests start,
# and these start many a Python, which need not compile the same modules again.
# Three workers on two processors: while one waits for a local run or a browser that it started, the two others work (decision 143).
suite: $(TEST) $(ENGINE) $(SAM) ## all tests, without format, lint, types and sam validate
	@unset MAKEFLAGS MFLAGS MAKELEVEL DOTS PYTHONDONTWRITEBYTECODE; set -x; exec .venv/bin/python -m pytest -n 3

test-fast: $(TEST) ## the rules in a minute: tests that start no process, use no store, and are not slow
	.venv/bin/python -m pytest -q -n 2 -m "not process and not store and not slow"

coverage: $(TEST) ## which lines and branches of the rules their tests and the handlers' reach, with a floor (pyproject.toml)
	.venv/bin/python -m pytest -q -n 2 tests/domain tests/usecases tests/api tests/functions --cov

bench: $(TEST) $(ENGINE) ## time, calls, cost and cold start against a floor and the usual way, as ratios; under 3 minutes
	@.venv/bin/python -m bench

pictures: $(TEST) $(ENGINE) ## every page of the billing page as PNG, light, dark and narrow, in build/pictures; ONLY=overview
	@ONLY="$(ONLY)" README="$(README)" .venv/bin/python -m tests.pictures

check: $(TEST) ## format, lint, types, and the template's IAM statements
	.venv/bin/python -m ruff format --check
	.venv/bin/python -m ruff check
	.venv/bin/python -m mypy
	.venv/bin/python -m tests.deploy.check_policies

deploy-test: $(TEST) $(SAM) ## build the template, deploy it to the local engine and drive it: needs Python 3.13, and five minutes
	@.venv/bin/python -m pytest -q -s -x -rs -m deploy tests/deployed

validate: $(SAM) ## sam validate --lint
	.venv-sam/bin/python -m samcli validate --lint

docs: $(RUN) $(DOCS) ## build the site of docs/ into build/docs; a broken link or a warning fails
	@.venv/bin/python -m local.docs_site build/docs-pages build/docs-extra
	@rm -rf build/docs
	@SITE_EXTRA=$(CURDIR)/build/docs-extra .venv-docs/bin/python -m sphinx -W --keep-going -q -j 2 -c docs/site \
		-d build/docs-doctrees build/docs-pages build/docs
	@echo "build/docs/index.html"

docs-serve: docs ## build the site and serve it at http://127.0.0.1:8000 (DOCS_PORT)
	@exec .venv-docs/bin/python -m http.server --bind 127.0.0.1 --directory build/docs $(or $(DOCS_PORT),8000)

policies: $(RUN) ## ./lotbook policies check: samplefiles/policies/*.yaml, or FILES=mine.yaml
	@./lotbook policies check $(FILES)

openapi: $(RUN) ## write the OpenAPI document anew
	.venv/bin/python -m local.generate examples openapi

errors: $(RUN) ## write the catalogue of errors anew
	.venv/bin/python -m local.generate errors

events: $(RUN) ## write the example Lambda events anew
	.venv/bin/python -m local.generate events

lock: ## pin requirements anew from pyproject.toml (needs uv)
	requirements/compile.sh

clean: ## remove what was installed and built (not the data)
	rm -rf .venv .venv-uv .venv-engine .venv-sam .venv-deploy .venv-docs .aws-sam build .pytest_cache .mypy_cache .ruff_cache .hypothesis

clean-data: ## remove the local run's data
	@$(PYTHON) local/clean_data.py

# Each set of packages has a stamp, written last: without it, or when it is older than the requirements, they are installed.
$(UV): requirements/uv.txt # what installs the others
	@PYTHON=$(PYTHON) exec requirements/install.sh .venv-uv uv

$(RUN): requirements/run.txt requirements/install.sh | $(UV)
	@PYTHON=$(PYTHON) exec requirements/install.sh .venv run

$(TEST): requirements/test.txt requirements/install.sh | $(UV) # holds everything that RUN does
	@PYTHON=$(PYTHON) exec requirements/install.sh .venv test

$(ENGINE): requirements/engine.txt requirements/install.sh | $(UV)
	@PYTHON=$(PYTHON) exec requirements/install.sh .venv-engine engine

$(SAM): requirements/sam.txt requirements/install.sh | $(UV)
	@PYTHON=$(PYTHON) exec requirements/install.sh .venv-sam sam

$(DOCS): requirements/docs.txt requirements/install.sh | $(UV)
	@PYTHON=$(PYTHON) exec requirements/install.sh .venv-docs docs
