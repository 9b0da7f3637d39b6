# `make demo` compares four regularizers; `make test` runs every test. Both install what is missing.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release
MOCA := .build/release/moca

.PHONY: help setup build test demo shim benchmark lint clean

help:
	@echo "make demo       set up, build, compare four regularizers on procedural sprites and write a report"
	@echo "make test       set up and run every test"
	@echo "make build      set up and build .build/release/moca"
	@echo "make benchmark  time a training step against PyTorch, side by side"
	@echo "make shim       build libctorch.so against LIBTORCH, for a machine with another torch"
	@echo "make lint       check the formatting"

setup:
	@Scripts/install-packages.sh
	@Scripts/fetch-libtorch.sh

build: setup
	$(BUILD) --product moca

# Tests run side by side, so each computes on one thread.
test: setup
	OMP_NUM_THREADS=1 $(SWIFT) test -c release --disable-testable-imports --disable-xctest

demo: build
	@Scripts/demo.sh $(MOCA)

shim:
	@Scripts/build-shim.sh

benchmark: build
	@Benchmarks/compare.sh

lint:
	@Scripts/check-format.sh

clean:
	rm -rf .build runs
