# SPDX-License-Identifier: BSD-2-Clause
#
# Running: the shell, tests, benchmarks, the debugger, and what reads the
# sources without running them.

KERNEL_READY := $(KERNELS) $(KERNEL_TESTS)
IMAGE_READY := $(if $(SERVERS),$(B)/boot.cpio)

all: $(HOST_PROGRAMS) $(MIG_DONE) $(KERNEL_READY) $(USER_ALL) $(IMAGE_READY)

# Everything that the tests need; they are run by tests/run, not by make.
.PHONY: build-tests
build-tests: all $(HOST_TESTS)
	@mkdir -p $(B)/test
	@printf '%s\n' $(HOST_TESTS) >$(B)/test/host.list

# `make run` on a terminal shows what it builds; the guest's output alone goes
# to standard output.
run: $(B)/host/hostlink $(B)/host/mkarchive $(KERNELS) $(IMAGE_READY)
	@tools/run $(RUN)

test: build-tests
	@tests/run

check: build-tests
	@tests/run --quick

soak: build-tests
	@tests/soak $(or $(HOURS),8)

bench: all
	@BASELINE=$(BASELINE) bench/run

debug: $(B)/host/hostlink $(B)/host/mkarchive $(KERNELS) $(IMAGE_READY)
	@tools/debug $(RUN)

# --- lint: clang's warnings and lock annotations, shellcheck, layout

CLANG := $(shell command -v clang-22 2>/dev/null)
SHELLCHECK := $(shell command -v shellcheck 2>/dev/null)
CLANG_FORMAT := $(shell command -v clang-format-22 clang-format 2>/dev/null | \
	head -n 1)
SCRIPTS := $(shell grep -lrs --include='*' -m 1 '^\#!/bin/sh' .ci mk tools \
	tests bench 2>/dev/null)
LINT_C := $(KERNEL_C)

lint: $(MIG_DONE)
ifeq ($(CLANG),)
	@echo "lint: clang-22 is not installed: warnings and locks not checked"
else
	@bad=0; for f in $(LINT_C); do \
		$(CLANG) -fsyntax-only $(filter-out -no-pie -nostdlib -Wno-dangling-pointer,\
			$(KERNEL_CFLAGS)) \
			-Wthread-safety -Wthread-safety-beta \
			-DCONFIG_DEBUG=1 $$f || bad=1; \
	done; exit $$bad
endif
ifeq ($(SHELLCHECK),)
	@echo "lint: shellcheck is not installed: scripts not checked"
else
	@$(SHELLCHECK) -x -S warning $(SCRIPTS)
endif
