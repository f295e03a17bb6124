# The two commands for everyone are `make demo` and `make test`.

.PHONY: demo test test-rust test-browser lint bench pictures pictures-of-documents fuzz-api

# The demonstration, over data/demo.db, which is made if it is absent. On another port:
#   make demo PORT=8090
PORT ?= 8080
demo:
	mkdir -p data
	cargo run -- --database-url sqlite://data/demo.db demo --listen 127.0.0.1:$(PORT)

# Everything, on both databases, then in a browser. A database lives for one test: nothing in it is
# worth cleaning up after.
test:
	POSTGRES_OPTIONS="-c autovacuum=off" tools/with-postgres $(MAKE) --no-print-directory test-rust test-browser

# The next two want a PostgreSQL server named in JALON_TEST_POSTGRES: tools/with-postgres gives one.
test-rust:
	@if cargo nextest --version >/dev/null 2>&1; \
	then set -x; cargo nextest run --workspace --no-fail-fast; \
	else set -x; cargo test --workspace --no-fail-fast; fi

# They run the program that test-rust has built.
test-browser: node_modules/.package-lock.json
	node --test --test-reporter=spec --test-timeout=900000 tests/browser/*.test.mjs

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@for file in $$(git ls-files '*.js' '*.mjs') tools/pictures; do node --check "$$file" || exit 1; done
	@if command -v shellcheck >/dev/null; then set -x; shellcheck --severity=warning tools/with-postgres tools/fuzz-api tools/picture-documents .ci/run; fi

# Ratios on both engines, in an optimised build, as docs/bench.md keeps them; more rows with
#   make bench ROWS=100000
ROWS ?= 10000
bench:
	tools/with-postgres cargo bench --bench jalon -- $(ROWS)

# The API held to its own description, of a demonstration made for it; some two minutes, and
# schemathesis from PyPI the first time.
fuzz-api:
	cargo build
	EXAMPLES=$(EXAMPLES) tools/fuzz-api
EXAMPLES ?= 30

# Pictures of the pages into target/pictures/, from a site that is running:
#   make pictures SITE=http://127.0.0.1:8080
SITE ?= http://127.0.0.1:8080
pictures: node_modules/.package-lock.json
	tools/pictures $(SITE)

# Pictures of every page of the documents of a region, as PDF and as LibreOffice shows the Word file:
#   make pictures-of-documents JALON_DATABASE_URL=sqlite://data/demo.db
pictures-of-documents:
	cargo build
	tools/picture-documents

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts
	@touch $@
