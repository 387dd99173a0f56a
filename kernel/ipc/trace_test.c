/* SPDX-License-Identifier: BSD-2-Clause */
/* Traces of messages and looks at spaces: what is kept, lost and followed. */
#include "ipc.h"

#include <ipc/trace.h>
#include <ipc/watch.h>
#include <mach/host_watch.h>
#include <mach/msg_trace.h>

#define HEAD sizeof(mach_msg_header_t)

static struct test_task task, other;
static struct ipc_trace *trace;

static struct ipc_trace *trace_of(struct test_task *t, uint64_t id, bool follow)
{
	struct ipc_trace *made = NULL;
	bool first;
	panic_unless(ipc_trace_create(task.account, t->space, id, follow, &made,
				      &first) == KR_SUCCESS);
	return made;
}

/* Reads, and is done at once: nothing is noted meanwhile. */
static struct ipc_trace_read read_all(struct ipc_trace *t)
{
	struct ipc_trace_read r;
	panic_unless(ipc_trace_read(t, &r) == KR_SUCCESS);
	ipc_trace_read_done(t);
	return r;
}

static void traced_call(struct test_task *t, struct test_message *m,
			uint32_t option, uint32_t size, mach_port_name_t from)
{
	uint64_t at = test_slot(t, 0);
	host_user_write(at, m, sizeof(*m));
	host_trap(ipc_trap_mach_msg_traced, at, option, size, sizeof(*m), from,
		  0, 0);
	host_user_read(m, at, sizeof(*m));
}

/* One message of 400 bytes to itself, and one receive that fails. */
static void talk(struct test_task *t, void *arg)
{
	mach_port_name_t p = 0;
	struct test_message m = {0};
	(void)arg;
	CHECK_EQ(ipc_port_op_allocate(t->space, MACH_PORT_RIGHT_RECEIVE, &p),
		 KR_SUCCESS);
	m.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
	m.head.msgh_remote_port = p;
	m.head.msgh_id = 77;
	for (unsigned i = 0; i < 94; i++)
		m.body[i] = i;
	traced_call(t, &m, MACH_SEND_MSG, HEAD + 376, 0);
	traced_call(t, &m, MACH_RCV_MSG, 0, p);
	traced_call(t, &m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, p);
}

static const struct msg_trace_record *
record(const struct ipc_trace_read *r, unsigned n)
{
	const char *at = r->records, *end = at + r->bytes;
	while (at < end) {
		const struct msg_trace_record *one = (const void *)at;
		if (one->size % 8 != 0 || one->size > (size_t)(end - at))
			return NULL;
		if (n-- == 0)
			return one;
		at += one->size;
	}
	return NULL;
}

static void records(void)
{
	static const uint16_t what[] = {MSG_TRACE_SENT, MSG_TRACE_RECEIVED,
					MSG_TRACE_FAILED};
	test_task_create(&task);
	trace = trace_of(&task, 5, false);
	test_run_user(&task, talk, NULL);
	struct ipc_trace_read r = read_all(trace);
	CHECK_EQ(r.lost, 0);
	CHECK_EQ(r.live, 1);
	for (unsigned i = 0; i < 3; i++) {
		const struct msg_trace_record *one = record(&r, i);
		const mach_msg_header_t *head = (const void *)(one + 1);
		CHECK(one != NULL);
		CHECK_EQ(one->what, what[i]);
		CHECK_EQ(one->task, 5);
		CHECK_EQ(one->captured, i < 2 ? MSG_TRACE_BYTES : 0);
		CHECK_EQ(one->code, i < 2 ? 0 : MACH_RCV_TIMED_OUT);
		if (i < 2)
			CHECK(head->msgh_id == 77 && head->msgh_size == 400);
	}
	CHECK(record(&r, 3) == NULL);
	CHECK_EQ(read_all(trace).bytes, 0);
	CHECK(ipc_trace_destroy(trace));
	test_task_destroy(&task);
}

/* Only whom it was told of, and with `follow` those they make. */
static void whom(void)
{
	test_task_create(&task);
	test_task_create(&other);
	struct ipc_trace *alone = trace_of(&task, 1, false);
	struct ipc_trace *family = trace_of(&task, 1, true);
	test_run_user(&other, talk, NULL);
	CHECK_EQ(read_all(alone).bytes + read_all(family).bytes, 0);
	ipc_trace_inherit(task.space, other.space, 2);
	test_run_user(&other, talk, NULL);
	CHECK_EQ(read_all(alone).bytes, 0);
	struct ipc_trace_read r = read_all(family);
	CHECK_EQ(record(&r, 0)->task, 2);
	CHECK_EQ(r.live, 2);
	test_task_destroy(&other);
	CHECK_EQ(read_all(family).live, 1);
	CHECK(!ipc_trace_destroy(alone));
	CHECK(ipc_trace_destroy(family));
	test_task_destroy(&task);
}

/* The places of dead spaces are used again; when all live, it is said. */
static void many_children(void)
{
	struct ipc_space *child[80];
	test_task_create(&task);
	trace = trace_of(&task, 1, true);
	for (unsigned i = 0; i < 200; i++) {
		struct ipc_space *s = ipc_space_create(task.account);
		ipc_trace_inherit(task.space, s, i);
		ipc_space_terminate(s);
		ipc_space_unref(s);
	}
	CHECK_EQ(read_all(trace).lost, 0);
	for (unsigned i = 0; i < 80; i++) {
		child[i] = ipc_space_create(task.account);
		ipc_trace_inherit(task.space, child[i], i);
	}
	struct ipc_trace_read r = read_all(trace);
	CHECK(r.lost > 0 && r.live + r.lost == 81);
	for (unsigned i = 0; i < 80; i++) {
		ipc_space_terminate(child[i]);
		ipc_space_unref(child[i]);
	}
	CHECK(ipc_trace_destroy(trace));
	test_task_destroy(&task);
}

static void note(struct test_task *t, void *arg)
{
	(void)t;
	for (unsigned i = 0; i < *(unsigned *)arg; i++)
		ipc_trace_note(MSG_TRACE_FAILED, NULL, (int32_t)i);
}

/* What finds no room is counted, also while the other buffer is read. */
static void full(void)
{
	unsigned times = 10000;
	struct ipc_trace_read r;
	test_task_create(&task);
	trace = trace_of(&task, 1, false);
	test_run_user(&task, note, &times);
	CHECK_EQ(ipc_trace_read(trace, &r), KR_SUCCESS);
	unsigned kept = (unsigned)(r.bytes / sizeof(struct msg_trace_record));
	CHECK(kept > 1000 && kept + r.lost == times);
	CHECK_EQ(record(&r, kept - 1)->code, (int32_t)kept - 1);
	struct ipc_trace_read second;
	CHECK_EQ(ipc_trace_read(trace, &second), KR_FAILURE);
	times = 10;
	test_run_user(&task, note, &times);
	CHECK_EQ(record(&r, 0)->code, 0);
	ipc_trace_read_done(trace);
	r = read_all(trace);
	CHECK_EQ(r.bytes, 10 * sizeof(struct msg_trace_record));
	CHECK_EQ(r.lost, 0);
	CHECK(ipc_trace_destroy(trace));
	test_task_destroy(&task);
}

/* As many as may be, and who makes them pays for their memory. */
static void limits(void)
{
	struct ipc_trace *made[64];
	unsigned n = 0;
	bool first;
	test_task_create(&task);
	size_t before = atomic_get(&task.account->used[CHARGE_MESSAGES]);
	while (n < 64 && ipc_trace_create(task.account, task.space, 1, false,
					  &made[n], &first) == KR_SUCCESS) {
		CHECK_EQ(first, n == 0);
		n++;
	}
	CHECK(n > 0 && n < 64);
	CHECK(atomic_get(&task.account->used[CHARGE_MESSAGES]) >
	      before + (size_t)n * 65536);
	while (n-- > 0)
		CHECK_EQ(ipc_trace_destroy(made[n]), n == 0);
	CHECK_EQ(atomic_get(&task.account->used[CHARGE_MESSAGES]), before);
	test_task_destroy(&task);
}

/* --- looking at a space --- */

static void every_name_once(void)
{
	enum { PORTS = 1000 };
	static int64_t rows[WATCH_ROWS_MIN * RIGHT_STAT_WORDS];
	mach_port_name_t last = 0, set = 0;
	uint64_t cursor = 0;
	unsigned seen = 0, calls = 0, sets = 0;
	test_task_create(&task);
	for (unsigned i = 0; i < PORTS; i++)
		CHECK_EQ(ipc_port_op_allocate(task.space,
					      MACH_PORT_RIGHT_RECEIVE, &last),
			 KR_SUCCESS);
	CHECK_EQ(ipc_port_op_allocate(task.space, MACH_PORT_RIGHT_PORT_SET,
				      &set),
		 KR_SUCCESS);
	CHECK_EQ(ipc_port_op_move_member(task.space, last, set), KR_SUCCESS);
	do {
		unsigned n = ipc_space_watch(task.space, &cursor, rows,
					     WATCH_ROWS_MIN);
		for (unsigned i = 0; i < n; i++) {
			const int64_t *row = rows + i * RIGHT_STAT_WORDS;
			CHECK(row[RIGHT_STAT_PORT] != 0);
			if ((mach_port_name_t)row[RIGHT_STAT_NAME] == last)
				CHECK(row[RIGHT_STAT_SET] != 0);
			sets += (mach_port_name_t)row[RIGHT_STAT_NAME] == set;
		}
		seen += n;
		calls++;
	} while (cursor != 0);
	CHECK_EQ(seen, PORTS + 1);
	CHECK_EQ(sets, 1);
	CHECK(calls > 1);
	CHECK_EQ(ipc_space_live(task.space), PORTS + 1);
	test_task_destroy(&task);
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(records);
	RUN_COUNTED(whom);
	RUN_COUNTED(many_children);
	RUN_COUNTED(full);
	RUN_COUNTED(limits);
	RUN_COUNTED(every_name_once);
}

TEST_MAIN(body)
