# The two commands that matter: `make run` and `make test`. Both install what they need.
.DEFAULT_GOAL := help
.PHONY: help run produce test test-faults bench screenshots check format build clean docker-build up down status logs

# npm must not run on the Node that it is about to replace.
INSTALLED_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
COMPOSE := docker compose -f deploy/compose.yaml

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: web/dist/index.html ## The service on embedded Kafka and PostgreSQL, at http://127.0.0.1:8080
	@exec node src/main.ts serve

produce: node_modules/.installed ## Send orders to Kafka; flags in ARGS, as in: make produce ARGS="--count 1000 --invalid 5"
	@exec node src/main.ts produce $(ARGS)

test: web/dist/index.html ## All tests, on real Kafka, PostgreSQL and Chromium
	node --test --test-global-setup=test/support/global-setup.ts --test-concurrency=2 $(if $(FILES),$(FILES),'test/**/*.test.ts')

test-faults: web/dist/index.html ## Nothing lost, doubled or stale under faults, the long form: about 12 minutes; SEED=… repeats one
	FAULTS=long node --test --test-global-setup=test/support/global-setup.ts --test-concurrency=2 $(if $(FILES),$(FILES),'test/fault/*.test.ts' 'test/fault/*.long.ts')

bench: web/dist/index.html ## Measure: ingest, reads, freshness, growth; needs wrk and a quiet machine
	node bench/run.ts

screenshots: web/dist/index.html ## Pictures of the page for the documents, in docs/images
	@node test/browser/screenshots.ts docs/images

check: node_modules/.installed ## Lint, format, types
	oxlint --type-aware --deny-warnings
	prettier --check --log-level warn .
	tsc
	tsc -p web

format: node_modules/.installed ## Format all files
	prettier --write --log-level warn .

build: web/dist/index.html ## Install, and build the page; the server runs as it is

clean: ## Remove what was built; data stays
	rm -rf node_modules web/dist

node_modules/.installed: package.json package-lock.json
	@PATH='$(INSTALLED_PATH)' command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer, which brings it" >&2; exit 1; }
	@echo "Installing the locked npm packages (about 500 MB with Node and PostgreSQL, once) ..."
	@PATH='$(INSTALLED_PATH)' npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: node_modules/.installed $(shell find web -path web/dist -prune -o -type f -print)
	@echo "Building the page ..."
	@vite build web --logLevel warn
	@touch $@

docker-build: ## The image order-service
	docker build -t order-service -f deploy/Dockerfile .

up: ## Kafka, PostgreSQL and the service in containers
	$(COMPOSE) up --build --detach --wait

down: ## Stop the containers; the volumes stay
	$(COMPOSE) down

status: ## What the containers do
	$(COMPOSE) ps

logs: ## Follow the log of the service in its container
	$(COMPOSE) logs --follow order-service
