/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of lib/port_rows.h and lib/message_rows.h: right x operation x
 * state -> code, state afterwards, notifications. Both APIs; twins as trap and
 * as RPC.
 *
 * Checklist: IPC-03 IPC-04 IPC-05 IPC-10 IPC-11 IPC-13 IPC-14 IPC-15
 */
#include "lib/rows.h"

/* Those of the operations that exist as a trap and as an RPC. */
static bool has_twin(const struct row *row)
{
	static const char *const twins[] = {"mod_refs", "mach_port_deallocate",
					    "mach_port_destroy",
					    "insert_right"};

	for (unsigned i = 0; i < sizeof twins / sizeof *twins; i++)
		if (strncmp(row->what, twins[i], strlen(twins[i])) == 0)
			return true;
	return false;
}

static unsigned run(const struct row *rows, unsigned count, int api, bool own)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < count; i++)
		if (rows[i].api == api && (!rows_form || has_twin(&rows[i])))
			bad += row_run(&rows[i], own);
	return bad;
}

static void native_by_trap(void)
{
	rows_form = 0;
	EQUAL(run(port_rows, port_row_count, ROW_NATIVE, false), 0);
}

static void native_by_rpc(void)
{
	rows_form = 1;
	EQUAL(run(port_rows, port_row_count, ROW_NATIVE, false), 0);
	rows_form = 0;
}

static void manuals(void)
{
	EQUAL(run(port_rows, port_row_count, ROW_25, false), 0);
}

static void messages(void)
{
	EQUAL(run(message_rows, message_row_count, ROW_NATIVE, true), 0);
}

/* A target that is no task: a port of ours would answer for itself, a thread's
 * port is the kernel's. */
static void wrong_targets(void)
{
	for (unsigned i = 0; i < port_row_count; i++) {
		const struct row *row = &port_rows[i];
		struct scene s = {.task = mach_thread_self(),
				  .name = port_new(),
				  .set = MACH_PORT_NULL,
				  .spare = port_new_send(),
				  .notify = port_new()};
		int code = row->op(&s, row->a, row->b);

		if (code != (row->api == ROW_25 ? KERN_INVALID_ARGUMENT
						: KERN_INVALID_TASK))
			test_fail(__FILE__, __LINE__, "%s: %s", row->what,
				  mach_error_string(code));
		EQUAL(port_refs(s.name, MACH_PORT_RIGHT_RECEIVE), 1);
		port_gone(s.name);
		if (port_valid(s.spare))
			port_gone(s.spare);
		port_gone(s.notify);
	}
}

static const struct test tests[] = {
	TEST(native_by_trap), TEST(native_by_rpc), TEST(manuals),
	TEST(messages),	      TEST(wrong_targets),
};
TEST_MAIN(tests)
