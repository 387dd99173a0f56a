/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bare tests: a program is a list of tests. Each prints "ok NAME" or
 * "not ok NAME - why"; the program ends with "done N".
 */
#ifndef TEST_H
#define TEST_H

#include <mach/mach.h>
#include <mach/rpc_twins.h>
#include <server/child.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
};

#define TEST(function) {#function, function}

/* Runs all, or those named on the command line; the program's status. */
int test_main(const struct test *tests, unsigned count, int argc, char **argv);

#define TEST_MAIN(list)                                                       \
	int main(int argc, char **argv)                                       \
	{                                                                     \
		return test_main(list, sizeof(list) / sizeof((list)[0]),      \
				 argc, argv);                                 \
	}

/* The first failure of a test is its reason; the test goes on unless a macro
 * with _OR_RETURN was used. */
__attribute__((format(printf, 3, 4))) bool test_fail(const char *file, int line,
						     const char *format, ...);
__attribute__((format(printf, 1, 2))) void test_skip(const char *format, ...);

#define CHECK(condition)                                                      \
	((condition) ? true                                                   \
		     : test_fail(__FILE__, __LINE__, "%s", #condition))
#define CHECK_OR_RETURN(condition)                                            \
	do {                                                                  \
		if (!CHECK(condition))                                        \
			return;                                               \
	} while (0)

bool test_equal(const char *file, int line, const char *what, long got,
		long want);
bool test_code(const char *file, int line, const char *what, kern_return_t got,
	       kern_return_t want);

#define EQUAL(got, want) \
	test_equal(__FILE__, __LINE__, #got, (long)(got), (long)(want))
/* Result codes: printed in words. */
#define CODE(got, want) test_code(__FILE__, __LINE__, #got, (got), (want))
#define OK(call)	CODE(call, KERN_SUCCESS)
#define OK_OR_RETURN(call)                                                    \
	do {                                                                  \
		if (!OK(call))                                                \
			return;                                               \
	} while (0)

/* A receive right without and with a send right under the same name. */
mach_port_t port_new(void);
mach_port_t port_new_send(void);
void port_gone(mach_port_t name);
/* User references of one kind; 0 if there are none, -1 if the name is bad. */
int port_refs(mach_port_t name, mach_port_right_t right);
bool port_valid(mach_port_t name);

/* Waits until *word has the value, at most ms milliseconds. */
bool wait_for(volatile int *word, int value, unsigned ms);
void sleep_ms(unsigned ms);

/* A page that children share. */
void *shared_page(void);

/* Authority, from bootstrap. */
mach_port_t authority(int which);

#endif
