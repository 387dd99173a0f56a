/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests that run inside the kernel, by the option test=NAME: arch, kern, or
 * kernel for all. They write the usual lines to the log.
 */
#pragma once

#include <stdbool.h>

/* False: name is no kernel test (a bare test is bootstrap's business). */
bool selftest_run(const char *name);
