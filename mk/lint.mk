# SPDX-License-Identifier: BSD-2-Clause
#
# What reads the sources without running them: clang's warnings over everything,
# clang-22's lock analysis over the kernel, shellcheck over the scripts.  Fails
# on any finding; says what it could not check.

# Any clang warns; only clang-22 understands the lock annotations in C.
CLANG := $(firstword $(foreach c,clang-22 clang clang-14,\
	$(shell command -v $(c) 2>/dev/null)))
CLANG_LOCKS := $(if $(findstring clang-22,$(CLANG)),\
	-Wthread-safety -Wthread-safety-beta)
SHELLCHECK := $(shell command -v shellcheck 2>/dev/null)
SCRIPTS := $(shell grep -lrs -m 1 '^\#!/bin/sh' .ci mk tools tests bench \
	2>/dev/null)
CLANG_SYNTAX := $(CLANG) -fsyntax-only -Wno-unknown-warning-option
LINT_JOBS := $(shell nproc 2>/dev/null || echo 1)

# $(1): flags, $(2): sources, each perhaps followed by flags of its own
lint_c = printf '%s\n' $(2) | xargs -L 1 -P $(LINT_JOBS) \
	$(CLANG_SYNTAX) $(1) || bad=1;

LINT_KERNEL_C := $(KERNEL_C) $(KTEST_C)
LINT_KERNEL_FLAGS = $(filter-out -nostdlib -no-pie,$(KERNEL_CFLAGS)) \
	$(CLANG_LOCKS) -DCONFIG_DEBUG=1 -DCONFIG_KASAN=1

# musl-gcc's headers without musl-gcc.
LINT_USER_C := $(filter-out %_test.c,$(call find_in,lib servers programs,*.c)) \
	$(UTEST_C) $(wildcard tests/user/lib/*.c) $(BENCH_C) \
	$(wildcard bench/lib/*.c)
LINT_USER_FLAGS = -nostdlibinc -isystem /usr/include/x86_64-linux-musl \
	$(USER_CFLAGS)
lint_user_flags = $(filter-out -fno-tree-loop-distribute-patterns,\
	$(CFLAGS_$(1))) -I$(1)
LINT_USER = $(foreach f,$(LINT_USER_C),\
	'$(f) $(call lint_user_flags,$(call user_dir,$(f)))')

LINT_HOST_C := $(wildcard tools/*.c tools/*/*.c tests/tools/*.c mig/*.c)

.PHONY: lint-c lint-scripts
lint: lint-scripts lint-c

lint-c: $(MIG_DONE) $(UAPI)
ifeq ($(CLANG),)
	@echo "lint: no clang (Debian package clang): C not checked"
else
	$(if $(CLANG_LOCKS),,@echo "lint: no clang-22: locks not checked")
	@bad=0; \
	$(call lint_c,$(LINT_KERNEL_FLAGS),$(LINT_KERNEL_C)) \
	$(call lint_c,$(LINT_USER_FLAGS),$(LINT_USER)) \
	$(call lint_c,$(HOST_CFLAGS) -Imig,$(LINT_HOST_C)) \
	exit $$bad
endif

lint-scripts:
ifeq ($(SHELLCHECK),)
	@echo "lint: no shellcheck (Debian package shellcheck): scripts not checked"
else
	@$(SHELLCHECK) -x -S warning $(SCRIPTS)
endif
