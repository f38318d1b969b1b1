# The two commands are `make demo` and `make test`; both set the machine up first and do nothing twice.
# What each step does is in scripts/.
MAKEFLAGS += --no-print-directory
PORT ?= 8080
# For each fuzz target.
SECONDS ?= 600

.PHONY: demo test build bench fuzz lint setup clean

demo: build
	@echo "The demo (^C ends it):"
	@scripts/serve --port $(PORT) target/demo

test: build
	@scripts/test

build: setup
	@scripts/build

bench: build
	@scripts/step "bench" node bench/run.mjs

fuzz: setup
	@scripts/step "fuzz, $(SECONDS) s each" scripts/fuzz $(SECONDS)

lint: setup
	@scripts/lint

setup:
	@scripts/setup

clean:
	rm -rf target userland/target pkg node_modules
