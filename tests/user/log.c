/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug_log: any task may write lines to the kernel's log, none may flood it.
 */
#include "lib/test.h"

#include <mach/mach.h>
#include <mach/mach_traps.h>

#define LINE "log: a line of the test\n"

/* Lines accepted out of n at once. */
static unsigned write_lines(unsigned n)
{
	unsigned accepted = 0;

	for (unsigned i = 0; i < n; i++) {
		kern_return_t kr = debug_log(LINE, sizeof(LINE) - 1);

		accepted += kr == KERN_SUCCESS;
		if (kr != KERN_SUCCESS)
			CODE(kr, KERN_RESOURCE_SHORTAGE);
	}
	return accepted;
}

static void flood_is_refused(void)
{
	uint64_t before = clock_get(MACH_CLOCK_MONOTONIC), seconds;
	unsigned accepted = write_lines(2000);

	seconds = (clock_get(MACH_CLOCK_MONOTONIC) - before) / 1000000000 + 1;
	CHECK(accepted >= 64);
	CHECK(accepted <= 64 + 16 * seconds);
}

static void time_gives_lines_back(void)
{
	sleep_ms(300);
	CHECK(write_lines(1) == 1);
}

static void bad_text(void)
{
	CODE(debug_log(NULL, 10), KERN_INVALID_ADDRESS);
	CODE(debug_log((const char *)0xffff800000000000, 10),
	      KERN_INVALID_ADDRESS);
}

static const struct test tests[] = {
	TEST(bad_text),
	TEST(flood_is_refused),
	TEST(time_gives_lines_back),
};
TEST_MAIN(tests)
