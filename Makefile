# The two commands of the README. Each sets up what it needs in .venv, and can be repeated.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOSTED := un75-tencent
OTHERS := un75-website-survey un75-tencent-safeguards un75-two-track un75-western-platforms un75-withdrawn crackdown
COMPARED := un75-website-survey un75-tencent un75-tencent-safeguards
SCENARIOS := $(HOSTED) $(OTHERS)

.PHONY: demo test lint reference clean

demo: $(VENV)/.installed
	@$(BIN)/chillsim run $(OTHERS:%=scenarios/%.yaml) --replications 8 --out results/demo --force --quiet
	@$(BIN)/chillsim run $(HOSTED:%=scenarios/%.yaml) --replications 8 --worlds shapley --out results/demo --force
	@$(BIN)/chillsim compare $(COMPARED:%=results/demo/%)
	@$(BIN)/chillsim plot $(SCENARIOS:%=results/demo/%) --out results/demo/figures
	@echo
	@echo "Tables: results/demo/*/summary.csv    Figures: results/demo/figures/*.png"

test: $(VENV)/.installed-test lint
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

reference: $(VENV)/.installed
	$(BIN)/python -m tests.reference.regenerate

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
