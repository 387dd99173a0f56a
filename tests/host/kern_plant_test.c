/* SPDX-License-Identifier: BSD-2-Clause */
/* Each detector of the debug kernel notices the mistake planted for it. */
#include <host.h>
#include <kern/plant.h>

#include "check.h"

static unsigned current;

static void run_current(void *arg)
{
	(void)arg;
	(void)plant_run(plant_name(current));
}

static void planted_bug_is_found(void)
{
	if (!host_panics(run_current, NULL, plant_expected(current)))
		CHECK_FAIL("nothing noticed it");
}

int main(void)
{
	for (current = 0; plant_name(current) != NULL; current++) {
		char name[64];

		snprintf(name, sizeof(name), "plant_%s", plant_name(current));
		check_run(name, planted_bug_is_found);
	}
	return check_done();
}
