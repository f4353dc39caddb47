# Each target sets up what it needs; a second run of anything needs no network.
# Paths are relative throughout, so the checkout may live in a directory with a space in its name.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

UV := .tools/uv/bin/uv
PY := .venv/bin/python
PROJECTS := $(wildcard schemas/pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml \
              simulators/*/pyproject.toml tools/*/pyproject.toml)
MEMBERS := $(PROJECTS:/pyproject.toml=)

.PHONY: help setup kafka promtool faketime demo up down status test chaos check bench soak fmt lock

help: ## this page
	@echo 'apstream: Basware invoices into PeopleSoft vouchers, over Kafka.'
	@echo
	@echo 'Start with   make demo     two customers'"'"' invoices, good and bad days, before your eyes'
	@echo 'Then         make test     everything is proven'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@echo
	@echo 'Kafka tools for the running stack: tools/kafka/bin/kafka-topics --list, kafka-console-consumer, ...'

setup: .venv/installed.stamp kafka ## environment in .venv and Kafka in .tools; done by every other target too
	@:

kafka: .tools/kafka/installed.stamp
	@:

demo: setup ## the stack with two customers and their invoices; Ctrl-C ends it. ONCE=1: ends by itself, exit 0 if all held
	@exec $(PY) -m devstack demo $(if $(filter-out 0,$(ONCE)),--once)

up: setup ## the stack without a scenario; addresses in .run/endpoints.json
	@exec $(PY) -m devstack up

down: .venv/installed.stamp ## stop what `make up` started, also after a crash
	@exec $(PY) -m devstack down

status: .venv/installed.stamp ## which processes of the stack run
	@exec $(PY) -m devstack status

promtool: .tools/promtool/installed.stamp
	@:

test: setup promtool check ## checks and all tests. ARGS='-k webhook -x' goes to pytest
	@exec $(PY) -m pytest --numprocesses 2 --dist loadgroup $(ARGS)

chaos: setup faketime ## everything is broken on purpose for twenty minutes; ARGS='--seed 3 --only broker'
	@exec $(PY) -m tests.chaos $(ARGS)

check: .venv/installed.stamp ## lint, format, types, import rules, schema gate
	@tools/check.sh

bench: setup ## how long an invoice takes and what it costs; WHAT=masterdata, payments, recovery. ARGS='--rates 5 --no-record'
	@exec $(PY) -m bench.$(or $(WHAT),invoices) $(ARGS)

soak: setup ## MINUTES=30 of mixed load and random faults: memory, open files, tasks, lag and ledgers must stay flat
	@exec $(PY) -m tests.chaos.soak --minutes $(or $(MINUTES),30) $(ARGS)

simulate: .venv/installed.stamp ## the ledger under simulated faults for hours, resumable. SEEDS=1000000 FROM=0
	@exec $(PY) -m tests.simulation.long_run --seeds $(or $(SEEDS),10000) --from $(or $(FROM),0) $(ARGS)

fmt: .venv/installed.stamp ## format and mend what can be mended
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

lock: .tools/uv.stamp ## write requirements.lock after a dependency changed
	@tools/lock.sh
	@echo 'requirements.lock is up to date; the next make installs it'

.tools/uv.stamp: tools/uv-requirements.txt
	@tools/prerequisites.sh python
	@echo 'fetching uv (once)'
	@rm -rf .tools/uv
	@"$$(tools/prerequisites.sh python --print)" -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
	    --no-deps --require-hashes --only-binary :all: --target .tools/uv -r tools/uv-requirements.txt
	@touch $@

.venv/installed.stamp: .tools/uv.stamp requirements.lock $(PROJECTS)
	@tools/prerequisites.sh python
	@test -x $(PY) || $(UV) venv --quiet --python "$$(tools/prerequisites.sh python --print)" .venv
	@echo 'installing Python packages into .venv'
	@$(UV) pip install --quiet --python $(PY) --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(PY) --no-deps $(addprefix -e ./,$(MEMBERS))
	@touch $@

.tools/kafka/installed.stamp: tools/kafka/pom.xml
	@tools/prerequisites.sh java maven
	@echo 'fetching Apache Kafka by Maven (once)'
	@rm -rf .tools/kafka/libs
	@mvn --batch-mode --quiet -f tools/kafka/pom.xml dependency:copy-dependencies \
	    -DoutputDirectory="$(CURDIR)/.tools/kafka/libs"
	@touch $@

faketime: .tools/faketime/installed.stamp
	@:

.tools/faketime/installed.stamp: tools/faketime.sh
	@echo 'looking for libfaketime, fetching it from Debian if it is not there (once)'
	@tools/faketime.sh

.tools/promtool/installed.stamp: tools/promtool.sh
	@echo 'looking for promtool, fetching it from Debian if it is not there (once)'
	@tools/promtool.sh
