/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client of the manual's interface and a native server, the reverse, and
 * like with like: every kind of right in both directions, in line and in
 * arrays out of line. Each party uses the right it got in its own way, and at
 * the end has the names it had at the beginning.
 *
 * Checklist: IPC-03 IPC-05 IPC-12 MSG-02 MSG-06
 */
#include "lib/test.h"

#define SELF	mach_task_self()
#define SERVICE 0x7b001 /* the server's name for its port */

enum dialect { NATIVE, OLD };
enum kind { SEND, RECEIVE, ONCE, NOTHING, DEAD, KINDS };

/* Message ids: the kind, and what for. */
enum { ASK = 0, ANSWER = 100, USED = 1000, QUEUED = 2000, TRIED = 3000 };

/* --- one message, either way --- */

struct packet {
	union {
		mach_msg_header_t n;
		msg_header_t o;
	} head;
	mach_msg_type_t type;
	union {
		mach_port_t name;
		u64_a4 names;
	} u;
	char room[80];
};

struct item {
	bool none, array;
	mach_msg_type_name_t how; /* sent: disposition; heard: what is seen */
	bool deallocate;
	mach_port_t name;
};

/* Where to, and how a native sender says so. */
struct way {
	mach_port_t dest, reply;
	mach_msg_type_name_t dest_how, reply_how;
};

static unsigned put_item(struct packet *p, const struct item *it,
			 mach_port_t *store)
{
	if (it->none)
		return sizeof p->head;
	*store = it->name;
	p->type = (mach_msg_type_t){
		.msgt_name = it->how,
		.msgt_size = 32,
		.msgt_number = 1,
		.msgt_inline = !it->array,
		.msgt_deallocate = it->deallocate && !it->array,
	};
	if (it->array)
		p->u.names = (vm_address_t)store;
	else
		p->u.name = it->name;
	return sizeof p->head + 4 + (it->array ? 8 : 4);
}

static int tell(enum dialect d, const struct way *w, int id,
		const struct item *it)
{
	struct packet p = {0};
	mach_port_t store;
	unsigned size = put_item(&p, it, &store);

	if (d == OLD) {
		p.head.o = (msg_header_t){
			.msg_simple = it->none,
			.msg_size = size,
			.msg_remote_port = w->dest,
			.msg_local_port = w->reply,
			.msg_id = id,
		};
		return msg_send(&p.head.o, SEND_TIMEOUT, 1000);
	}
	p.head.n = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(w->dest_how, w->reply_how) |
			     (it->none ? 0 : MACH_MSGH_BITS_COMPLEX),
		.msgh_remote_port = w->dest,
		.msgh_local_port = w->reply,
		.msgh_id = id,
	};
	return mach_msg(&p.head.n, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size, 0,
			0, 1000, 0);
}

static const struct item no_item = {.none = true};

struct heard {
	int id;
	mach_port_t remote;
	mach_msg_type_name_t remote_how;
	struct item item;
};

static void take_item(const struct packet *p, bool complex, struct item *it)
{
	*it = (struct item){.none = !complex};
	if (!complex)
		return;
	it->how = p->type.msgt_name;
	it->array = !p->type.msgt_inline;
	it->name = p->u.name;
	if (it->array) {
		it->name = *(mach_port_t *)p->u.names;
		vm_deallocate(SELF, p->u.names, sizeof(mach_port_t));
	}
}

static int hear(enum dialect d, mach_port_t port, struct heard *h)
{
	struct packet p;
	int code;

	if (d == OLD) {
		p.head.o.msg_local_port = port;
		p.head.o.msg_size = sizeof p;
		code = msg_receive(&p.head.o, RCV_TIMEOUT, 3000);
		h->id = p.head.o.msg_id;
		h->remote = p.head.o.msg_remote_port;
		if (code == RCV_SUCCESS)
			take_item(&p, !p.head.o.msg_simple, &h->item);
		return code;
	}
	code = mach_msg(&p.head.n, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof p,
			port, 3000, 0);
	h->id = p.head.n.msgh_id;
	h->remote = p.head.n.msgh_remote_port;
	h->remote_how = MACH_MSGH_BITS_REMOTE(p.head.n.msgh_bits);
	if (code == MACH_MSG_SUCCESS)
		take_item(&p, p.head.n.msgh_bits & MACH_MSGH_BITS_COMPLEX,
			  &h->item);
	return code;
}

/* --- rights, either way --- */

static mach_port_t make_port(enum dialect d)
{
	mach_port_t name = MACH_PORT_NULL;

	if (d == OLD)
		OK(port_allocate(SELF, &name));
	else
		OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name));
	return name;
}

static void drop_port(enum dialect d, mach_port_t name)
{
	if (d == OLD)
		OK(port_deallocate(SELF, name));
	else
		OK(mach_port_destroy(SELF, name));
}

/* Used up, or given up. */
static void drop_send(enum dialect d, mach_port_t name)
{
	if (d == OLD)
		OK(port_deallocate(SELF, name));
	else
		OK(mach_port_deallocate(SELF, name));
}

static mach_msg_type_name_t seen_as(enum dialect d, enum kind kind)
{
	static const mach_msg_type_name_t native[KINDS] = {
		[SEND] = MACH_MSG_TYPE_PORT_SEND,
		[RECEIVE] = MACH_MSG_TYPE_PORT_RECEIVE,
		[ONCE] = MACH_MSG_TYPE_PORT_SEND_ONCE,
		[NOTHING] = MACH_MSG_TYPE_PORT_SEND,
		[DEAD] = MACH_MSG_TYPE_PORT_SEND,
	};

	if (d == NATIVE)
		return native[kind];
	return kind == RECEIVE ? MSG_TYPE_PORT_ALL : MSG_TYPE_PORT;
}

/* A message to a right that came in a message; the right is gone afterwards. */
static bool use(enum dialect d, mach_port_t name, mach_msg_type_name_t how,
		int id)
{
	struct way w = {.dest = name, .dest_how = how};

	if (!OK(tell(d, &w, id, &no_item)))
		return false;
	/* An old name goes when its port dies, which may be now. */
	if (d == OLD)
		(void)port_deallocate(SELF, name);
	return CHECK(!port_valid(name));
}

static mach_msg_type_name_t move_of(mach_msg_type_name_t seen)
{
	return seen == MACH_MSG_TYPE_PORT_SEND_ONCE ?
		       MACH_MSG_TYPE_MOVE_SEND_ONCE :
		       MACH_MSG_TYPE_MOVE_SEND;
}

/* A right of that kind as a sender writes it. port: the receive right there is
 * or comes to be. */
static struct item item_of(enum dialect d, enum kind kind, bool array,
			   mach_port_t port)
{
	static const mach_msg_type_name_t native[KINDS] = {
		[SEND] = MACH_MSG_TYPE_MAKE_SEND,
		[RECEIVE] = MACH_MSG_TYPE_MOVE_RECEIVE,
		[ONCE] = MACH_MSG_TYPE_MAKE_SEND_ONCE,
		[NOTHING] = MACH_MSG_TYPE_COPY_SEND,
		[DEAD] = MACH_MSG_TYPE_COPY_SEND,
	};
	struct item it = {.array = array, .name = port, .how = native[kind]};

	if (kind == NOTHING)
		it.name = MACH_PORT_NULL;
	if (kind == DEAD)
		it.name = MACH_PORT_DEAD;
	if (d == NATIVE)
		return it;
	it.how = kind == RECEIVE ? MSG_TYPE_PORT_ALL : MSG_TYPE_PORT;
	it.deallocate = kind == RECEIVE; /* nothing is to stay */
	return it;
}

/* --- the server --- */

struct server {
	enum dialect dialect;
	volatile int served; /* requests; -1: gone wrong */
	unsigned first_names, last_names;
	char why[120];
};

static unsigned names(void)
{
	mach_port_array_t list = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t n = 0, t = 0;

	mach_port_names(SELF, &list, &n, &types, &t);
	vm_deallocate(SELF, (vm_address_t)list, n * sizeof *list);
	vm_deallocate(SELF, (vm_address_t)types, t * sizeof *types);
	return n;
}

static bool wrong(struct server *s, const char *what, int number)
{
	if (s->why[0] == '\0')
		snprintf(s->why, sizeof s->why, "server: %s %d (%s)", what,
			 number, mach_error_string(number));
	s->served = -1;
	return false;
}

/* What a received right is good for. */
static bool try_right(struct server *s, enum kind kind, const struct item *it)
{
	struct heard h;
	int code;

	if (it->how != seen_as(s->dialect, kind))
		return wrong(s, "sees type", (int)it->how);
	if (kind == NOTHING || kind == DEAD)
		return it->name == (kind == DEAD ? MACH_PORT_DEAD : 0) ||
		       wrong(s, "got name", (int)it->name);
	if (kind != RECEIVE)
		return use(s->dialect, it->name, move_of(it->how),
			   USED + (int)kind) ||
		       wrong(s, "cannot use kind", (int)kind);
	code = hear(s->dialect, it->name, &h);
	if (code != 0 || h.id != QUEUED)
		return wrong(s, "lost the queue:", code);
	return true;
}

/* The answer carries the same kind of right: the receive right itself, or one
 * to a port of the server's. */
static bool reply(struct server *s, const struct heard *h, enum kind kind)
{
	mach_port_t port = kind == RECEIVE ? h->item.name :
					     make_port(s->dialect);
	bool plain = s->dialect == OLD && kind == ONCE;
	struct item it = item_of(s->dialect, plain ? SEND : kind,
				 h->item.array, port);
	struct way w = {.dest = h->remote, .dest_how = move_of(h->remote_how)};
	struct heard tried;
	int code = tell(s->dialect, &w, ANSWER + (int)kind, &it);

	if (code != 0)
		return wrong(s, "cannot answer:", code);
	if (s->dialect == OLD && port_valid(h->remote))
		drop_send(s->dialect, h->remote);
	if (kind == RECEIVE)
		return true;
	if (kind == SEND || kind == ONCE) {
		code = hear(s->dialect, port, &tried);
		if (code != 0 || tried.id != TRIED)
			return wrong(s, "its right is no good:", code);
	}
	drop_port(s->dialect, port);
	return true;
}

static bool serve(struct server *s)
{
	struct heard h;
	int code = hear(s->dialect, SERVICE, &h);

	if (code != 0 || h.item.none || h.id >= KINDS)
		return wrong(s, "heard", code);
	if (!try_right(s, (enum kind)h.id, &h.item) ||
	    !reply(s, &h, (enum kind)h.id))
		return false;
	return true;
}

static void server_body(void *arg)
{
	struct server *s = arg;

	s->first_names = names();
	for (;;) {
		if (!serve(s))
			return;
		s->last_names = names();
		s->served++;
	}
}

/* --- the client --- */

static void ask(enum dialect d, mach_port_t service, mach_port_t port,
		mach_port_t answer, enum kind kind, bool array)
{
	struct item it = item_of(d, kind, array, port);
	struct way w = {.dest = service,
			.dest_how = MACH_MSG_TYPE_COPY_SEND,
			.reply = answer,
			.reply_how = MACH_MSG_TYPE_MAKE_SEND_ONCE};

	if (kind == RECEIVE) { /* something lies in its queue */
		struct way self = {.dest = port,
				   .dest_how = MACH_MSG_TYPE_MAKE_SEND};
		OK(tell(d, &self, QUEUED, &no_item));
	}
	OK(tell(d, &w, ASK + (int)kind, &it));
}

static void check_answer(enum dialect d, mach_port_t answer, enum kind kind,
			 bool server_old)
{
	enum kind got = server_old && kind == ONCE ? SEND : kind;
	struct heard h;

	if (!OK(hear(d, answer, &h)))
		return;
	EQUAL(h.id, ANSWER + (int)kind);
	EQUAL(h.item.how, seen_as(d, got));
	if (kind == NOTHING || kind == DEAD)
		EQUAL(h.item.name, kind == DEAD ? MACH_PORT_DEAD : 0);
	else if (kind == RECEIVE)
		drop_port(d, h.item.name);
	else
		use(d, h.item.name, move_of(h.item.how), TRIED);
}

static void exchange(enum dialect d, struct server *s, mach_port_t service,
		     enum kind kind, bool array)
{
	mach_port_t port = make_port(d), answer = make_port(d);
	int served = s->served;
	struct heard h;

	/* The manual has no send-once rights to make. */
	if (d == OLD && kind == ONCE)
		kind = SEND;
	ask(d, service, port, answer, kind, array);
	check_answer(d, answer, kind, s->dialect == OLD);
	if (kind == SEND || kind == ONCE) {
		OK(hear(d, port, &h));
		EQUAL(h.id, USED + (int)kind);
	}
	CHECK(wait_for(&s->served, served + 1, 3000));
	if (kind != RECEIVE)
		drop_port(d, port);
	drop_port(d, answer);
}

static void meet(enum dialect client, enum dialect server)
{
	struct server *s = shared_page();
	mach_port_t service = port_new_send();
	unsigned before;
	struct child c;

	s->dialect = server;
	OK_OR_RETURN(child_create(&c, server_body, s));
	OK(mach_port_insert_right(c.task, SERVICE, service,
				  MACH_MSG_TYPE_MOVE_RECEIVE));
	OK(child_go(&c));
	before = names();
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (int array = 0; array < 2; array++)
			exchange(client, s, service, kind, array);
	if (s->why[0] != '\0')
		test_fail(__FILE__, __LINE__, "%s", s->why);
	EQUAL(s->served, 2 * KINDS);
	EQUAL(s->last_names, s->first_names);
	EQUAL(names(), before);
	child_kill(&c);
	mach_port_destroy(SELF, service);
}

static void native_with_native(void)
{
	meet(NATIVE, NATIVE);
}

static void native_with_old(void)
{
	meet(NATIVE, OLD);
}

static void old_with_native(void)
{
	meet(OLD, NATIVE);
}

static void old_with_old(void)
{
	meet(OLD, OLD);
}

static const struct test tests[] = {
	TEST(native_with_native),
	TEST(native_with_old),
	TEST(old_with_native),
	TEST(old_with_old),
};
TEST_MAIN(tests)
