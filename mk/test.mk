# SPDX-License-Identifier: BSD-2-Clause
#
# Running: the shell, tests, benchmarks, the debugger.

KERNEL_READY := $(KERNELS) $(KERNEL_TESTS)
IMAGE_READY := $(if $(SERVERS),$(B)/boot.cpio)

all: $(HOST_PROGRAMS) $(MIG_DONE) $(KERNEL_READY) $(USER_ALL) $(IMAGE_READY) \
	$(BARE_PARTS)

# Everything that the tests need; they are run by tests/run, not by make.
.PHONY: build-tests
build-tests: all $(HOST_TESTS)
	@mkdir -p $(B)/test
	@printf '%s\n' $(HOST_TESTS) >$(B)/test/host.list

# `make run` on a terminal shows what it builds; the guest's output alone goes
# to standard output. There a shell's status is forgiven, but not what tools/run
# says of its own: bad usage, a time-out, a panic, no machine.
run: $(B)/host/hostlink $(B)/host/mkarchive $(KERNELS) $(IMAGE_READY)
	@tools/run $(RUN) || { status=$$?; [ -t 0 ] || exit $$status; \
	case $$status in 2 | 124 | 125 | 126) exit $$status ;; esac; }

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
