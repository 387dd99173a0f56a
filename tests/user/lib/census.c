/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's census, taken when the system rests, and compared line by line.
 */
#include "census.h"

#include "test.h"

#include <mach/mach_ext.h>
#include <servers/bootstrap_defs.h>

#define SELF mach_task_self()

static void census_once(struct census *c)
{
	mach_port_t priv = authority(BOOTSTRAP_HOST_PRIV);
	mach_msg_type_number_t size = 0;
	char *lines = NULL;

	OK(host_drain_caches(priv));
	OK(host_census(priv, &lines, &size));
	memset(c, 0, sizeof(*c));
	memcpy(c->lines, lines,
	       size < sizeof(*c) ? size : sizeof(*c) - 1);
	OK(vm_deallocate(SELF, (vm_address_t)lines, size));
	mach_port_deallocate(SELF, priv);
}

void census_take(struct census *c)
{
	static struct census last;

	census_once(c);
	for (unsigned tries = 0; tries < 100; tries++) {
		last = *c;
		sleep_ms(30);
		census_once(c);
		if (strcmp(last.lines, c->lines) == 0)
			return;
	}
}

/* Lines are a name, size, how many are alive, frames; the last may change. */
void census_compare(struct census *before, struct census *after)
{
	char *p, *q, *x, *y;

	for (p = strtok_r(before->lines, "\n", &x),
	    q = strtok_r(after->lines, "\n", &y);
	     p != NULL && q != NULL;
	     p = strtok_r(NULL, "\n", &x), q = strtok_r(NULL, "\n", &y)) {
		*strrchr(p, ' ') = '\0';
		*strrchr(q, ' ') = '\0';
		if (strcmp(p, q) == 0)
			continue;
		printf("# census: %s, later %s\n", p, q);
		test_fail(__FILE__, __LINE__, "%s, later %s", p, q);
	}
	CHECK(p == NULL && q == NULL);
}
