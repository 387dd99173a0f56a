# SPDX-License-Identifier: BSD-2-Clause
#
# One image at a fixed high address: addresses are relative to the pc. The
# compiler must not turn our loops into calls of library functions.
CFLAGS_lib/unixemul := $(HANDLER_CFLAGS) -ffreestanding -fpie \
	-fvisibility=hidden -fomit-frame-pointer \
	-fno-tree-loop-distribute-patterns
