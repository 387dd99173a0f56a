/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications: each kind fires once, for the right reason; rings of receive
 * rights are found. */
#include "ipc.h"

static struct test_task a, b;

static void create(void)
{
	test_task_create(&a);
	test_task_create(&b);
}

static void destroy(void)
{
	test_task_destroy(&a);
	test_task_destroy(&b);
}

static mach_port_name_t new_port(struct test_task *t)
{
	mach_port_name_t name = 0;
	panic_unless(ipc_port_op_allocate(t->space, MACH_PORT_RIGHT_RECEIVE,
					  &name) == KR_SUCCESS);
	return name;
}

static struct ipc_right make(struct test_task *t, mach_port_name_t name,
			     uint32_t disposition)
{
	struct ipc_right right = IPC_RIGHT_NULL;
	panic_unless(ipc_space_extract(t->space, name, disposition, &right) ==
		     KR_SUCCESS);
	return right;
}

static mach_port_name_t give_send(struct test_task *from,
				  mach_port_name_t port, struct test_task *to)
{
	mach_port_name_t name = 0;
	panic_unless(ipc_space_insert(to->space,
				      make(from, port, MACH_MSG_TYPE_MAKE_SEND),
				      false, &name) == KR_SUCCESS);
	return name;
}

/* The next message of a port, without a thread that receives; NULL: none. */
static struct ipc_message *next_of(struct test_task *t, mach_port_name_t name)
{
	struct list after;
	uint32_t too_large = 0;
	list_init(&after);
	spin_lock(&t->space->lock);
	struct ipc_entry *e = ipc_entry_get(t->space, name);
	struct ipc_message *m =
		ipc_port_take(e->port, UINT32_MAX, &too_large, &after);
	ipc_entry_done(e);
	spin_unlock(&t->space->lock);
	ipc_requests_fire(&after);
	if (m) {
		ipc_right_used(m->dest);
		m->dest = IPC_RIGHT_NULL;
	}
	return m;
}

/* The id of the next notification and its value; 0: none. */
static int32_t notified(struct test_task *t, mach_port_name_t name,
			uint32_t *value)
{
	struct ipc_message *m = next_of(t, name);
	if (!m)
		return 0;
	int32_t id = m->head.msgh_id;
	panic_unless(m->head.msgh_bits & MACH_MSGH_BITS_KERNEL);
	if (m->head.msgh_size > sizeof(m->head))
		*value = ((uint32_t *)ipc_message_body(m))[1];
	ipc_message_destroy(m);
	return id;
}

static enum kr request(struct test_task *t, mach_port_name_t name, int32_t id,
		       uint32_t sync, mach_port_name_t notify,
		       struct ipc_right *previous)
{
	struct ipc_right right =
		notify ? make(t, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE) :
			 IPC_RIGHT_NULL;
	struct ipc_right none = IPC_RIGHT_NULL;
	enum kr kr = ipc_port_op_request_notification(t->space, name, id, sync,
						      right, &none);
	if (kr != KR_SUCCESS)
		ipc_right_used(right);
	else if (previous)
		*previous = none;
	else
		ipc_right_release(none);
	return kr;
}

static void dead_name(void)
{
	uint32_t value = 0;
	mach_port_urefs_t refs;
	create();
	mach_port_name_t n = new_port(&a), p = new_port(&b);
	mach_port_name_t s = give_send(&b, p, &a);
	CHECK_EQ(request(&a, s, MACH_NOTIFY_DEAD_NAME, 0, n, NULL), 0);
	CHECK_EQ(notified(&a, n, &value), 0);
	CHECK_EQ(ipc_port_op_destroy(b.space, p), 0);
	CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_DEAD_NAME);
	CHECK_EQ(value, s);
	CHECK_EQ(notified(&a, n, &value), 0);
	/* One reference was the send right's, one the notification's. */
	CHECK_EQ(ipc_port_op_get_refs(a.space, s, 4, &refs), 0);
	CHECK_EQ(refs, 2);
	/* Already dead: told at once if sync, refused otherwise. */
	CHECK_EQ(request(&a, s, MACH_NOTIFY_DEAD_NAME, 0, n, NULL),
		 KR_INVALID_ARGUMENT);
	CHECK_EQ(request(&a, s, MACH_NOTIFY_DEAD_NAME, 1, n, NULL), 0);
	CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_DEAD_NAME);
	CHECK_EQ(ipc_port_op_get_refs(a.space, s, 4, &refs), 0);
	CHECK_EQ(refs, 3);
	destroy();
}

static void port_deleted(void)
{
	uint32_t value = 0;
	struct ipc_right previous;
	create();
	mach_port_name_t n = new_port(&a), p = new_port(&b);
	mach_port_name_t s = give_send(&b, p, &a);
	CHECK_EQ(request(&a, s, MACH_NOTIFY_DEAD_NAME, 0, n, NULL), 0);
	CHECK_EQ(request(&a, s, MACH_NOTIFY_DEAD_NAME, 0, n, &previous), 0);
	CHECK_EQ(previous.kind, RIGHT_SEND_ONCE);
	ipc_right_release(previous);
	CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_SEND_ONCE);
	CHECK_EQ(ipc_port_op_deallocate(a.space, s), 0);
	CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_PORT_DELETED);
	CHECK_EQ(value, s);
	CHECK_EQ(notified(&a, n, &value), 0);
	destroy();
}

static void no_senders(void)
{
	uint32_t value = 0;
	create();
	mach_port_name_t n = new_port(&a), p = new_port(&a);
	/* None ever: at once, if sync <= the make-send count. */
	CHECK_EQ(request(&a, p, MACH_NOTIFY_NO_SENDERS, 0, n, NULL), 0);
	CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_NO_SENDERS);
	CHECK_EQ(value, 0);
	CHECK_EQ(request(&a, p, MACH_NOTIFY_NO_SENDERS, 1, n, NULL), 0);
	CHECK_EQ(notified(&a, n, &value), 0);
	mach_port_name_t s = give_send(&a, p, &b);
	CHECK_EQ(give_send(&a, p, &b), s);
	CHECK_EQ(ipc_port_op_mod_refs(b.space, s, 0, -1), 0);
	CHECK_EQ(notified(&a, n, &value), 0);
	CHECK_EQ(ipc_port_op_mod_refs(b.space, s, 0, -1), 0);
	CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_NO_SENDERS);
	CHECK_EQ(value, 2);
	/* One shot. */
	s = give_send(&a, p, &b);
	CHECK_EQ(ipc_port_op_deallocate(b.space, s), 0);
	CHECK_EQ(notified(&a, n, &value), 0);
	CHECK_EQ(request(&a, 4711, MACH_NOTIFY_NO_SENDERS, 0, n, NULL),
		 KR_INVALID_NAME);
	s = give_send(&a, p, &b);
	CHECK_EQ(request(&b, s, MACH_NOTIFY_NO_SENDERS, 0, 0, NULL),
		 KR_INVALID_RIGHT);
	CHECK_EQ(request(&a, p, 99, 0, n, NULL), KR_INVALID_VALUE);
	destroy();
}

static void port_destroyed(void)
{
	uint32_t value = 0;
	create();
	mach_port_name_t n = new_port(&a), p = new_port(&b);
	mach_port_name_t s = give_send(&b, p, &a);
	mach_port_name_t in_b = give_send(&a, n, &b);
	struct ipc_right none;
	CHECK_EQ(ipc_port_op_request_notification(
			 b.space, p, MACH_NOTIFY_PORT_DESTROYED, 1,
			 IPC_RIGHT_NULL, &none),
		 KR_INVALID_VALUE);
	CHECK_EQ(ipc_port_op_request_notification(
			 b.space, p, MACH_NOTIFY_PORT_DESTROYED, 0,
			 make(&a, n, MACH_MSG_TYPE_MAKE_SEND_ONCE), &none),
		 0);
	(void)in_b;
	CHECK_EQ(ipc_port_op_destroy(b.space, p), 0);
	struct ipc_message *m = next_of(&a, n);
	CHECK(m != NULL);
	CHECK_EQ(m->head.msgh_id, MACH_NOTIFY_PORT_DESTROYED);
	CHECK(m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX);
	CHECK_EQ(ipc_body_copyout(m, a.space, a.map, false), 0);
	/* The receive right joins the send right that a has. */
	CHECK_EQ(((uint32_t *)ipc_message_body(m))[1], s);
	ipc_message_destroy(m);
	mach_port_type_t type;
	CHECK_EQ(ipc_port_op_type(a.space, s, &type), 0);
	CHECK_EQ(type, MACH_PORT_TYPE_SEND_RECEIVE);
	CHECK_EQ(notified(&a, n, &value), 0);
	destroy();
}

static void send_once_destroyed(void)
{
	uint32_t value = 0;
	mach_port_name_t name;
	mach_port_status_t status;
	create();
	mach_port_name_t p = new_port(&a);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(ipc_space_insert(
				 b.space,
				 make(&a, p, MACH_MSG_TYPE_MAKE_SEND_ONCE),
				 false, &name),
			 0);
	CHECK_EQ(name, 3); /* each has a name of its own */
	CHECK_EQ(ipc_port_op_get_receive_status(a.space, p, &status), 0);
	CHECK_EQ(status.mps_sorights, 3);
	CHECK_EQ(ipc_port_op_deallocate(b.space, 1), 0);
	CHECK_EQ(ipc_port_op_destroy(b.space, 2), 0);
	CHECK_EQ(ipc_port_op_mod_refs(b.space, 3, 2, -1), 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(notified(&a, p, &value), MACH_NOTIFY_SEND_ONCE);
	CHECK_EQ(notified(&a, p, &value), 0);
	CHECK_EQ(ipc_port_op_get_receive_status(a.space, p, &status), 0);
	CHECK_EQ(status.mps_sorights, 0);
	destroy();
}

/* No memory for the message: the notification is owed, not lost. */
static void send_once_is_owed(void)
{
	uint32_t value = 0;
	create();
	mach_port_name_t p = new_port(&a);
	a.account->limit[CHARGE_MESSAGES] = 0;
	for (unsigned i = 0; i < 4; i++)
		ipc_right_release(make(&a, p, MACH_MSG_TYPE_MAKE_SEND_ONCE));
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(notified(&a, p, &value), MACH_NOTIFY_SEND_ONCE);
	CHECK_EQ(notified(&a, p, &value), 0);
	destroy();
}

/* Many requests on one port: all told, none lost, nothing left. */
static void many_requests(void)
{
	enum { N = 2000 };
	uint32_t value = 0;
	create();
	mach_port_name_t n = new_port(&a), p = new_port(&b), name;
	for (unsigned i = 0; i < N; i++) {
		CHECK_EQ(ipc_space_insert(
				 a.space,
				 make(&b, p, MACH_MSG_TYPE_MAKE_SEND_ONCE),
				 false, &name),
			 0);
		CHECK_EQ(request(&a, name, MACH_NOTIFY_DEAD_NAME, 0, n, NULL),
			 0);
	}
	CHECK_EQ(ipc_port_op_destroy(b.space, p), 0);
	for (unsigned i = 0; i < N; i++)
		CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_DEAD_NAME);
	CHECK_EQ(notified(&a, n, &value), 0);
	CHECK_EQ(atomic_get(&a.account->used[CHARGE_REQUESTS]), 0);
	destroy();
}

/* --- the manual's --- */

static void old_port_deleted(void)
{
	uint32_t value = 0;
	mach_port_name_t p, n, s;
	mach_port_type_t type;
	int old;
	create();
	CHECK_EQ(ipc_port25_allocate(b.space, &p), 0);
	CHECK_EQ(ipc_port25_type(b.space, p, &old), 0);
	CHECK_EQ(old, PORT_TYPE_RECEIVE_OWN);
	CHECK_EQ(ipc_port_op_type(b.space, p, &type), 0);
	CHECK_EQ(type, MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_COMPAT);
	n = new_port(&a);
	ipc_space_set_notify(a.space, make(&a, n, MACH_MSG_TYPE_MAKE_SEND));
	CHECK_EQ(ipc_space_insert(a.space, make(&b, p, MACH_MSG_TYPE_MAKE_SEND), true,
				  &s), 0);
	mach_port_name_t again;
	CHECK_EQ(ipc_space_insert(a.space, make(&b, p, MACH_MSG_TYPE_MAKE_SEND), true,
				  &again), 0);
	CHECK_EQ(again, s);
	mach_port_urefs_t refs;
	CHECK_EQ(ipc_port_op_get_refs(a.space, s, 0, &refs), 0);
	CHECK_EQ(refs, 1);
	CHECK_EQ(ipc_port25_deallocate(b.space, p), 0);
	CHECK_EQ(ipc_port_op_type(a.space, s, &type), KR_INVALID_NAME);
	CHECK_EQ(notified(&a, n, &value), MACH_NOTIFY_PORT_DELETED);
	CHECK_EQ(value, s);
	CHECK_EQ(notified(&a, n, &value), 0);
	/* Giving a name up oneself is not told. */
	CHECK_EQ(ipc_port25_allocate(b.space, &p), 0);
	CHECK_EQ(ipc_space_insert(a.space, make(&b, p, MACH_MSG_TYPE_MAKE_SEND), true,
				  &s), 0);
	CHECK_EQ(ipc_port25_deallocate(a.space, s), 0);
	CHECK_EQ(ipc_port25_deallocate(b.space, p), 0);
	CHECK_EQ(notified(&a, n, &value), 0);
	destroy();
}

static void compat_becomes_native(void)
{
	mach_port_name_t p, s;
	mach_port_type_t type;
	mach_port_urefs_t refs;
	create();
	CHECK_EQ(ipc_port25_allocate(b.space, &p), 0);
	CHECK_EQ(ipc_space_insert(a.space, make(&b, p, MACH_MSG_TYPE_MAKE_SEND), true,
				  &s), 0);
	/* A native receipt: its one reference counts. */
	CHECK_EQ(ipc_space_insert(a.space, make(&b, p, MACH_MSG_TYPE_MAKE_SEND), false,
				  &s), 0);
	CHECK_EQ(ipc_port_op_type(a.space, s, &type), 0);
	CHECK_EQ(type, MACH_PORT_TYPE_SEND);
	CHECK_EQ(ipc_port_op_get_refs(a.space, s, 0, &refs), 0);
	CHECK_EQ(refs, 2);
	/* A compat receipt on a native entry changes nothing. */
	CHECK_EQ(ipc_space_insert(a.space, make(&b, p, MACH_MSG_TYPE_MAKE_SEND), true,
				  &s), 0);
	CHECK_EQ(ipc_port_op_get_refs(a.space, s, 0, &refs), 0);
	CHECK_EQ(refs, 2);
	CHECK_EQ(ipc_port_op_type(a.space, s, &type), 0);
	CHECK_EQ(type, MACH_PORT_TYPE_SEND);
	/* mod_refs makes native, too. */
	CHECK_EQ(ipc_port_op_mod_refs(b.space, p, 0, 1), 0);
	CHECK_EQ(ipc_port_op_type(b.space, p, &type), 0);
	CHECK_EQ(type, MACH_PORT_TYPE_SEND_RECEIVE);
	destroy();
}

static void backup(void)
{
	struct ipc_right previous;
	mach_port_name_t p, n;
	create();
	CHECK_EQ(ipc_port25_allocate(b.space, &p), 0);
	n = new_port(&a);
	CHECK_EQ(ipc_port25_set_backup(b.space, p,
				       make(&a, n, MACH_MSG_TYPE_MAKE_SEND),
				       &previous), 0);
	CHECK_EQ(previous.kind, RIGHT_NONE);
	CHECK_EQ(ipc_port25_set_backup(b.space, p,
				       make(&a, n, MACH_MSG_TYPE_MAKE_SEND),
				       &previous), 0);
	CHECK_EQ(previous.kind, RIGHT_SEND);
	ipc_right_release(previous);
	ipc_space_terminate(b.space);
	struct ipc_message *m = next_of(&a, n);
	CHECK(m && m->head.msgh_id == NOTIFY_PORT_DESTROYED);
	ipc_message_destroy(m);
	destroy();
}

/* --- rings --- */

/* The receive right named from goes into a message to dest. */
static void move_into(struct test_task *t, mach_port_name_t from,
		      struct ipc_port *dest)
{
	struct ipc_message *m = ipc_message_alloc(sizeof(mach_notification_t));
	panic_unless(m != NULL);
	ipc_notify_fill(m, 1, TYPE_WORD(16, 32, 1), 1);
	panic_unless(ipc_message_add_items(m, 1));
	m->items[0].kind = ITEM_RIGHT;
	m->items[0].offset = sizeof(uint32_t);
	m->items[0].right = make(t, from, MACH_MSG_TYPE_MOVE_RECEIVE);
	m->dest = ipc_right_make_send(dest);
	ipc_message_enter_transit(m);
	ipc_message_post(m);
}

static struct ipc_port *port_of(struct test_task *t, mach_port_name_t name)
{
	spin_lock(&t->space->lock);
	struct ipc_port *port = ipc_entry_lookup(t->space, name)->port;
	spin_unlock(&t->space->lock);
	return port;
}

static void ring_of(unsigned n)
{
	static mach_port_name_t names[1000];
	static struct ipc_port *ports[1000];
	for (unsigned i = 0; i < n; i++) {
		names[i] = new_port(&a);
		ports[i] = port_of(&a, names[i]);
	}
	for (unsigned i = 0; i < n; i++)
		move_into(&a, names[i], ports[(i + 1) % n]);
}

static void rings(void)
{
	static const unsigned sizes[] = {1, 2, 3, 10, 100, 1000};
	for (unsigned i = 0; i < 6; i++) {
		test_task_create(&a);
		size_t before = test_census();
		ring_of(sizes[i]);
		/* Everything but the table's growth is gone already. */
		uint32_t live = a.space->live;
		CHECK_EQ(live, 0);
		CHECK_EQ(atomic_get(&a.account->used[CHARGE_PORTS]), 0);
		(void)before;
		test_task_destroy(&a);
	}
}

static void long_chain_is_no_ring(void)
{
	create();
	mach_port_name_t last = new_port(&b), first = last;
	for (unsigned i = 0; i < 500; i++) {
		mach_port_name_t p = new_port(&b);
		struct ipc_port *port = port_of(&b, p);
		move_into(&b, last, port);
		last = p;
	}
	(void)first;
	CHECK_EQ(atomic_get(&b.account->used[CHARGE_PORTS]), 501);
	CHECK_EQ(ipc_port_op_destroy(b.space, last), 0);
	CHECK_EQ(atomic_get(&b.account->used[CHARGE_PORTS]), 0);
	destroy();
}

/* A port whose heir is itself. */
static void own_heir(void)
{
	test_task_create(&a);
	mach_port_name_t p = new_port(&a);
	CHECK_EQ(request(&a, p, MACH_NOTIFY_PORT_DESTROYED, 0, p, NULL), 0);
	CHECK_EQ(ipc_port_op_destroy(a.space, p), 0);
	CHECK_EQ(atomic_get(&a.account->used[CHARGE_PORTS]), 0);
	test_task_destroy(&a);
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(dead_name);
	RUN_COUNTED(port_deleted);
	RUN_COUNTED(no_senders);
	RUN_COUNTED(port_destroyed);
	RUN_COUNTED(send_once_destroyed);
	RUN_COUNTED(send_once_is_owed);
	RUN_COUNTED(many_requests);
	RUN_COUNTED(old_port_deleted);
	RUN_COUNTED(compat_becomes_native);
	RUN_COUNTED(backup);
	RUN_COUNTED(rings);
	RUN_COUNTED(long_chain_is_no_ring);
	RUN_COUNTED(own_heir);
}

TEST_MAIN(body)
