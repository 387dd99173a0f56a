/* SPDX-License-Identifier: BSD-2-Clause */
/* The scheduler's, locks' and allocators' own tests, run on the real machine. */
#pragma once

/* Logs a line per test, returns how many ran. */
unsigned kern_selftest(void);
