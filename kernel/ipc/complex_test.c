/* SPDX-License-Identifier: BSD-2-Clause */
/* Complex messages: rights and memory in bodies, both dialects; what each
 * failure leaves behind. */
#include "ipc.h"

static struct test_task a, b;

#define HEAD  sizeof(mach_msg_header_t)
#define DEALLOC (1u << 30)
#define IN_LINE (1u << 28)
#define WORD(name, number) ((name) | 32u << 8 | (uint32_t)(number) << 16)
#define MAKE MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0)

static mach_port_name_t inbox; /* in b */
static mach_port_name_t to_inbox; /* in a */

static mach_port_name_t new_port(struct test_task *t)
{
	mach_port_name_t name = 0;
	panic_unless(ipc_port_op_allocate(t->space, MACH_PORT_RIGHT_RECEIVE,
					  &name) == KR_SUCCESS);
	return name;
}

static mach_port_name_t give_send(struct test_task *from,
				  mach_port_name_t port, struct test_task *to)
{
	struct ipc_right right;
	mach_port_name_t name = 0;
	panic_unless(ipc_space_extract(from->space, port,
				       MACH_MSG_TYPE_MAKE_SEND,
				       &right) == KR_SUCCESS);
	panic_unless(ipc_space_insert(to->space, right, false, &name) ==
		     KR_SUCCESS);
	return name;
}

static void create(void)
{
	test_task_create(&a);
	test_task_create(&b);
	inbox = new_port(&b);
	to_inbox = give_send(&b, inbox, &a);
}

static void destroy(void)
{
	test_task_destroy(&a);
	test_task_destroy(&b);
}

static mach_msg_return_t send(struct test_task *t, struct test_message *m,
			      uint32_t words, uint32_t option)
{
	m->head.msgh_bits = MACH_MSG_TYPE_COPY_SEND | MACH_MSGH_BITS_COMPLEX;
	m->head.msgh_remote_port = to_inbox;
	m->head.msgh_local_port = 0;
	return test_mach_msg(t, 0, m, MACH_SEND_MSG | option, HEAD + 4 * words,
			     0, 0, 0, 0);
}

struct got {
	mach_msg_return_t code;
	struct test_message m;
	uint32_t option;
};

static void receiver(struct test_task *t, void *arg)
{
	struct got *g = arg;
	memset(&g->m, 0xee, sizeof(g->m));
	g->code = test_mach_msg(t, 1, &g->m,
				MACH_RCV_MSG | MACH_RCV_TIMEOUT | g->option, 0,
				sizeof(g->m), inbox, 0, 0);
}

static void get(struct got *g, uint32_t option)
{
	g->option = option;
	test_run_user(&b, receiver, g);
}

static mach_port_type_t type_in(struct test_task *t, mach_port_name_t name)
{
	mach_port_type_t type;
	return ipc_port_op_type(t->space, name, &type) == KR_SUCCESS ? type : 0;
}

static mach_port_urefs_t refs_in(struct test_task *t, mach_port_name_t name)
{
	mach_port_urefs_t refs = 0;
	enum kr kr = ipc_port_op_get_refs(t->space, name, MACH_PORT_RIGHT_SEND,
					  &refs);
	return kr == KR_SUCCESS ? refs : 0;
}

/* --- rights in line --- */

static mach_port_name_t names[8];

static void send_rights(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	(void)arg;
	m.body[0] = WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 1) | IN_LINE;
	m.body[1] = names[0];
	m.body[2] = WORD(MACH_MSG_TYPE_MAKE_SEND, 2) | IN_LINE;
	m.body[3] = names[1];
	m.body[4] = MACH_PORT_NULL;
	m.body[5] = WORD(MACH_MSG_TYPE_COPY_SEND, 3) | IN_LINE;
	m.body[6] = to_inbox;
	m.body[7] = MACH_PORT_DEAD;
	m.body[8] = names[2]; /* a dead name */
	m.body[9] = WORD(MACH_MSG_TYPE_MAKE_SEND_ONCE, 1) | IN_LINE;
	m.body[10] = names[1];
	m.body[11] = WORD(MACH_MSG_TYPE_INTEGER_32, 1) | IN_LINE;
	m.body[12] = 4711;
	CHECK_EQ(send(t, &m, 13, 0), MACH_MSG_SUCCESS);
}

static void every_disposition(void)
{
	struct got g = {0};
	create();
	names[0] = new_port(&a);
	names[1] = new_port(&a);
	CHECK_EQ(ipc_port_op_allocate(a.space, MACH_PORT_RIGHT_DEAD_NAME,
				      &names[2]), 0);
	test_run_user(&a, send_rights, NULL);
	CHECK_EQ(type_in(&a, names[0]), 0);
	get(&g, 0);
	CHECK_EQ(g.code, MACH_MSG_SUCCESS);
	CHECK(g.m.head.msgh_bits & MACH_MSGH_BITS_COMPLEX);
	CHECK_EQ(g.m.body[0], WORD(16, 1) | IN_LINE);
	CHECK_EQ(type_in(&b, g.m.body[1]), MACH_PORT_TYPE_RECEIVE);
	CHECK_EQ(g.m.body[2], WORD(17, 2) | IN_LINE);
	CHECK_EQ(type_in(&b, g.m.body[3]), MACH_PORT_TYPE_SEND);
	CHECK_EQ(g.m.body[4], MACH_PORT_NULL);
	CHECK_EQ(g.m.body[5], WORD(17, 3) | IN_LINE);
	CHECK_EQ(g.m.body[6], inbox);
	CHECK_EQ(type_in(&b, inbox), MACH_PORT_TYPE_SEND_RECEIVE);
	CHECK_EQ(g.m.body[7], MACH_PORT_DEAD);
	CHECK_EQ(g.m.body[8], MACH_PORT_DEAD);
	CHECK_EQ(g.m.body[9], WORD(18, 1) | IN_LINE);
	CHECK_EQ(type_in(&b, g.m.body[10]), MACH_PORT_TYPE_SEND_ONCE);
	CHECK_EQ(g.m.body[12], 4711);
	destroy();
}

/* --- the k-th right is bad --- */

static unsigned bad_at;

static void send_bad(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	(void)arg;
	m.body[0] = WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 8) | IN_LINE;
	for (unsigned i = 0; i < 8; i++)
		m.body[1 + i] = i == bad_at ? 987654 : names[i];
	CHECK_EQ(send(t, &m, 9, 0),
		 bad_at < 8 ? MACH_SEND_INVALID_RIGHT : MACH_MSG_SUCCESS);
}

/* Rights before the bad one are destroyed with the message, the others stay
 * where they were; nothing is left over. */
static void kth_right_fails(void)
{
	for (bad_at = 0; bad_at <= 8; bad_at++) {
		create();
		for (unsigned i = 0; i < 8; i++)
			names[i] = new_port(&a);
		test_run_user(&a, send_bad, NULL);
		for (unsigned i = 0; i < 8; i++)
			CHECK_EQ(type_in(&a, names[i]) != 0,
				 i >= bad_at && bad_at < 8);
		size_t left = bad_at < 8 ? 8 - bad_at : 8;
		CHECK_EQ(atomic_get(&a.account->used[CHARGE_PORTS]), left);
		CHECK_EQ(refs_in(&a, to_inbox), 1);
		destroy();
	}
}

/* --- out-of-line memory --- */

static uint64_t region;

static void put_pointer(struct test_message *m, unsigned at, uint64_t p)
{
	memcpy(&m->body[at], &p, sizeof(p));
}

static uint64_t get_pointer(const struct test_message *m, unsigned at)
{
	uint64_t p;
	memcpy(&p, &m->body[at], sizeof(p));
	return p;
}

static void send_memory(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	bool dealloc = *(bool *)arg;
	char text[100] = "out of line";
	host_user_write(region + 5000, text, sizeof(text));
	m.body[0] = MACH_MSG_TYPE_BYTE | 8u << 8 | 100u << 16 |
		    (dealloc ? DEALLOC : 0);
	put_pointer(&m, 1, region + 5000);
	/* long form: 3 pages of bytes */
	m.body[3] = 1u << 29;
	m.body[4] = MACH_MSG_TYPE_BYTE | 8u << 16;
	put_pointer(&m, 5, 12288);
	put_pointer(&m, 7, region + 1);
	/* none at all */
	m.body[9] = MACH_MSG_TYPE_BYTE | 8u << 8;
	put_pointer(&m, 10, 0xdeadbeef);
	CHECK_EQ(send(t, &m, 12, 0), MACH_MSG_SUCCESS);
	/* A copy is a snapshot. */
	if (!dealloc)
		host_user_write(region + 5000, "changed", 8);
}

static void check_memory(struct test_task *t, void *arg)
{
	struct got *g = arg;
	char text[100];
	(void)t;
	host_user_read(text, get_pointer(&g->m, 1), sizeof(text));
	CHECK_STR(text, "out of line");
	host_user_read(text, get_pointer(&g->m, 7) + 4999, sizeof(text));
	CHECK_STR(text, "out of line");
}

static void out_of_line(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct got g = {0};
		bool dealloc = i;
		create();
		CHECK_EQ(vm_map_allocate(a.map, &region, 65536, true), 0);
		test_run_user(&a, send_memory, &dealloc);
		get(&g, 0);
		CHECK_EQ(g.code, MACH_MSG_SUCCESS);
		CHECK_EQ(g.m.body[0], MACH_MSG_TYPE_BYTE | 8u << 8 |
					      100u << 16 | DEALLOC);
		CHECK_EQ(g.m.body[3], 1u << 29 | DEALLOC);
		CHECK_EQ(get_pointer(&g.m, 10), 0);
		test_run_user(&b, check_memory, &g);
		struct vm_region_info info;
		enum kr kr = vm_map_region(a.map, region + 4096, &info);
		CHECK_EQ(kr, KR_SUCCESS);
		CHECK_EQ(info.addr <= region + 4096, !dealloc);
		if (info.object)
			kobject_unref(vm_object_kobject(info.object));
		destroy();
	}
}

static void send_unmapped(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	(void)arg;
	m.body[0] = WORD(MACH_MSG_TYPE_MOVE_RECEIVE, 1) | IN_LINE;
	m.body[1] = names[0];
	m.body[2] = MACH_MSG_TYPE_BYTE | 8u << 8 | 100u << 16;
	put_pointer(&m, 3, 0x70000000000);
	CHECK_EQ(send(t, &m, 5, 0), MACH_SEND_INVALID_MEMORY);
	m.body[2] = WORD(MACH_MSG_TYPE_MOVE_SEND, 10);
	CHECK_EQ(send(t, &m, 5, 0), MACH_SEND_INVALID_MEMORY);
}

static void bad_memory_has_no_effect(void)
{
	create();
	names[0] = new_port(&a);
	test_run_user(&a, send_unmapped, NULL);
	CHECK_EQ(type_in(&a, names[0]), MACH_PORT_TYPE_RECEIVE);
	destroy();
}

/* --- arrays of ports --- */

#define MANY 5000

static void send_array(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	static uint32_t array[MANY];
	uint32_t bad = *(uint32_t *)arg;
	for (unsigned i = 0; i < MANY; i++)
		array[i] = i == bad ? 987654 : i % 3 ? names[0] : 0;
	host_user_write(region, array, sizeof(array));
	m.body[0] = 1u << 29 | DEALLOC;
	m.body[1] = MACH_MSG_TYPE_MAKE_SEND | 32u << 16;
	put_pointer(&m, 2, MANY);
	put_pointer(&m, 4, region);
	CHECK_EQ(send(t, &m, 6, 0), bad < MANY ? MACH_SEND_INVALID_RIGHT : 0);
}

static void check_array(struct test_task *t, void *arg)
{
	static uint32_t array[MANY];
	struct got *g = arg;
	(void)t;
	host_user_read(array, get_pointer(&g->m, 4), sizeof(array));
	for (unsigned i = 0; i < MANY; i++)
		CHECK_EQ(array[i], i % 3 ? array[1] : 0);
	CHECK_EQ(type_in(t, array[1]), MACH_PORT_TYPE_SEND);
	CHECK_EQ(refs_in(t, array[1]), MANY - (MANY + 2) / 3);
}

static void port_arrays(void)
{
	static const uint32_t bads[] = {0, 1, 31, 32, 33, 2500, MANY - 1, MANY};
	for (unsigned i = 0; i < 8; i++) {
		struct got g = {0};
		uint32_t bad = bads[i];
		mach_port_status_t status;
		create();
		names[0] = new_port(&a);
		CHECK_EQ(vm_map_allocate(a.map, &region, 65536, true), 0);
		test_run_user(&a, send_array, &bad);
		get(&g, 0);
		CHECK_EQ(g.code, bad < MANY ? MACH_RCV_TIMED_OUT : 0);
		if (bad == MANY) {
			CHECK_EQ(g.m.body[1],
				 MACH_MSG_TYPE_PORT_SEND | 32u << 16);
			test_run_user(&b, check_array, &g);
		}
		CHECK_EQ(ipc_port_op_get_receive_status(a.space, names[0],
							&status), 0);
		CHECK_EQ(status.mps_srights, bad == MANY);
		destroy();
	}
}

/* The same right 70,000 times: references stay at their maximum and the name
 * lives as long as they say. */
static void reference_limit(void)
{
	struct ipc_right right;
	mach_port_name_t name = 0;
	create();
	mach_port_name_t p = new_port(&a);
	for (unsigned i = 0; i < 70000; i++) {
		CHECK_EQ(ipc_space_extract(a.space, p, MACH_MSG_TYPE_MAKE_SEND,
					   &right), 0);
		CHECK_EQ(ipc_space_insert(b.space, right, false, &name), 0);
	}
	CHECK_EQ(refs_in(&b, name), MACH_PORT_UREFS_MAX - 1);
	CHECK_EQ(ipc_port_op_mod_refs(b.space, name, 0, 1), KR_UREFS_OVERFLOW);
	CHECK_EQ(ipc_port_op_mod_refs(b.space, name, 0, INT32_MAX),
		 KR_UREFS_OVERFLOW);
	CHECK_EQ(ipc_port_op_mod_refs(b.space, name, 0, INT32_MIN),
		 KR_INVALID_VALUE);
	CHECK_EQ(ipc_space_extract(a.space, p, MACH_MSG_TYPE_MAKE_SEND, &right),
		 0);
	CHECK_EQ(ipc_port_op_insert_right(b.space, name, right),
		 KR_UREFS_OVERFLOW);
	ipc_right_release(right);
	CHECK_EQ(ipc_port_op_mod_refs(b.space, name, 0,
				      -(int)(MACH_PORT_UREFS_MAX - 2)), 0);
	CHECK_EQ(refs_in(&b, name), 1);
	CHECK_EQ(ipc_port_op_deallocate(b.space, name), 0);
	CHECK_EQ(type_in(&b, name), 0);
	destroy();
}

/* --- malformed bodies --- */

struct malformed {
	uint32_t words[6];
	uint32_t count;
	mach_msg_return_t code;
};

static const struct malformed bad_bodies[] = {
	{{WORD(2, 1) | IN_LINE}, 1, MACH_SEND_MSG_TOO_SMALL},
	{{WORD(2, 3) | IN_LINE}, 3, MACH_SEND_MSG_TOO_SMALL},
	{{WORD(2, 1)}, 2, MACH_SEND_MSG_TOO_SMALL},
	{{1u << 29}, 1, MACH_SEND_MSG_TOO_SMALL},
	{{1u << 29, 2, 0}, 3, MACH_SEND_MSG_TOO_SMALL},
	{{1u << 29 | IN_LINE, 2 | 32u << 16, 0xffffffff, 0xffffffff},
	 4,
	 MACH_SEND_INVALID_TYPE},
	{{1u << 29 | IN_LINE, 2 | 32u << 16, 0xffffffff, 0},
	 4,
	 MACH_SEND_MSG_TOO_SMALL},
	{{1u << 29, 2 | 32u << 16, 0xffffffff, 0x7ffffff, 0x1000},
	 6,
	 MACH_SEND_INVALID_MEMORY},
	{{17 | 16u << 8 | 1u << 16 | IN_LINE, 0}, 2, MACH_SEND_INVALID_TYPE},
	{{WORD(17, 1) | IN_LINE | DEALLOC, 0}, 2, MACH_SEND_INVALID_TYPE},
	{{1u << 29, 17 | 32u << 16, 65537, 0, 0x1000}, 6, MACH_SEND_NO_BUFFER},
	{{WORD(17, 1) | IN_LINE, 5555}, 2, MACH_SEND_INVALID_RIGHT},
	{{WORD(2, 0) | IN_LINE}, 1, MACH_MSG_SUCCESS},
	{{WORD(17, 0) | IN_LINE}, 1, MACH_MSG_SUCCESS},
	{{WORD(17, 0), 7, 7}, 3, MACH_MSG_SUCCESS},
};
#define BAD_COUNT (sizeof(bad_bodies) / sizeof(bad_bodies[0]))

static void send_malformed(struct test_task *t, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < BAD_COUNT; i++) {
		struct test_message m = {0};
		memcpy(m.body, bad_bodies[i].words,
		       sizeof(bad_bodies[i].words));
		mach_msg_return_t r = send(t, &m, bad_bodies[i].count,
					   MACH_SEND_TIMEOUT);
		if (r != bad_bodies[i].code)
			CHECK_FAIL("body %u: %#x", i, (unsigned)r);
	}
}

static void malformed_bodies(void)
{
	create();
	test_run_user(&a, send_malformed, NULL);
	destroy();
}

/* Without the complex bit the same bytes are bytes. */
static void send_simple(struct test_task *t, void *arg)
{
	struct test_message m = {.body = {WORD(17, 9), 1, 2}};
	(void)arg;
	m.head.msgh_bits = MACH_MSG_TYPE_COPY_SEND;
	m.head.msgh_remote_port = to_inbox;
	CHECK_EQ(test_mach_msg(t, 0, &m, MACH_SEND_MSG, HEAD + 10, 0, 0, 0, 0),
		 0);
}

static void simple_is_opaque(void)
{
	struct got g = {0};
	create();
	test_run_user(&a, send_simple, NULL);
	get(&g, 0);
	CHECK_EQ(g.code, 0);
	CHECK_EQ(g.m.head.msgh_size, HEAD + 12);
	CHECK_EQ(g.m.body[0], WORD(17, 9));
	CHECK_EQ(g.m.body[2], 2);
	destroy();
}

/* --- the manual's dialect --- */

static void send_old(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	(void)arg;
	m.body[0] = WORD(MSG_TYPE_PORT, 1) | IN_LINE;
	m.body[1] = names[0]; /* a receiver: a send right is made */
	m.body[2] = WORD(MSG_TYPE_PORT, 1) | IN_LINE | DEALLOC;
	m.body[3] = to_inbox; /* pure send: moved away, dest apart */
	m.body[4] = WORD(MSG_TYPE_PORT_ALL, 1) | IN_LINE;
	m.body[5] = names[1];
	m.body[6] = WORD(MSG_TYPE_PORT_ALL, 1) | IN_LINE | DEALLOC;
	m.body[7] = names[2];
	CHECK_EQ(send(t, &m, 8, MACH_SEND_25), MACH_MSG_SUCCESS);
}

static void old_dialect(void)
{
	struct got g = {0};
	create();
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(ipc_port25_allocate(a.space, &names[i]), 0);
	test_run_user(&a, send_old, NULL);
	CHECK_EQ(type_in(&a, names[0]),
		 MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_COMPAT);
	CHECK_EQ(type_in(&a, to_inbox), 0);
	CHECK_EQ(type_in(&a, names[1]),
		 MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_COMPAT);
	CHECK_EQ(type_in(&a, names[2]), 0);
	get(&g, MACH_RCV_25);
	CHECK_EQ(g.code, MACH_MSG_SUCCESS);
	CHECK_EQ(MACH_MSGH_BITS_LOCAL(g.m.head.msgh_bits), MSG_TYPE_PORT);
	CHECK_EQ(g.m.body[0], WORD(MSG_TYPE_PORT, 1) | IN_LINE);
	CHECK_EQ(type_in(&b, g.m.body[1]),
		 MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_COMPAT);
	CHECK_EQ(g.m.body[3], inbox);
	CHECK_EQ(g.m.body[4], WORD(MSG_TYPE_PORT_ALL, 1) | IN_LINE);
	CHECK_EQ(type_in(&b, g.m.body[5]),
		 MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_COMPAT);
	CHECK_EQ(type_in(&b, g.m.body[7]),
		 MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_COMPAT);
	destroy();
}

/* A receiver cannot deallocate what it receives from. */
static void send_old_bad(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	(void)arg;
	m.body[0] = WORD(MSG_TYPE_PORT, 1) | IN_LINE | DEALLOC;
	m.body[1] = names[0];
	CHECK_EQ(send(t, &m, 2, MACH_SEND_25), MACH_SEND_INVALID_RIGHT);
}

static void old_deallocate_of_receiver(void)
{
	create();
	CHECK_EQ(ipc_port25_allocate(a.space, &names[0]), 0);
	test_run_user(&a, send_old_bad, NULL);
	CHECK_EQ(type_in(&a, names[0]),
		 MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_COMPAT);
	destroy();
}

/* --- leaving a message with the kernel --- */

static mach_port_name_t note;

static mach_msg_return_t notify_send(struct test_task *t, uint32_t option)
{
	struct test_message m = {0};
	m.head.msgh_bits = MACH_MSG_TYPE_COPY_SEND;
	m.head.msgh_remote_port = to_inbox;
	return test_mach_msg(t, 0, &m, MACH_SEND_MSG | option, HEAD, 0, 0, 0,
			     note);
}

static void leave_one(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	bool old = *(bool *)arg;
	uint32_t option = MACH_SEND_NOTIFY | (old ? MACH_SEND_25 : 0);
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQ(notify_send(t, option), MACH_MSG_SUCCESS);
	CHECK_EQ(notify_send(t, option), MACH_SEND_WILL_NOTIFY);
	CHECK_EQ(notify_send(t, option), MACH_SEND_NOTIFY_IN_PROGRESS);
	/* The manual forbids any further send, the native call does not. */
	CHECK_EQ(notify_send(t, (old ? MACH_SEND_25 : 0) | MACH_SEND_TIMEOUT),
		 old ? MACH_SEND_NOTIFY_IN_PROGRESS : MACH_SEND_TIMED_OUT);
	CHECK_EQ(test_mach_msg(t, 0, &m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			       sizeof(m), note, 0, 0),
		 MACH_RCV_TIMED_OUT);
}

static void hear_accepted(struct test_task *t, void *arg)
{
	struct test_message m = {0};
	bool old = *(bool *)arg;
	CHECK_EQ(test_mach_msg(t, 0, &m, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			       sizeof(m), note, 0, 0), 0);
	CHECK_EQ(m.head.msgh_id, MACH_NOTIFY_MSG_ACCEPTED);
	CHECK_EQ(m.body[1], to_inbox);
	CHECK_EQ(notify_send(t, (old ? MACH_SEND_25 : 0) | MACH_SEND_NOTIFY),
		 MACH_SEND_WILL_NOTIFY);
}

static void send_notify(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct got g = {0};
		bool old = i;
		struct ipc_right right;
		create();
		note = new_port(&a);
		if (old) {
			CHECK_EQ(ipc_port_op_destroy(a.space, to_inbox), 0);
			CHECK_EQ(ipc_space_extract(b.space, inbox, 20, &right),
				 0);
			CHECK_EQ(ipc_space_insert(a.space, right, true,
						  &to_inbox), 0);
			CHECK_EQ(ipc_space_extract(a.space, note, 20, &right),
				 0);
			ipc_space_set_notify(a.space, right);
		}
		test_run_user(&a, leave_one, &old);
		get(&g, 0);
		CHECK_EQ(g.code, 0);
		test_run_user(&a, hear_accepted, &old);
		for (unsigned k = 0; k < 6; k++) {
			get(&g, 0);
			CHECK_EQ(g.code, 0);
		}
		get(&g, 0);
		CHECK_EQ(g.code, MACH_RCV_TIMED_OUT);
		destroy();
	}
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(every_disposition);
	RUN_COUNTED(kth_right_fails);
	RUN_COUNTED(out_of_line);
	RUN_COUNTED(bad_memory_has_no_effect);
	RUN_COUNTED(port_arrays);
	RUN_COUNTED(reference_limit);
	RUN_COUNTED(malformed_bodies);
	RUN_COUNTED(simple_is_opaque);
	RUN_COUNTED(old_dialect);
	RUN_COUNTED(old_deallocate_of_receiver);
	RUN_COUNTED(send_notify);
}

TEST_MAIN(body)
