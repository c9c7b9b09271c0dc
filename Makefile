# `make demo` and `make test` need Python 3.11+, make and git, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINISTACK_VENV := .venv-ministack
SAM_VENV := .venv-sam
BENCH_VENV := .venv-bench
SHARP := 0.35.5
CHECKOV_VENV := .venv-checkov
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --quiet
export PYTHONPATH := src:.
export SAM_CLI_TELEMETRY ?= 0

# What the function runs on, as in template.yaml.
export ARCHITECTURE ?= arm64
export PYTHON_VERSION ?= 3.14
# What the function calls, and sts, of which botocore may get credentials: the other 400
# services' descriptions are a quarter of the package.
SERVICES := rekognition s3 secretsmanager sqs sts
MACHINE := $(subst arm64,aarch64,$(ARCHITECTURE))
SBOMS := sbom-arm64 sbom-x86_64
BUILD_DIR ?= .aws-sam/build
EVENT ?= events/s3-put.json

.PHONY: help demo local ops test test-browser screenshots soak storm fuzz bench check \
  lint types docs audit $(SBOMS) format validate build build-Function \
  build-HookFunction release invoke lock clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Each file of locked requirements has an environment, and a stamp in it.
INSTALL = $(PYTHON) tools/environment.py

$(VENV)/.local: requirements-local.txt
	@$(INSTALL) $(VENV) $< .local

$(VENV)/.ops: requirements-ops.txt
	@$(INSTALL) $(VENV) $< .ops

$(VENV)/.test: requirements-test.txt
	@$(INSTALL) $(VENV) $< .test .local .ops

$(VENV)/.dev: requirements-dev.txt
	@$(INSTALL) $(VENV) $< .dev .test .local .ops

$(VENV)/.browser: requirements-browser.txt $(VENV)/.dev
	@$(INSTALL) $(VENV) $< .browser

$(MINISTACK_VENV)/.ministack: requirements-ministack.txt
	@$(INSTALL) $(MINISTACK_VENV) $< .ministack

$(SAM_VENV)/.sam: requirements-sam.txt
	@$(INSTALL) $(SAM_VENV) $< .sam

$(CHECKOV_VENV)/.checkov: requirements-checkov.txt
	@$(INSTALL) $(CHECKOV_VENV) $< .checkov

$(BENCH_VENV)/.bench: requirements-bench.txt
	@$(INSTALL) $(BENCH_VENV) $< .bench

# Without npm the benchmark runs without sharp, and says so.
build/bench/node:
	mkdir -p $@
	-npm install --silent --no-audit --no-fund --prefix $@ sharp@$(SHARP)

# What somebody gives on the command line goes through the environment, as it is: neither
# make nor a shell reads it.
export DEMO_PICTURE := $(value PICTURE)
export DEMO_USER := $(if $(filter command line,$(origin USER)),$(value USER))
export LOCAL_SET := $(value SET)
export INVOKE_EVENT := $(value EVENT)
unexport PICTURE SET EVENT
ifeq ($(origin USER),command line)
  unexport USER
endif

demo: $(VENV)/.local $(MINISTACK_VENV)/.ministack ## deploy the stack on this machine, drop pictures, see the results
	@$(BIN)/python -m local.demo

# SET="RemoveOnDelete=true PictureSize=256" changes the template's parameters.
local: $(VENV)/.local $(MINISTACK_VENV)/.ministack ## the same, kept running, with a page to drop pictures on (SET=)
	@$(BIN)/python -m local

ops: $(VENV)/.ops ## the operator's commands (ARGS="doctor --stack NAME")
	@$(BIN)/python -m ops $(or $(ARGS),--help)

# What needs more than Python: MiniStack, SAM, linters; and what takes minutes.
VALIDATE := tests/deploy tests/docs/system tests/e2e tests/hostile tests/local/system \
  tests/ops/test_doctor_hook.py tests/ops/test_doctor_queues.py \
  tests/ops/test_doctor_stack.py

# One worker a core; eight at most, so that a large machine does not start dozens.
test: $(VENV)/.test ## run the tests that need nothing but Python
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal \
	  $(addprefix --ignore=,$(VALIDATE))

test-browser: $(VENV)/.browser $(MINISTACK_VENV)/.ministack ## drive the page of `make local` in a browser
	$(BIN)/python -m pytest tests/browser

screenshots: $(VENV)/.browser $(MINISTACK_VENV)/.ministack ## take the pictures in docs/ again
	$(BIN)/python -m tools.screenshots

soak: $(VENV)/.dev ## play thousands of histories of faults and crashes (HISTORIES=, SEED=)
	$(BIN)/python -m tests.simulation.soak $(or $(HISTORIES),20000) $(SEED)

storm: $(VENV)/.dev $(MINISTACK_VENV)/.ministack ## drop thousands of pictures against a limit and an outage
	$(BIN)/python -m tests.simulation.storm
	$(BIN)/python -m tests.simulation.bulk
	$(BIN)/python -m tests.e2e.storm

bench: $(BENCH_VENV)/.bench $(MINISTACK_VENV)/.ministack build/bench/node ## compare speed, memory and cost with others
	$(BENCH_VENV)/bin/python -m bench

fuzz: $(VENV)/.dev ## damage pictures of every format (SECONDS=60 SEED=1 FORMAT=heic)
	$(BIN)/python -m tests.hostile.fuzz $(or $(SECONDS),60) $(or $(SEED),1) $(FORMAT)

check: lint types test validate ## all that must hold before a commit lands

lint: $(VENV)/.dev ## style, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/interrogate --quiet src tests local ops bench tools

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

docs: $(VENV)/.dev ## generate the tables and the diagram of docs/; tests compare them
	$(BIN)/python -m tools.failures_page
	$(BIN)/python -m tools.diagram
	$(BIN)/python -m tools.cost

# Apart from `make check`: it asks the advisories of PyPI, and fails where it cannot.
audit: $(VENV)/.dev $(SBOMS) ## unsafe code, known holes in what is locked, old C libraries
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src local tools
	@for file in requirements.txt requirements-dev.txt; do \
	  $(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
	    -r $$file \
	    || { echo "$$file: holes were found, or PyPI's advisories not reached: see above"; \
	         exit 1; }; \
	done

# The package for a machine, its C libraries checked, its SBOM written.
$(SBOMS): sbom-%: $(VENV)/.dev
	rm -rf build/package/$*
	@$(MAKE) --no-print-directory --silent build-Function \
	  ARCHITECTURE=$* ARTIFACTS_DIR=build/package/$*
	$(BIN)/python -m tools.sbom $* build/package/$* build/sbom/$*.cdx.json

format: $(VENV)/.dev ## rewrite the code in its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

validate: $(VENV)/.dev $(MINISTACK_VENV)/.ministack $(SAM_VENV)/.sam $(CHECKOV_VENV)/.checkov ## deploy the stack into MiniStack and drive it; linters, package, hostile pictures
	$(SAM_VENV)/bin/sam validate --lint --region us-east-1
	$(BIN)/python -m pytest $(VALIDATE)

# The built template admits no machine but the one that the package was built for.
build: $(VENV)/.ops $(SAM_VENV)/.sam ## make the function's package (ARCHITECTURE=x86_64)
	$(SAM_VENV)/bin/sam build --build-dir $(BUILD_DIR) \
	  --parameter-overrides Architecture=$(ARCHITECTURE)
	sed -e '/^  Architecture:/,/^  [A-Z]/{ /Default:/s/:.*/: $(ARCHITECTURE)/' \
	  -e '/^ *- /{ /$(ARCHITECTURE)/!d' -e '}' -e '}' \
	  $(BUILD_DIR)/template.yaml > $(BUILD_DIR)/template.tmp
	mv $(BUILD_DIR)/template.tmp $(BUILD_DIR)/template.yaml

# Run by `sam build`. Wheels only, for the function's Python and machine whatever this
# machine's are. Every glibc that wheels name is listed: older pips take no older for granted.
# The scripts in bin hold the path of this Python: without them and their checksums in RECORD
# the package is the same in any folder.
build-Function: $(VENV)/.ops
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --no-compile \
	  --target "$(ARTIFACTS_DIR)" --upgrade --only-binary=:all: \
	  --implementation cp --python-version $(PYTHON_VERSION) \
	  $(foreach glibc,_2_28 _2_27 _2_26 _2_24 _2_17 2014,--platform manylinux$(glibc)_$(MACHINE)) \
	  --requirement requirements.txt
	rm -rf "$(ARTIFACTS_DIR)/bin" "$(ARTIFACTS_DIR)/certifi/tests"
	sed -i.old '/^\.\.\/\.\.\/bin\//d' "$(ARTIFACTS_DIR)"/*.dist-info/RECORD
	rm "$(ARTIFACTS_DIR)"/*.dist-info/RECORD.old
	find "$(ARTIFACTS_DIR)/botocore/data" -mindepth 1 -maxdepth 1 -type d \
	  $(foreach service,$(SERVICES),! -name $(service)) -exec rm -rf {} +
	cp -R src/. LICENSE licenses "$(ARTIFACTS_DIR)"
	find "$(ARTIFACTS_DIR)" -name __pycache__ -prune -exec rm -rf {} +

# Also run by `sam build`. These files are all: boto3 is a part of Lambda's runtime.
build-HookFunction:
	mkdir -p "$(ARTIFACTS_DIR)/hook" "$(ARTIFACTS_DIR)/triggers"
	cp src/version.py LICENSE "$(ARTIFACTS_DIR)"
	cp src/hook/*.py "$(ARTIFACTS_DIR)/hook"
	cp src/triggers/__init__.py src/triggers/messages.py "$(ARTIFACTS_DIR)/triggers"

release: $(VENV)/.dev $(SAM_VENV)/.sam ## make the archives of a release, from a clean git tree
	@$(BIN)/python -m tools.release

invoke: $(VENV)/.dev $(MINISTACK_VENV)/.ministack $(SAM_VENV)/.sam ## sam local invoke (EVENT=events/s3-put.json DOCKER=no)
	$(BIN)/python -m local.sam.invoke $(if $(filter no,$(DOCKER)),--no-docker) $(SAM_OPTIONS)

lock: $(VENV)/.dev ## generate the requirements files from pyproject.toml
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --extra local -c requirements.txt -o requirements-local.txt
	$(LOCK) pyproject.toml --extra ops -c requirements-local.txt -o requirements-ops.txt
	$(LOCK) pyproject.toml --extra local --extra ops --extra test \
	  -c requirements-local.txt -c requirements-ops.txt -o requirements-test.txt
	$(LOCK) pyproject.toml --extra local --extra ops --extra test --extra dev \
	  -c requirements-test.txt -o requirements-dev.txt
	$(LOCK) --group browser -c requirements-dev.txt -o requirements-browser.txt
	$(LOCK) pyproject.toml --extra local --extra ops --extra bench \
	  -c requirements-local.txt -c requirements-ops.txt -o requirements-bench.txt
	$(LOCK) --group ministack -o requirements-ministack.txt
	$(LOCK) --group sam -o requirements-sam.txt
	$(LOCK) --group checkov -o requirements-checkov.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) $(VENV)*.lock $(MINISTACK_VENV) $(SAM_VENV) $(BENCH_VENV) $(CHECKOV_VENV) .aws-sam build \
	  .pytest_cache .mypy_cache .ruff_cache .coverage
