/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and rights: mach_port_*, every case of the interface. Twins are run
 * as trap and as RPC, which must agree.
 */
#include "lib/test.h"

#define SELF mach_task_self()

/* One operation on names in a known state, in both forms. */
struct port_calls {
	kern_return_t (*allocate)(mach_port_t, mach_port_right_t,
				  mach_port_t *);
	kern_return_t (*deallocate)(mach_port_t, mach_port_t);
	kern_return_t (*destroy)(mach_port_t, mach_port_t);
	kern_return_t (*mod_refs)(mach_port_t, mach_port_t, mach_port_right_t,
				  mach_port_delta_t);
	kern_return_t (*insert)(mach_port_t, mach_port_t, mach_port_t,
				mach_msg_type_name_t);
};

static const struct port_calls forms[] = {
	{mach_port_allocate, mach_port_deallocate, mach_port_destroy,
	 mach_port_mod_refs, mach_port_insert_right},
	{mach_port_allocate_rpc, mach_port_deallocate_rpc,
	 mach_port_destroy_rpc, mach_port_mod_refs_rpc,
	 mach_port_insert_right_rpc},
};
#define FORMS 2

/* A name of each kind. */
enum kind {
	K_RECEIVE, K_SEND, K_BOTH, K_SEND_ONCE, K_SET, K_DEAD, K_NOTHING,
	K_NULL, K_DEAD_VALUE, KINDS
};

static mach_port_t holder; /* keeps ports alive whose right is tested */

static mach_port_t extract(mach_port_t receive, mach_msg_type_name_t type)
{
	mach_port_t name = MACH_PORT_NULL;
	mach_msg_type_name_t got;

	OK(mach_port_extract_right(SELF, receive, type, &name, &got));
	return name;
}

static mach_port_t dead_name(void)
{
	mach_port_t name = port_new_send();

	OK(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_RECEIVE, -1));
	return name;
}

static mach_port_t make(enum kind kind)
{
	mach_port_t name = MACH_PORT_NULL;

	switch (kind) {
	case K_RECEIVE:
		return port_new();
	case K_SEND:
		/* The task's own port: its receive right is the kernel's. */
		OK(task_get_special_port(SELF, TASK_KERNEL_PORT, &name));
		return name;
	case K_BOTH:
		return port_new_send();
	case K_SEND_ONCE:
		return extract(holder, MACH_MSG_TYPE_MAKE_SEND_ONCE);
	case K_SET:
		OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &name));
		return name;
	case K_DEAD:
		return dead_name();
	case K_NOTHING:
		name = port_new();
		port_gone(name);
		return name;
	case K_NULL:
		return MACH_PORT_NULL;
	default:
		return MACH_PORT_DEAD;
	}
}

static void clean(enum kind kind, mach_port_t name)
{
	if (kind == K_SEND)
		mach_port_deallocate(SELF, name);
	else if (kind < K_NOTHING && port_valid(name))
		mach_port_destroy(SELF, name);
}

/* Checklist: IPC-13 */
static void allocate_kinds(void)
{
	static const struct {
		mach_port_right_t right;
		kern_return_t want;
	} cases[] = {
		{MACH_PORT_RIGHT_SEND, KERN_INVALID_VALUE},
		{MACH_PORT_RIGHT_RECEIVE, KERN_SUCCESS},
		{MACH_PORT_RIGHT_SEND_ONCE, KERN_INVALID_VALUE},
		{MACH_PORT_RIGHT_PORT_SET, KERN_SUCCESS},
		{MACH_PORT_RIGHT_DEAD_NAME, KERN_SUCCESS},
		{MACH_PORT_RIGHT_NUMBER, KERN_INVALID_VALUE},
		{~0u, KERN_INVALID_VALUE},
	};

	for (unsigned f = 0; f < FORMS; f++)
		for (unsigned i = 0; i < 7; i++) {
			mach_port_t name = 0x1234;

			CODE(forms[f].allocate(SELF, cases[i].right, &name),
			     cases[i].want);
			if (cases[i].want == KERN_SUCCESS) {
				CHECK(MACH_PORT_VALID(name));
				EQUAL(port_refs(name, cases[i].right), 1);
				port_gone(name);
			} else {
				EQUAL(name, 0x1234);
			}
		}
}

/* Checklist: IPC-10 */
static void allocate_named(void)
{
	mach_port_t name = 0x70001, other;

	OK(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE, name));
	CODE(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE, name),
	     KERN_NAME_EXISTS);
	CODE(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE,
				     MACH_PORT_NULL),
	     KERN_INVALID_VALUE);
	CODE(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE,
				     MACH_PORT_DEAD),
	     KERN_INVALID_VALUE);
	CODE(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_SEND, 0x70002),
	     KERN_INVALID_VALUE);
	/* The manual's example: one port, 13 here and 17 there; here, renamed
	 * from one to the other. */
	OK(mach_port_rename(SELF, name, 0x70017));
	CHECK(!port_valid(name));
	CHECK(port_valid(0x70017));
	CODE(mach_port_rename(SELF, name, 0x70018), KERN_INVALID_NAME);
	other = port_new();
	CODE(mach_port_rename(SELF, 0x70017, other), KERN_NAME_EXISTS);
	CODE(mach_port_rename(SELF, 0x70017, MACH_PORT_NULL),
	     KERN_INVALID_VALUE);
	CODE(mach_port_rename(SELF, 0x70017, MACH_PORT_DEAD),
	     KERN_INVALID_VALUE);
	port_gone(other);
	port_gone(0x70017);
}

/* Checklist: IPC-03 IPC-13 */
static void deallocate_table(void)
{
	static const kern_return_t want[KINDS] = {
		[K_RECEIVE] = KERN_INVALID_RIGHT,
		[K_SEND] = KERN_SUCCESS,
		[K_BOTH] = KERN_SUCCESS,
		[K_SEND_ONCE] = KERN_SUCCESS,
		[K_SET] = KERN_INVALID_RIGHT,
		[K_DEAD] = KERN_SUCCESS,
		[K_NOTHING] = KERN_INVALID_NAME,
		[K_NULL] = KERN_INVALID_NAME,
		[K_DEAD_VALUE] = KERN_INVALID_NAME,
	};

	for (unsigned f = 0; f < FORMS; f++)
		for (unsigned k = 0; k < KINDS; k++) {
			mach_port_t name = make(k);
			kern_return_t kr = forms[f].deallocate(SELF, name);

			if (kr != want[k])
				test_fail(__FILE__, __LINE__,
					  "form %u, kind %u: %s", f, k,
					  mach_error_string(kr));
			if (k != K_SEND || kr != KERN_SUCCESS)
				clean(k, name);
		}
}

/* Checklist: IPC-13 */
static void destroy_table(void)
{
	for (unsigned f = 0; f < FORMS; f++)
		for (unsigned k = 0; k < KINDS; k++) {
			mach_port_t name;
			kern_return_t want = k >= K_NOTHING ? KERN_INVALID_NAME
							    : KERN_SUCCESS;

			if (k == K_SEND)
				continue; /* the task's own port is needed */
			name = make(k);
			CODE(forms[f].destroy(SELF, name), want);
			CHECK(!port_valid(name));
		}
}

struct refs_case {
	enum kind kind;
	mach_port_right_t right;
	mach_port_delta_t delta;
	kern_return_t want;
};

/* Checklist: IPC-03 */
static void mod_refs_table(void)
{
	static const struct refs_case cases[] = {
		{K_RECEIVE, MACH_PORT_RIGHT_RECEIVE, 0, KERN_SUCCESS},
		{K_RECEIVE, MACH_PORT_RIGHT_RECEIVE, 1, KERN_INVALID_VALUE},
		{K_RECEIVE, MACH_PORT_RIGHT_RECEIVE, -2, KERN_INVALID_VALUE},
		{K_RECEIVE, MACH_PORT_RIGHT_RECEIVE, -1, KERN_SUCCESS},
		{K_RECEIVE, MACH_PORT_RIGHT_SEND, 1, KERN_INVALID_RIGHT},
		{K_RECEIVE, MACH_PORT_RIGHT_NUMBER, 0, KERN_INVALID_VALUE},
		{K_BOTH, MACH_PORT_RIGHT_SEND, 1, KERN_SUCCESS},
		{K_BOTH, MACH_PORT_RIGHT_SEND, -1, KERN_SUCCESS},
		{K_BOTH, MACH_PORT_RIGHT_SEND, -2, KERN_INVALID_VALUE},
		{K_BOTH, MACH_PORT_RIGHT_SEND, 0x7fffffff, KERN_UREFS_OVERFLOW},
		{K_BOTH, MACH_PORT_RIGHT_SEND, -0x7fffffff - 1,
		 KERN_INVALID_VALUE},
		{K_BOTH, MACH_PORT_RIGHT_SEND, 65533, KERN_SUCCESS},
		{K_BOTH, MACH_PORT_RIGHT_SEND, 65534, KERN_UREFS_OVERFLOW},
		{K_SEND_ONCE, MACH_PORT_RIGHT_SEND_ONCE, 1, KERN_INVALID_VALUE},
		{K_SEND_ONCE, MACH_PORT_RIGHT_SEND_ONCE, -1, KERN_SUCCESS},
		{K_SEND_ONCE, MACH_PORT_RIGHT_SEND, -1, KERN_INVALID_RIGHT},
		{K_SET, MACH_PORT_RIGHT_PORT_SET, 1, KERN_INVALID_VALUE},
		{K_SET, MACH_PORT_RIGHT_PORT_SET, -1, KERN_SUCCESS},
		{K_SET, MACH_PORT_RIGHT_RECEIVE, -1, KERN_INVALID_RIGHT},
		{K_DEAD, MACH_PORT_RIGHT_DEAD_NAME, 1, KERN_SUCCESS},
		{K_DEAD, MACH_PORT_RIGHT_DEAD_NAME, -1, KERN_SUCCESS},
		{K_DEAD, MACH_PORT_RIGHT_SEND, -1, KERN_INVALID_RIGHT},
		{K_NOTHING, MACH_PORT_RIGHT_SEND, -1, KERN_INVALID_NAME},
		{K_NULL, MACH_PORT_RIGHT_SEND, 1, KERN_INVALID_NAME},
	};

	for (unsigned f = 0; f < FORMS; f++)
		for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
			const struct refs_case *c = &cases[i];
			mach_port_t name = make(c->kind);
			kern_return_t kr = forms[f].mod_refs(
				SELF, name, c->right, c->delta);

			if (kr != c->want)
				test_fail(__FILE__, __LINE__,
					  "form %u, case %u: %s", f, i,
					  mach_error_string(kr));
			clean(c->kind, name);
		}
}

/* Checklist: IPC-03 IPC-15 */
static void insert_table(void)
{
	static const struct {
		enum kind kind;
		mach_msg_type_name_t type;
		kern_return_t want; /* into a free name */
	} cases[] = {
		{K_RECEIVE, MACH_MSG_TYPE_MAKE_SEND, KERN_RIGHT_EXISTS},
		{K_BOTH, MACH_MSG_TYPE_COPY_SEND, KERN_RIGHT_EXISTS},
		{K_RECEIVE, MACH_MSG_TYPE_MAKE_SEND_ONCE, KERN_SUCCESS},
	};

	for (unsigned f = 0; f < FORMS; f++)
		for (unsigned i = 0; i < 3; i++) {
			mach_port_t right = make(cases[i].kind);
			mach_port_t name = 0x70100;

			CODE(forms[f].insert(SELF, name, right, cases[i].type),
			     cases[i].want);
			if (cases[i].want == KERN_SUCCESS)
				port_gone(name);
			clean(cases[i].kind, right);
		}
	for (unsigned f = 0; f < FORMS; f++) {
		mach_port_t port = port_new(), other = port_new();

		OK(forms[f].insert(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND));
		EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
		OK(forms[f].insert(SELF, port, port, MACH_MSG_TYPE_COPY_SEND));
		EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 2);
		CODE(forms[f].insert(SELF, other, port,
				     MACH_MSG_TYPE_COPY_SEND),
		     KERN_NAME_EXISTS);
		CODE(forms[f].insert(SELF, MACH_PORT_NULL, port,
				     MACH_MSG_TYPE_COPY_SEND),
		     KERN_INVALID_VALUE);
		CODE(forms[f].insert(SELF, MACH_PORT_DEAD, port,
				     MACH_MSG_TYPE_COPY_SEND),
		     KERN_INVALID_VALUE);
		CODE(forms[f].insert(SELF, 0x70101, MACH_PORT_NULL,
				     MACH_MSG_TYPE_COPY_SEND),
		     KERN_INVALID_CAPABILITY);
		port_gone(port);
		port_gone(other);
	}
}

/* The overflow rule: explicit operations fail, receipts are pegged. */
static void urefs_pegged(void)
{
	mach_port_t port = port_new_send();

	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, 65533));
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 65534);
	CODE(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, 1),
	     KERN_UREFS_OVERFLOW);
	CODE(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_COPY_SEND),
	     KERN_UREFS_OVERFLOW);
	CHECK(extract(port, MACH_MSG_TYPE_MAKE_SEND) == port);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 65534);
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	EQUAL(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 65534);
	port_gone(port);
}

/* The same by messages: five arrays of 16,383 rights each. The count stops at
 * the limit, and the name lives until that many were given up. */
static void urefs_by_arrays(void)
{
	enum { COUNT = 16383 };
	static mach_port_t list[COUNT];
	mach_port_t queue = port_new(), port = port_new_send(), previous;
	struct {
		mach_msg_header_t head;
		mach_msg_type_long_t type;
		u64_a4 names;
	} m;

	for (unsigned i = 0; i < COUNT; i++)
		list[i] = port;
	for (unsigned round = 1; round <= 5; round++) {
		unsigned want = 1 + round * COUNT;

		m.head = (mach_msg_header_t){
			.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				     MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
			.msgh_remote_port = queue,
		};
		m.type = (mach_msg_type_long_t){
			.msgtl_header = {.msgt_longform = TRUE},
			.msgtl_name = MACH_MSG_TYPE_COPY_SEND,
			.msgtl_size = 32,
			.msgtl_number = COUNT,
		};
		m.names = (vm_address_t)list;
		OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
		OK_OR_RETURN(mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, queue,
				      0, 0));
		EQUAL(((mach_port_t *)m.names)[COUNT - 1], port);
		OK(vm_deallocate(SELF, m.names, sizeof list));
		EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND),
		      want < 65534 ? want : 65534);
	}
	/* A death that is told has room for its reference. */
	OK(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 0,
					  queue, MACH_MSG_TYPE_MAKE_SEND_ONCE,
					  &previous));
	OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1));
	EQUAL(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 65535);
	CODE(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 1,
					    queue, MACH_MSG_TYPE_MAKE_SEND_ONCE,
					    &previous),
	     KERN_UREFS_OVERFLOW);
	for (unsigned i = 0; i < 65534; i++)
		if (mach_port_deallocate(SELF, port) != KERN_SUCCESS) {
			test_fail(__FILE__, __LINE__, "reference %u", i);
			break;
		}
	EQUAL(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 1);
	OK(mach_port_deallocate(SELF, port));
	CHECK(!port_valid(port));
	port_gone(queue);
}

/* Checklist: IPC-03 */
static void extract_table(void)
{
	mach_port_t port = port_new(), name;
	mach_msg_type_name_t type;

	CODE(mach_port_extract_right(SELF, port, MACH_MSG_TYPE_COPY_SEND, &name,
				     &type),
	     KERN_INVALID_RIGHT);
	CODE(mach_port_extract_right(SELF, port, 99, &name, &type),
	     KERN_INVALID_VALUE);
	CODE(mach_port_extract_right(SELF, 0x7fff0, MACH_MSG_TYPE_MAKE_SEND,
				     &name, &type),
	     KERN_INVALID_NAME);
	OK(mach_port_extract_right(SELF, port, MACH_MSG_TYPE_MAKE_SEND, &name,
				   &type));
	EQUAL(name, port);
	EQUAL(type, MACH_MSG_TYPE_PORT_SEND);
	OK(mach_port_extract_right(SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE,
				   &name, &type));
	EQUAL(type, MACH_MSG_TYPE_PORT_SEND_ONCE);
	CHECK(name != port);
	port_gone(name);
	port_gone(port);
}

static void types_and_refs(void)
{
	static const struct {
		enum kind kind;
		mach_port_type_t type;
	} cases[] = {
		{K_RECEIVE, MACH_PORT_TYPE_RECEIVE},
		{K_BOTH, MACH_PORT_TYPE_SEND_RECEIVE},
		{K_SEND_ONCE, MACH_PORT_TYPE_SEND_ONCE},
		{K_SET, MACH_PORT_TYPE_PORT_SET},
		{K_DEAD, MACH_PORT_TYPE_DEAD_NAME},
	};

	for (unsigned i = 0; i < 5; i++) {
		mach_port_t name = make(cases[i].kind);
		mach_port_type_t type = 0;

		OK(mach_port_type(SELF, name, &type));
		EQUAL(type, cases[i].type);
		/* Held, but of another kind: no references and success. */
		for (mach_port_right_t r = 0; r < MACH_PORT_RIGHT_NUMBER; r++)
			EQUAL(port_refs(name, r),
			      (type & MACH_PORT_TYPE(r)) != 0);
		clean(cases[i].kind, name);
	}
	EQUAL(port_refs(MACH_PORT_NULL, MACH_PORT_RIGHT_SEND), -1);
}

static void names_list(void)
{
	mach_port_t port = port_new_send();
	mach_port_array_t names = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t n = 0, m = 0, found = 0;

	OK_OR_RETURN(mach_port_names(SELF, &names, &n, &types, &m));
	EQUAL(n, m);
	for (unsigned i = 0; i < n; i++)
		if (names[i] == port) {
			EQUAL(types[i], MACH_PORT_TYPE_SEND_RECEIVE);
			found++;
		}
	EQUAL(found, 1);
	OK(vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names));
	OK(vm_deallocate(SELF, (vm_address_t)types, m * sizeof *types));
	port_gone(port);
}

/* Checklist: IPC-04 */
static void guessed_names(void)
{
	mach_port_t mine = port_new();
	unsigned hits = 0, seed = 1;

	for (unsigned i = 0; i < 2000; i++) {
		mach_msg_header_t m = {
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			.msgh_id = 7,
		};

		seed = seed * 1103515245 + 12345;
		m.msgh_remote_port = (seed & 0xfff00000) | 0x80000 |
				     (seed >> 8 & 0x7ffff);
		hits += mach_msg(&m, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
				 sizeof m, 0, 0, 0, 0) !=
			MACH_SEND_INVALID_DEST;
	}
	EQUAL(hits, 0);
	port_gone(mine);
}

/* A freed name must not come back soon. */
static void names_not_reused(void)
{
	mach_port_t first = port_new();
	bool seen = false;

	port_gone(first);
	for (unsigned i = 0; i < 5000; i++) {
		mach_port_t name = port_new();

		seen = seen || name == first;
		port_gone(name);
	}
	CHECK(!seen);
	CODE(mach_port_deallocate(SELF, first), KERN_INVALID_NAME);
}

static void receive_status(void)
{
	mach_port_t port = port_new(), set, once;
	mach_port_status_t s;

	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
	OK(mach_port_get_receive_status(SELF, port, &s));
	EQUAL(s.mps_pset, MACH_PORT_NULL);
	EQUAL(s.mps_seqno, 0);
	EQUAL(s.mps_mscount, 0);
	EQUAL(s.mps_qlimit, MACH_PORT_QLIMIT_DEFAULT);
	EQUAL(s.mps_msgcount, 0);
	EQUAL(s.mps_sorights, 0);
	EQUAL(s.mps_srights, FALSE);
	OK(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND));
	once = extract(port, MACH_MSG_TYPE_MAKE_SEND_ONCE);
	OK(mach_port_move_member(SELF, port, set));
	OK(mach_port_get_receive_status(SELF, port, &s));
	EQUAL(s.mps_pset, set);
	EQUAL(s.mps_mscount, 1);
	EQUAL(s.mps_sorights, 1);
	EQUAL(s.mps_srights, TRUE);
	OK(mach_port_set_mscount(SELF, port, 77));
	OK(mach_port_set_seqno(SELF, port, 99));
	OK(mach_port_get_receive_status(SELF, port, &s));
	EQUAL(s.mps_mscount, 77);
	EQUAL(s.mps_seqno, 99);
	CODE(mach_port_get_receive_status(SELF, set, &s), KERN_INVALID_RIGHT);
	CODE(mach_port_set_mscount(SELF, set, 1), KERN_INVALID_RIGHT);
	CODE(mach_port_set_seqno(SELF, once, 1), KERN_INVALID_RIGHT);
	port_gone(once);
	port_gone(port);
	port_gone(set);
}

/* Checklist: IPC-01 */
static void queue_limit_range(void)
{
	static const struct {
		unsigned limit;
		kern_return_t want;
	} cases[] = {{0, KERN_INVALID_VALUE}, {1, KERN_SUCCESS},
		     {16, KERN_SUCCESS}, {17, KERN_INVALID_VALUE},
		     {~0u, KERN_INVALID_VALUE}};
	mach_port_t port = port_new();

	for (unsigned i = 0; i < 5; i++)
		CODE(mach_port_set_qlimit(SELF, port, cases[i].limit),
		     cases[i].want);
	port_gone(port);
	CODE(mach_port_set_qlimit(SELF, port, 5), KERN_INVALID_NAME);
}

/* Checklist: IPC-14 IPC-15 */
static void sets(void)
{
	mach_port_t a = port_new(), b = port_new(), s, t;
	mach_port_array_t members = NULL;
	mach_msg_type_number_t n = 0;

	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &s));
	OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &t));
	CODE(mach_port_move_member(SELF, a, MACH_PORT_NULL), KERN_NOT_IN_SET);
	OK(mach_port_move_member(SELF, a, s));
	OK(mach_port_move_member(SELF, b, s));
	OK(mach_port_get_set_status(SELF, s, &members, &n));
	EQUAL(n, 2);
	vm_deallocate(SELF, (vm_address_t)members, n * sizeof *members);
	OK(mach_port_move_member(SELF, a, t)); /* leaves the first */
	OK(mach_port_get_set_status(SELF, s, &members, &n));
	EQUAL(n, 1);
	vm_deallocate(SELF, (vm_address_t)members, n * sizeof *members);
	CODE(mach_port_move_member(SELF, a, b), KERN_INVALID_RIGHT);
	CODE(mach_port_move_member(SELF, s, t), KERN_INVALID_RIGHT);
	CODE(mach_port_move_member(SELF, 0x7fff1, t), KERN_INVALID_NAME);
	CODE(mach_port_get_set_status(SELF, a, &members, &n),
	     KERN_INVALID_RIGHT);
	port_gone(t); /* the member survives, in no set */
	CODE(mach_port_move_member(SELF, a, MACH_PORT_NULL), KERN_NOT_IN_SET);
	CODE(mach_port_insert_right(SELF, 0x70200, s, MACH_MSG_TYPE_COPY_SEND),
	     MACH_SEND_INVALID_RIGHT);
	port_gone(s);
	port_gone(a);
	port_gone(b);
}

/* Every call on a target that is no task. */
static void bad_targets(void)
{
	mach_port_t port = port_new_send(), name;
	mach_port_t targets[] = {MACH_PORT_NULL, MACH_PORT_DEAD, 0x7fff2};

	for (unsigned i = 0; i < 3; i++) {
		CHECK(mach_port_allocate(targets[i], MACH_PORT_RIGHT_RECEIVE,
					 &name) != KERN_SUCCESS);
		CHECK(mach_port_deallocate(targets[i], port) != KERN_SUCCESS);
		CHECK(mach_port_destroy(targets[i], port) != KERN_SUCCESS);
	}
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
	port_gone(port);
}

/* The names of many ports stay distinct and all work. */
static void many_names(void)
{
	static mach_port_t names[3000];
	unsigned bad = 0;

	for (unsigned i = 0; i < 3000; i++)
		names[i] = port_new();
	for (unsigned i = 0; i < 3000; i++)
		bad += port_refs(names[i], MACH_PORT_RIGHT_RECEIVE) != 1;
	for (unsigned i = 0; i < 3000; i++)
		bad += mach_port_destroy(SELF, names[i]) != KERN_SUCCESS;
	EQUAL(bad, 0);
}

static void holder_make(void)
{
	holder = port_new();
	CHECK(MACH_PORT_VALID(holder));
}

static const struct test tests[] = {
	TEST(holder_make),	TEST(allocate_kinds), TEST(allocate_named),
	TEST(deallocate_table), TEST(destroy_table),  TEST(mod_refs_table),
	TEST(insert_table),	TEST(urefs_pegged), TEST(urefs_by_arrays),   TEST(extract_table),
	TEST(types_and_refs),	TEST(names_list),     TEST(guessed_names),
	TEST(names_not_reused), TEST(receive_status), TEST(queue_limit_range),
	TEST(sets),		TEST(bad_targets),    TEST(many_names),
};
TEST_MAIN(tests)
