# The commands that people and CI run. `make help` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/sh

# The slowest packages come first.
TESTED := ./test/... ./cmd/... . ./asl/... ./local/... ./constructs/... ./stages/... ./lambda/... ./evidence/... ./gates/... ./internal/... ./services ./workflow/... ./examples/...

# The race detector needs a C compiler. The CDK's runtime races itself, and the programs have nothing that could race, nor has asl/draw,
# whose WebAssembly is four times as slow with it.
RACE := -race
RACED = $(shell go list ./asl/... | grep -v /asl/draw) ./local/... ./services ./workflow/... ./lambda/... ./evidence/...

# The compiler, the linker and the engine make much garbage, and memory is plenty. GOGC does not change what is compiled. Set no other flag
# here: cdk.json starts the application with `go run .`, so all commands share what is compiled, except for the race detector.
export GOGC ?= 400

TEST_TOOLS := test/iam/node_modules/.package-lock.json test/jsonata/node_modules/.package-lock.json

GOLANGCI_LINT_VERSION := v2.15.0
GOLANGCI_LINT := .tools/golangci-lint-$(GOLANGCI_LINT_VERSION)
ACTIONLINT_VERSION := v1.7.12
ACTIONLINT := .tools/actionlint-$(ACTIONLINT_VERSION)
CYCLONEDX_VERSION := v1.10.0
CYCLONEDX := .tools/cyclonedx-gomod-$(CYCLONEDX_VERSION)

.PHONY: help
help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | sort | expand -t 14

.PHONY: run
run: synth ## install, synthesize, and run the dev pipeline on the sample
	@go build -o bin/clinicalrisk ./cmd/clinicalrisk
	@bin/clinicalrisk run --environment dev --out out examples/trial-sample.jsonl || [ $$? -eq 1 ]
	@echo
	@echo "Ten executions fail on purpose: examples/sample breaks the features of ten subjects, as real pipelines do."

.PHONY: test
test: install compile $(TEST_TOOLS) ## run every test of the Go code
	go test $(TESTED)

# GORACE says how long each test program waits for late races before it exits. The default is a second.
.PHONY: race
race: install ## run the tests of what works concurrently with the race detector: needs a C compiler
	@if command -v $$(go env CC) >/dev/null; then GORACE=atexit_sleep_ms=100 go test $(RACE) $(RACED); else echo "race: nothing was tested, without a C compiler"; fi

.PHONY: nightly
nightly: race scale ## what takes longer than a test may

.PHONY: scale
scale: python ## extract 100,000 synthetic subjects with Spark: time and memory
	@.venv/bin/python scripts/scale.py

# Two lines are dropped. `cdk synth` ends with a hint that names no stack, because all stacks are in stages. At its end, jsii waits for its
# kernel twice, and may complain that the kernel has ended.
KERNEL_ENDED := Runtime process exited abnormally: waitid: no child processes
.PHONY: synth
synth: install compile ## synthesize every environment into cdk.out
	@mkdir -p bin
	@echo "synthesizing every environment"
	@npx --no-install cdk synth --quiet >bin/synth.log 2>&1; code=$$?; sed -e '/^Supply a stack id /d' -e 's/^$(KERNEL_ENDED)//' bin/synth.log; exit $$code

.PHONY: compile
compile: preflight
	@scripts/compile.sh . ./cmd/clinicalrisk

.PHONY: diff
diff: install compile ## show what changes in every stack since a commit, without AWS: make diff [SINCE=HEAD]
	@scripts/diff.sh $(SINCE)

.PHONY: rehearse
rehearse: install ## deploy dev twice into an emulated AWS on this machine, check it, destroy it
	@go run ./cmd/rehearse

.PHONY: clients
clients: ## run boto3 and the AWS command line against asl serve
	@go run ./cmd/clients

.PHONY: judge
judge: synth ## ask AWS what it makes of the definitions, and compare with the engine: needs credentials. make judge [JUDGE=--plan]
	@go run ./cmd/judge $(JUDGE)

.PHONY: evidence
evidence: synth test/iam/node_modules/.package-lock.json ## verify as the supplier: the traceability matrix and every executed scenario, into out/evidence
	@go build -o bin/evidence ./cmd/evidence && bin/evidence

.PHONY: cfn-lint
cfn-lint: synth ## check every template with cfn-lint
	@go run ./cmd/cfnlint

.PHONY: consumer
consumer: install ## test and synthesize examples/consumer, a module that imports the construct
	@scripts/consumer.sh

.PHONY: lint
lint: install $(GOLANGCI_LINT) $(ACTIONLINT) ## check the format, and run go vet and the linters
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "not formatted, run gofmt -w: $$unformatted"; exit 1; }
	go vet ./...
	$(GOLANGCI_LINT) run ./...
	$(ACTIONLINT)

.PHONY: dist
dist: $(CYCLONEDX) ## build asl and clinicalrisk as static binaries into dist, with SBOMs and SHA256SUMS: make dist [PLATFORMS=linux/amd64]
	@scripts/dist.sh $(CYCLONEDX) $(PLATFORMS)

.PHONY: bench
bench: install test/jsonata/node_modules/.package-lock.json ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./asl/... ./local/... ./cmd

.PHONY: peer
peer: install ## time a synthesis against the equal application in TypeScript
	@npm ci --prefix test/peer --no-audit --no-fund --loglevel=error
	@go build -o bin/peer ./test/peer && bin/peer

.PHONY: snapshots
snapshots: install ## accept the templates as they are now
	rm -f test/__snapshots__/*
	UPDATE_SNAPS=true go test ./test -run Snapshot

.PHONY: models
models: .tools/models/complete ## extract the API models of our calls into services/models.json: needs Python
	@.tools/models/bin/python scripts/models.py services/models.json

.PHONY: models-check
models-check: ## check that the extracts of AWS's API models are what `make models` and `make responses` make
	@if python3 -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))" 2>/dev/null; then \
		$(MAKE) --no-print-directory models responses && git diff --exit-code services/models.json asl/serve/teststate/responses; \
	else echo "models: nothing was checked: Python 3.10 or newer, with its venv module, was not found"; fi

.PHONY: responses
responses: .tools/models/complete ## extract the responses that TestState checks mocks against from AWS's API models: needs Python
	@.tools/models/bin/python scripts/responses.py asl/serve/teststate/responses

.tools/models/complete: scripts/models-requirements.txt
	@python3 -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement $<
	@touch $@

.PHONY: python
python: .venv/complete ## install what Spark and the model need into .venv: needs Python 3.9 to 3.11

.venv/complete: requirements.txt scripts/python.sh
	@scripts/python.sh

# The two checks are for CI, too: without a Python that PySpark 3.5 runs on, they check nothing, and say so.
.PHONY: test-python
test-python: ## run the tests of jobs/ and model/
	@if scripts/python.sh --find >/dev/null; then $(MAKE) --no-print-directory python && .venv/bin/python -m pytest; else echo "python: nothing was tested"; fi

PYTHON_SOURCES := $(wildcard jobs model scripts/*.py examples/container)
.PHONY: lint-python
lint-python: ## check the format, the types and the style of the Python code
	@if scripts/python.sh --find >/dev/null; then $(MAKE) --no-print-directory python && \
		.venv/bin/ruff format --check $(PYTHON_SOURCES) && .venv/bin/ruff check $(PYTHON_SOURCES) && .venv/bin/mypy $(PYTHON_SOURCES); \
	else echo "python: nothing was linted"; fi

.PHONY: trial
trial: synth python ## from the tables of a synthetic trial to an alert, with real Spark and a real model server: needs Python 3.9 to 3.11
	@go build -o bin/clinicalrisk ./cmd/clinicalrisk
	@.venv/bin/python scripts/trial.py

.PHONY: nights
nights: synth ## play 30 nights of the synthetic trial: what each recipient would have received
	@go run ./cmd/nights

# git names every file of the commit, in an order, with its time: the same commit gives the same bytes.
.PHONY: jobs
jobs: ## pack the package of --py-files into bin/jobs.zip, from the last commit
	@mkdir -p bin && git archive --format=zip --output=bin/jobs.zip HEAD jobs ':!jobs/tests' ':!jobs/synthetic' && echo bin/jobs.zip

.PHONY: requirements
requirements: .venv/complete ## pin what requirements.in names, with hashes, in requirements.txt
	@{ echo "# Written by \`make requirements\` from requirements.in, for Python 3.9 to 3.11. Do not edit."; \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.9 --generate-hashes --no-header requirements.in; } >requirements.new
	@mv requirements.new requirements.txt

.PHONY: docs
docs: install ## draw the graphs in docs/graphs again
	UPDATE_SNAPS=true go test ./test -run TestGraphs

.PHONY: module
module: preflight ## rename the Go module: make module MODULE=github.com/acme/clinical-risk-pipeline
	@go run ./cmd/module '$(MODULE)'

.PHONY: clean
clean: ## remove everything that the other commands wrote
	rm -rf bin dist out cdk.out examples/cdk.out .tools .venv node_modules test/iam/node_modules test/jsonata/node_modules test/peer/node_modules

.PHONY: preflight
preflight:
	@scripts/preflight.sh

.PHONY: install
install: preflight node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Only the tests use the policy simulator and the JSONata library.
$(TEST_TOOLS): test/%/node_modules/.package-lock.json: test/%/package.json test/%/package-lock.json | preflight
	@npm ci --prefix test/$* --no-audit --no-fund --loglevel=error
	@touch $@

$(GOLANGCI_LINT):
	@echo "building golangci-lint $(GOLANGCI_LINT_VERSION): some minutes, only once"
	@GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mv .tools/golangci-lint $@

$(ACTIONLINT):
	@GOBIN=$(CURDIR)/.tools go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION)
	@mv .tools/actionlint $@

# The SBOMs name the tool with its digest: the same source gives the same tool.
$(CYCLONEDX):
	@echo "building cyclonedx-gomod $(CYCLONEDX_VERSION): a minute, only once"
	@CGO_ENABLED=0 GOFLAGS=-trimpath GOBIN=$(CURDIR)/.tools go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)
	@mv .tools/cyclonedx-gomod $@
