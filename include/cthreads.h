/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of <mach/cthreads.h> in older programs. */
#include <mach/cthreads.h>
