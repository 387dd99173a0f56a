/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The same as boot_refusals.c for what a UNIX process can reach: to each port it
 * has a send right to, the UNIX server's and the kernel's among them, go
 * messages that cannot be wanted. Nobody keeps a right, and all goes on.
 *
 * Runs: unix
 */
#include "lib/refuse.h"
#include "lib/test.h"

#include <sys/wait.h>
#include <unistd.h>

#define SELF mach_task_self()

static const int ids[] = {-1, 0, 1, 99, 399, 499, 3000, 3001, 3100, 7999};

static void every_port(void)
{
	mach_msg_type_number_t n = 0, k = 0;
	mach_port_type_array_t types = NULL;
	mach_port_array_t names = NULL;
	unsigned ports = 0;

	OK_OR_RETURN(mach_port_names(SELF, &names, &n, &types, &k));
	refuse_begin();
	for (unsigned i = 0; i < n; i++) {
		if (!(types[i] & MACH_PORT_TYPE_SEND) ||
		    (types[i] & MACH_PORT_TYPE_RECEIVE))
			continue;
		for (unsigned j = 0; j < sizeof ids / sizeof ids[0]; j++)
			refuse_send(names[i], ids[j]);
		ports++;
	}
	refuse_end();
	CHECK(ports >= 3); /* task, bootstrap, the process */
	printf("# %u ports\n", ports);
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, k * sizeof *types);
}

static void the_process_goes_on(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	EQUAL(waitpid(pid, &status, 0), pid);
	EQUAL(WEXITSTATUS(status), 7);
}

static const struct test tests[] = {
	TEST(every_port),
	TEST(the_process_goes_on),
};
TEST_MAIN(tests)
