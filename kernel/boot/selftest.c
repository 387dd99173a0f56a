/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which in-kernel tests exist. The arch suite checks the port contract, kern's
 * the scheduler, locks and allocators, on the real machine.
 */
#include <boot/selftest.h>

#include <arch/pmap.h>
#include <arch/selftest.h>
#include <kern/panic.h>
#include <kern/selftest.h>
#include <kern/string.h>

/* Each runs its tests, logs a line for each, and returns how many. */
static unsigned walker_selftest(void)
{
	size_t seen = pmap_check_all();

	klog("%s kernel_map_walk", seen ? "ok" : "not ok");
	return 1;
}

static const struct {
	const char *name;
	unsigned (*run)(void);
} suites[] = {
	{"arch", arch_selftest},
	{"kern", kern_selftest},
	{"walker", walker_selftest},
};

bool selftest_run(const char *name)
{
	bool all = !strcmp(name, "kernel"), ran = false;
	unsigned tests = 0;

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		if (!all && strcmp(name, suites[i].name))
			continue;
		tests += suites[i].run();
		ran = true;
	}
	if (ran)
		klog("done %u", tests);
	return ran;
}
