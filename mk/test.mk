# SPDX-License-Identifier: BSD-2-Clause
#
# Running: tests, the shell, the debugger.

all: $(HOST_PROGRAMS) $(KERNELS) $(KERNEL_TESTS)

test: all $(HOST_TESTS)
	@tests/run
