/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The suite over the port contract, on the simulated machine.
 */
#include <host.h>
#include <arch/selftest.h>

#include <stdio.h>
#include <stdlib.h>

static unsigned tests;

static void all(void *arg)
{
	(void)arg;
	tests = arch_selftest();
}

int main(int argc, char **argv)
{
	host_options.cpus = argc > 1 ? (unsigned)atoi(argv[1]) : 4;
	host_kernel_run(all, NULL);
	printf("done %u\n", tests);
	return 0;
}
