/* SPDX-License-Identifier: BSD-2-Clause */
/* The suite over the port contract, run on the real machine. */
#pragma once

/* Logs a line per test, returns how many ran. */
unsigned arch_selftest(void);

/* The part of it that only this machine has: called by arch_selftest. */
unsigned machine_selftest(void);
