/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner of bare tests, and what most of them need. */
#include "test.h"

#include <servers/bootstrap.h>
#include <stdarg.h>
#include <unistd.h>

static char reason[256];
static bool skipped;

bool test_fail(const char *file, int line, const char *format, ...)
{
	const char *base = strrchr(file, '/');
	va_list args;
	int n;

	if (reason[0] != '\0')
		return false;
	n = snprintf(reason, sizeof reason, "%s:%d: ",
		     base != NULL ? base + 1 : file, line);
	va_start(args, format);
	vsnprintf(reason + n, sizeof reason - (size_t)n, format, args);
	va_end(args);
	return false;
}

void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	skipped = true;
}

bool test_equal(const char *file, int line, const char *what, long got,
		long want)
{
	if (got == want)
		return true;
	return test_fail(file, line, "%s is %ld (0x%lx), not %ld", what, got,
			 got, want);
}

bool test_code(const char *file, int line, const char *what, kern_return_t got,
	       kern_return_t want)
{
	char text[64];

	if (got == want)
		return true;
	snprintf(text, sizeof text, "%s", mach_error_string(got));
	return test_fail(file, line, "%s: %s, not %s", what, text,
			 mach_error_string(want));
}

static bool chosen(const char *name, int argc, char **argv)
{
	if (argc < 2)
		return true;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return false;
}

/* True if it passed or was skipped. */
static bool run_one(const struct test *t)
{
	reason[0] = '\0';
	skipped = false;
	t->run();
	if (skipped)
		printf("ok %s # skip %s\n", t->name, reason);
	else if (reason[0] != '\0')
		printf("not ok %s - %s\n", t->name, reason);
	else
		printf("ok %s\n", t->name);
	fflush(stdout);
	return skipped || reason[0] == '\0';
}

int test_main(const struct test *tests, unsigned count, int argc, char **argv)
{
	unsigned ran = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 1024);
	for (unsigned i = 0; i < count; i++) {
		if (!chosen(tests[i].name, argc, argv))
			continue;
		failed += !run_one(&tests[i]);
		ran++;
	}
	printf("done %u\n", ran);
	return failed != 0;
}

mach_port_t port_new(void)
{
	mach_port_t name = MACH_PORT_NULL;

	OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE,
			      &name));
	return name;
}

mach_port_t port_new_send(void)
{
	mach_port_t name = port_new();

	OK(mach_port_insert_right(mach_task_self(), name, name,
				  MACH_MSG_TYPE_MAKE_SEND));
	return name;
}

void port_gone(mach_port_t name)
{
	OK(mach_port_destroy(mach_task_self(), name));
}

int port_refs(mach_port_t name, mach_port_right_t right)
{
	mach_port_urefs_t refs = 0;

	if (mach_port_get_refs(mach_task_self(), name, right, &refs) !=
	    KERN_SUCCESS)
		return -1;
	return (int)refs;
}

bool port_valid(mach_port_t name)
{
	mach_port_type_t type;

	return mach_port_type(mach_task_self(), name, &type) == KERN_SUCCESS;
}

void sleep_ms(unsigned ms)
{
	thread_switch(THREAD_NULL, SWITCH_OPTION_WAIT, ms);
}

bool wait_for(volatile int *word, int value, unsigned ms)
{
	for (unsigned waited = 0; *word != value; waited++) {
		if (waited >= ms)
			return false;
		sleep_ms(1);
	}
	return true;
}

void *shared_page(void)
{
	vm_address_t at = 0;

	OK(vm_allocate(mach_task_self(), &at, vm_page_size, TRUE));
	OK(vm_inherit(mach_task_self(), at, vm_page_size, VM_INHERIT_SHARE));
	return (void *)at;
}

mach_port_t authority(int which)
{
	mach_port_t port = MACH_PORT_NULL;
	uint64_t size;

	bootstrap_authority(bootstrap_port, which, &port, &size);
	return port;
}
