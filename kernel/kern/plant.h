/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Planted bugs: one for each detector of the debug kernel, to show that the
 * detector fires (kernel option plant=NAME). A release kernel has none.
 */
#pragma once

#include <kern/config.h>
#include <stdbool.h>
#include <stddef.h>

/* Commits the mistake called name. The machine should panic; if it does not,
 * that is logged as `not ok`. False: there is no such mistake. */
bool plant_run(const char *name);

/* True: plant=leak or leak-stack. Nothing panics, but the kernel's version ends
 * in memory that was never written, for tests/guest/two_fill.sh to find. */
bool plant_leak_wanted(void);
static inline bool plant_leaks(void)
{
	return CONFIG_DEBUG && plant_leak_wanted();
}

/* Copies what an object holds that nobody has written. */
void plant_leak(void *to, size_t size);

struct plant {
	const char *name;
	void (*run)(void);
	const char *expected; /* what the panic is to say, where tests ask */
};

/* Those that are not for the build machine; behind the last stands no name. */
extern const struct plant plants_kasan[], plants_machine[];

/* The names, for tests: NULL behind the last. */
const char *plant_name(unsigned n);

/* What the panic is to say. */
const char *plant_expected(unsigned n);
