/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a test program needs.  A test is a function that calls CHECK; the
 * program lists them and ends with check_done:
 *
 *	static void adds(void)
 *	{
 *		CHECK_EQ(1 + 1, 2);
 *	}
 *
 *	int main(void)
 *	{
 *		RUN(adds);
 *		return check_done();
 *	}
 *
 * Output: `ok NAME`, `not ok NAME - why`, `ok NAME # skip why`, and `done N`
 * as the last line.  A failed CHECK ends its function, not the program.
 * One thread.  Uses stdio alone.
 */
#ifndef TESTS_HOST_CHECK_H
#define TESTS_HOST_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
	int run;
	int failed;
	bool bad;  /* the running test has failed */
	bool skip; /* the running test was skipped */
	char why[200];
} check_state;

/* Records the first line of a failure; out of line, so that no compiler
 * weighs the length of a path against the buffer. */
[[gnu::noinline, gnu::unused, gnu::format(printf, 3, 4)]] static void
check_record(const char *file, int line, const char *format, ...)
{
	int n = snprintf(check_state.why, sizeof(check_state.why), "%s:%d: ",
			 file, line);
	va_list arguments;

	if (n < 0 || (size_t)n >= sizeof(check_state.why))
		n = 0;
	va_start(arguments, format);
	vsnprintf(check_state.why + n, sizeof(check_state.why) - (size_t)n,
		  format, arguments);
	va_end(arguments);
	check_state.bad = true;
}

#define CHECK_FAIL(...)                                                        \
	do {                                                                   \
		check_record(__FILE__, __LINE__, __VA_ARGS__);                 \
		return;                                                        \
	} while (0)

#define CHECK(cond)                                                            \
	do {                                                                   \
		if (!(cond))                                                   \
			CHECK_FAIL("%s", #cond);                               \
	} while (0)

/* Integers of any type; both are printed when they differ. */
#define CHECK_EQ(a, b)                                                         \
	do {                                                                   \
		long long check_a = (long long)(a);                            \
		long long check_b = (long long)(b);                            \
		if (check_a != check_b)                                        \
			CHECK_FAIL("%s is %lld (%#llx), not %s: %lld (%#llx)", \
				   #a, check_a, (unsigned long long)check_a,   \
				   #b, check_b, (unsigned long long)check_b);  \
	} while (0)

#define CHECK_STR(a, b)                                                        \
	do {                                                                   \
		const char *check_a = (a);                                     \
		const char *check_b = (b);                                     \
		if (strcmp(check_a, check_b) != 0)                             \
			CHECK_FAIL("%s is \"%s\", not \"%s\"", #a, check_a,    \
				   check_b);                                   \
	} while (0)

/* Ends a test that cannot run here, with the reason. */
#define SKIP(reason)                                                           \
	do {                                                                   \
		snprintf(check_state.why, sizeof(check_state.why), "%s",       \
			 (reason));                                            \
		check_state.skip = true;                                       \
		return;                                                        \
	} while (0)

#define RUN(test) check_run(#test, test)

static inline void check_run(const char *name, void (*test)(void))
{
	check_state.bad = false;
	check_state.skip = false;
	check_state.run++;
	test();
	if (check_state.bad) {
		check_state.failed++;
		printf("not ok %s - %s\n", name, check_state.why);
	} else if (check_state.skip) {
		printf("ok %s # skip %s\n", name, check_state.why);
	} else {
		printf("ok %s\n", name);
	}
	fflush(stdout);
}

/* The exit status of the program. */
static inline int check_done(void)
{
	printf("done %d\n", check_state.run);
	fflush(stdout);
	return check_state.failed != 0;
}

#endif
