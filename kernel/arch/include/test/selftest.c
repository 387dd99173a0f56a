/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the suite over the port contract, then the machine's own tests.
 */
#include "arch_test.h"

#include <arch/selftest.h>
#include <kern/config.h>

const char *arch_test_why;

static const struct {
	const char *name;
	bool (*run)(void);
	bool machine; /* not on a simulated one */
} tests[] = {
#define ROW(name)     { "arch_" #name, arch_test_##name, false },
#define MACHINE(name) { "arch_" #name, arch_test_##name, true },
	ARCH_TESTS(ROW, MACHINE)
#undef ROW
#undef MACHINE
};

#define COUNT (sizeof(tests) / sizeof(tests[0]))

unsigned arch_selftest(void)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (CONFIG_HOST && tests[i].machine)
			klog("ok %s # skip simulated machine", tests[i].name);
		else if (tests[i].run())
			klog("ok %s", tests[i].name);
		else
			klog("not ok %s - %s", tests[i].name, arch_test_why);
	}
	return COUNT + machine_selftest();
}
