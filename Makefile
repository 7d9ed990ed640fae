# make demo: set up, ingest the demo regulations, ask three questions, serve the app.
# make test: set up and pass the tests.
PYTHON ?= python3
BIN := .venv/bin
SERVE ?= 1
DEMO_HOME ?= home/demo
export ANONYMIZED_TELEMETRY = False
# Each of the many programs that the tests start would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench bench-gpu install programs lock

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 이상이 필요합니다.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: install
	@$(BIN)/ingest add --home $(DEMO_HOME) demo/regulations
	@$(BIN)/ingest faq --home $(DEMO_HOME) demo/faq
	@$(BIN)/onprem-rag ask --home $(DEMO_HOME) "육아휴직은 몇 년까지 되나요?"
	@$(BIN)/onprem-rag ask --home $(DEMO_HOME) "법카잃어버렸는데어떡하죠"
	@$(BIN)/onprem-rag ask --home $(DEMO_HOME) "명절 상여금은 언제 나와요?"
	@test "$(SERVE)" = 0 || $(BIN)/onprem-rag serve --home $(DEMO_HOME)

# A core a worker: with more threads than cores they wait for one another.
test check: export OMP_NUM_THREADS = 1

test: install programs
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: install programs
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile

bench: install
	$(BIN)/python -m tests.bench

# A language model in 4 bits on a CUDA GPU, limited to 24 GB; prints "not run" without one.
bench-gpu: install
	$(BIN)/python -m tests.bench.gpu

# The app's tests drive a real Chromium, those of scans a real Tesseract, those of deploy/ a real
# nginx. Where this may not install them, those tests say so and skip.
programs:
	@{ command -v tesseract && command -v nginx && { command -v chromium || command -v chromium-browser || command -v google-chrome; }; } >/dev/null 2>&1 || { \
	  command -v apt-get >/dev/null 2>&1 && test "$$(id -u)" = 0 && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-nanum nginx-light tesseract-ocr tesseract-ocr-kor >/dev/null; } || true

# Pins what is installed now; run after changing pyproject.toml.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet setuptools ".[dev]"
	.venv-lock/bin/python -m pip freeze --all --exclude pip --exclude onprem-rag | sed 's/+cpu$$//' > requirements.lock
	rm -rf .venv-lock build
