# The commands of the project; each makes .venv first when there is none or the lock has changed.
.DEFAULT_GOAL := help
.PHONY: help demo test test-spark check format lock clean bench-quality

export OPENBLAS_NUM_THREADS ?= 1
export PYTHON
BIN := .venv/bin

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: .venv/installed ## recommend films to people, from raw ratings to reasons
	@$(BIN)/python examples/movielens/demo.py

test: check ## the checks, then the tests in random order
	@.ci/system
	@echo "pytest"
	@$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-spark: .venv/installed ## the tests on a cluster, which make test leaves out: some minutes more
	@.ci/spark
	@$(BIN)/python -m pytest --quiet -m spark

check: .venv/installed ## style, types and layers
	@echo "ruff check" && $(BIN)/ruff check --quiet
	@echo "ruff format" && $(BIN)/ruff format --quiet --check
	@echo "mypy" && $(BIN)/mypy
	@echo "mypy tests/typing" && $(BIN)/mypy tests/typing
	@echo "import-linter" && $(BIN)/lint-imports --no-logo

format: .venv/installed ## put the code into its usual shape
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format

lock: ## pin every dependency anew (needs uv)
	@UV_PYTHON_DOWNLOADS=never uv pip compile setup.py --extra dev --extra japanese --upgrade --quiet \
		--universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--output-file requirements.lock
	@echo "requirements.lock: $$(grep --count == requirements.lock) packages"

bench-quality: .venv/installed ## beside the peers: DATASET=ml-latest-small [DATA=folder] [OPTIONS=--tune]
	@$(BIN)/python -m benchmarks.quality $(DATASET) $(if $(DATA),--data $(DATA)) $(OPTIONS)

clean: ## remove what can be made again, outputs of tasks and .venv included
	@rm -rf .venv .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache \
		build dist resources *.egg-info examples/*/resources
	@find . -name __pycache__ -prune -exec rm -rf {} +

.venv/installed: requirements.lock setup.py .ci/venv
	@.ci/venv
