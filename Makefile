# The two commands for everyone are `make demo` and `make test`.

.PHONY: test lint
test:
	tools/with-postgres cargo nextest run --workspace

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
