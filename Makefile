# SPDX-License-Identifier: BSD-2-Clause
#
# The commands people use; `make help` lists them.  Sources are found by
# wildcard: adding a file needs no edit here.  The rules live in mk/, one file
# per part of the tree.

.DEFAULT_GOAL := all
SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:

B := build
V ?= 0
Q := $(if $(filter 0,$(V)),@)
# $(call say,WHAT,FILE): one line per step, on standard error: standard output
# of `make run` belongs to the guest.
say = $(if $(filter 0,$(V)),printf '  %-7s %s\n' $(1) $(2) >&2;)

.PHONY: all run man check test bench lint debug soak clean help packages

# The goals below need no packages and no generated file.
ifneq ($(or $(filter-out clean help,$(MAKECMDGOALS)),$(if $(MAKECMDGOALS),,all)),)
include mk/packages.mk
include mk/host.mk
include mk/mig.mk
include mk/man.mk
include mk/kernel.mk
include mk/user.mk
include mk/unix.mk
include mk/image.mk
include mk/test.mk
include mk/lint.mk
-include $(DEPS)
endif

help:
	@sed -n 's/^#: //p' Makefile

clean:
	rm -rf $(B)

#: make              build everything
#: make run          boot; a root shell on this terminal
#: make man          the interface manual, build/man (man -M build/man vm_map)
#: make test         every test (REPEAT=n: n times, SUITES='a b': only those)
#: make check        the quick tests, under 3 minutes
#: make bench        the measured promises (BASELINE=1: renew bench/baseline.tsv)
#: make soak         the long tests (HOURS=8)
#: make lint         clang's warnings, lock annotations, shellcheck
#: make debug        the kernel under gdb
#: make clean        remove build/
#: V=1 shows the commands.
