# The two commands of the README. Each sets up what it needs in .venv, and can be repeated.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCENARIOS := un75-website-survey un75-tencent un75-tencent-safeguards un75-western-platforms un75-withdrawn crackdown

.PHONY: demo test lint reference clean

demo: $(VENV)/.installed
	@$(BIN)/chillsim run $(SCENARIOS:%=scenarios/%.yaml) --replications 8 --out results/demo --force --quiet
	@echo
	@$(BIN)/chillsim compare results/demo/un75-website-survey results/demo/un75-tencent results/demo/un75-tencent-safeguards
	@$(BIN)/chillsim plot $(SCENARIOS:%=results/demo/%) --out results/demo/figures
	@echo
	@echo "Tables: results/demo/*/summary.csv    Figures: results/demo/figures/*.png"

test: $(VENV)/.installed-test lint
	$(BIN)/python -m pytest

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
