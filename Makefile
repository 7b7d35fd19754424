# Everything a developer or a curious user runs; `make` alone lists it.
PYTHON ?= python3
VENV ?= .venv
RIVALS ?= .venv-rivals
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test test-light lint format bench-clicks bench-everything bench-rle bench-sa1b bench-upload load-test fuzz fuzz-function clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/installed-demo ## Show it at work on a real photograph; pictures in demo-output/
	@$(BIN)/cvat-sam demo

test: $(VENV)/installed-test ## Run all tests
	$(BIN)/python -m pytest

test-light: $(VENV)/installed-test-light ## Run the codec's and the client's tests, without torch
	$(BIN)/python -m pytest tests/rle rle --ignore rle/torch.py \
	    tests/client tests/sources tests/targets cvat_sam/client cvat_sam/sources cvat_sam/targets \
	    --ignore-glob 'tests/client/test_fake_cvat*' --ignore tests/client/test_client_upload_killed.py

lint: $(VENV)/installed-test $(VENV)/installed-lint ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/installed-lint ## Put the code into the style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-clicks: $(VENV)/installed-demo ## Measure what a click costs on this machine
	$(BIN)/python -m benchmarks.clicks $(ARGS)

bench-everything: $(VENV)/installed-demo ## Measure what finding everything costs on this machine
	$(BIN)/python -m benchmarks.everything $(ARGS)

bench-rle: $(RIVALS)/installed-rivals ## Measure the codec against what people use today
	$(RIVALS)/bin/python -m benchmarks.rle $(ARGS)

bench-sa1b: $(VENV)/installed-test ## Measure SA-1B's masks against an article's way with pycocotools
	$(BIN)/python -m benchmarks.sa1b $(ARGS)

bench-upload: $(VENV)/installed-test ## Measure masks a second into a task, and memory
	$(BIN)/python -m benchmarks.upload $(ARGS)

load-test: $(VENV)/installed-demo ## Measure what many annotators get from several workers
	$(BIN)/python -m benchmarks.load $(ARGS)

fuzz-function: $(VENV)/installed-demo ## Send ten thousand hostile requests to the function
	$(BIN)/python -m fuzz.function $(ARGS)

fuzz: $(VENV)/installed-test-light ## Throw a million inputs at everything in rle that reads
	$(BIN)/python -m fuzz $(ARGS)

clean: ## Remove what the targets above made; weights stay in their cache
	rm -rf $(VENV) $(RIVALS) build demo-output .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed-demo: EXTRAS = torch,cpu,photos
$(VENV)/installed-test: EXTRAS = test
$(VENV)/installed-test-light: EXTRAS = test-light
$(VENV)/installed-lint: EXTRAS = lint
$(VENV)/installed-%: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing cvat-sam[$(EXTRAS)] into $(VENV); the first time torch alone is gigabytes"
	$(PIP) --editable '.[$(EXTRAS)]'
	@touch $@

# Rivals have requirements of their own, and nothing else here depends on them.
$(RIVALS)/installed-rivals: benchmarks/rle/install.py pyproject.toml constraints.txt
	$(MAKE) VENV=$(RIVALS) $(RIVALS)/bin/python
	$(RIVALS)/bin/python -m pip install --constraint constraints.txt --editable .
	$(RIVALS)/bin/python -m benchmarks.rle.install
	@touch $@
