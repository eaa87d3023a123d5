PYTHON ?= python3

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . && touch $@
.venv/tools: .venv/ready
	.venv/bin/pip install -q -c constraints.txt -e ".[dev]" && touch $@

demo: .venv/ready       ## the main job on the sample catalogue: no network account needed
	.venv/bin/promoter demo $(DEMO_FLAGS)
test: .venv/tools       ## the whole suite
	.venv/bin/pytest -n auto
quick: .venv/tools      ## the unit and law tests, in seconds
	.venv/bin/pytest -n auto -m "not slow and not browser and not ocr and not postgresql"
check: .venv/tools      ## what CI runs
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports && $(MAKE) test
fix: .venv/tools
	.venv/bin/ruff format . && .venv/bin/ruff check --fix .
words: .venv/tools      ## collects the words of the program and compiles the Vietnamese catalogue
	.venv/bin/python promoter/locales/update.py
matrix: .venv/tools     ## writes the matrix of channels into the README
	.venv/bin/python -m docs.matrix
.PHONY: demo test quick check fix words matrix
