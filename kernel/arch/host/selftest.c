/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated machine has no tests beyond the contract's. */
#include <arch/selftest.h>

unsigned machine_selftest(void)
{
	return 0;
}
