# `make demo` shows Zeek logs with pod names; `make test` runs all that this
# machine can run. Both set themselves up in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test bench bench-quick simulate docs format plugin venv clean

demo: venv
	@$(BIN)/python testing/demo.py

test: venv
	@$(BIN)/python testing/run.py

# Measures all that the README shows of costs, in less than an hour; `make docs` shows it there.
bench: $(VENV)/.rivals
	@$(BIN)/python testing/bench --save

# The same on less, within five minutes.
bench-quick: $(VENV)/.rivals
	@$(BIN)/python testing/bench --quick

# Asks about a made-up cluster, of which the truth is known: the table of the README.
simulate: venv
	@$(BIN)/python testing/simulate.py --zeek

# Rewrites the tables of the README that are generated from the code.
docs: venv
	@$(BIN)/python testing/docs.py

format: venv
	@$(BIN)/python testing/style.py --fix

# Builds the plugin where zkg would; needs Zeek.
plugin: venv
	@$(BIN)/python testing/zeek.py --build

venv: $(VENV)/.ready

$(VENV)/.ready: tools/pyproject.toml
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable './tools[test]'
	@touch $@

# What people would use instead, to measure beside it.
$(VENV)/.rivals: $(VENV)/.ready
	@$(BIN)/pip install --quiet --disable-pip-version-check './tools[bench]'
	@touch $@

clean:
	rm -rf $(VENV) build plugin/build testing/.tmp
