# `make` makes .venv/bin/taller. `make demo` shows everything; `make test` tests everything; `make help` lists the verbs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := setup
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
UV_VERSION := 0.13.9
# The host's uv if it runs, else one of our own in build/uv.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo build/uv/bin/uv)
PYTHON3 := $(shell command -v python3.11 || command -v python3)

.PHONY: help setup packages toolchain demo test test-unit test-cluster test-scenarios test-e2e check check-python check-go bench bench-boots bench-proofs bench-postings conformance clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(BIN)/taller packages ## install what is missing, so that .venv/bin/taller runs
	@$(BIN)/python -m compileall -q labs grading provisioner scenarios # a command must not start by compiling itself

$(BIN)/taller: pyproject.toml uv.lock | $(filter build/uv/bin/uv,$(UV))
	$(UV) sync --frozen --quiet
	@touch $@

# Debian puts venv in a package of its own.
build/uv/bin/uv:
	$(PYTHON3) -m venv build/uv || { rm -rf build/uv; apt-get update -qq || true; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; $(PYTHON3) -m venv build/uv; }
	build/uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# Planning labs needs no packages: only root can install them, and only root can run labs.
packages: $(BIN)/taller
	@$(BIN)/python -m provisioner.toolchain.packages || [ "$$(id -u)" != 0 ]

toolchain: setup ## build or fetch every tool, the node's root and the images (once: about twelve minutes on two cores)
	@$(BIN)/python -m provisioner.prepare

demo: toolchain ## a posting becomes a lab, is broken, graded, fixed, graded again and removed
	@$(BIN)/taller demo

test: test-unit test-cluster test-scenarios test-e2e ## every test; all but the first kind run real labs

# Tests with labs wait as well as work: three on two cores kept them 69 % busy and took 9.3 minutes, two took 12.3.
# More than four want more memory than a laptop has.
LABS = $(shell n=$$(( ($$(nproc) * 3 + 1) / 2 )); echo $$(( n > 4 ? 4 : n )))

test-unit: setup
	$(BIN)/pytest -m 'not cluster and not e2e' -n logical --maxprocesses 4 --junit-xml=build/junit-unit.xml

test-cluster: toolchain
	$(BIN)/pytest -m cluster --ignore=tests/scenarios -n $(LABS) --dist loadfile --junit-xml=build/junit-cluster.xml

# What shows that every scenario is sound, and by turns, commit by commit, a quarter of the rest; PART=1/1 proves all of it.
PART = $(shell echo $$(( $$(git rev-list --count HEAD 2>/dev/null || date +%-j) % 4 + 1 )))/4
# Alone: by itself it keeps every processor busy.
test-scenarios: toolchain
	PART=$(PART) $(BIN)/pytest tests/scenarios -m cluster --junit-xml=build/junit-scenarios.xml

test-e2e: toolchain
	$(BIN)/pytest -m e2e --junit-xml=build/junit-e2e.xml

check: check-python check-go ## linters and types

check-python: $(BIN)/taller
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Flags as in the build, so that nothing is compiled twice.
GO_MODULES := .:providerless,netgo,osusergo apps:netgo,osusergo shelf:netgo,osusergo awsplans:netgo,osusergo coredns:netgo,osusergo
check-go:
	@test -z "$$(gofmt -l toolchain | tee /dev/stderr)"
	@for each in $(GO_MODULES); do echo "go vet toolchain/$${each%%:*}"; (cd toolchain/$${each%%:*} && \
	  CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -mod=readonly -gcflags=all=-dwarf=false -tags=$${each##*:}" go vet ./...); done
	@for each in apps shelf awsplans; do (cd toolchain/$$each && CGO_ENABLED=0 GOFLAGS="-trimpath -mod=readonly -tags=netgo,osusergo" go test ./...) || exit 1; done
	cd toolchain && CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -mod=readonly -gcflags=all=-dwarf=false -tags=providerless,netgo,osusergo" go test ./internal/...

bench: toolchain ## measure; prints a table and writes build/bench.json
	@$(BIN)/python -m tests.bench

# make bench-boots N=100
N := 10
bench-boots: toolchain ## boot and remove a lab N times (default 10), to find races
	@$(BIN)/python -m tests.bench.boots $(N)

# make bench-proofs N=20 KIND=account (scenarios that need an account; else those that do not)
# make bench-proofs N=1 EVERY_CHOICE=1 (with so many seeds that every choice of a parameter occurs)
KIND := cluster
bench-proofs: toolchain ## prove the catalogue N times (default 10), keep what came of it, print the flake rate
	@$(BIN)/python -m tests.bench.flakes $(N) --kind $(KIND) $(if $(EVERY_CHOICE),--every-choice)

bench-postings: setup ## how well and how fast postings are read, and plans made
	@$(BIN)/python -m tests.bench.postings -v

# make conformance FOCUS='sig-network.*Netpol' MINUTES=30 PROCS=2 REST=--rest
PROCS := 4
MINUTES := 240
FOCUS :=
REST :=
conformance: setup ## upstream's end-to-end tests against a lab (the tests build in ten minutes, once; then an hour or two)
	@$(BIN)/python -m tests.conformance --procs $(PROCS) --minutes $(MINUTES) --focus '$(FOCUS)' $(REST)

clean: ## remove what make made here; the caches of tools and images stay
	rm -rf build .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
