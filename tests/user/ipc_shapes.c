/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of every shape, and what is left when one goes wrong: at the k-th
 * item for every k, in each way an item can be wrong; at a receiver whose
 * buffer is too small or not there. Every right that the message carried is
 * accounted for at its port.
 *
 * Checklist: MSG-02
 */
#include "lib/test.h"

#define SELF  mach_task_self()
#define ARRAY 3 /* rights in the out-of-line array */

/* In the order of the message. */
enum {
	MOVE_RECEIVE,
	MOVE_SEND,
	COPY_SEND,
	LARGE, /* out of line, taken away from the sender */
	MAKE_SEND,
	MOVE_ONCE,
	RIGHTS, /* out of line: send rights, the memory taken away */
	DATA,
	MAKE_ONCE,
	SMALL, /* out of line, a few bytes */
	LAST_RECEIVE,
	ITEMS
};

struct port_item {
	mach_msg_type_t type;
	mach_port_t name;
};

struct memory_item {
	mach_msg_type_t type;
	u64_a4 address;
};

struct shape {
	mach_msg_header_t head;
	struct port_item move_receive, move_send, copy_send;
	struct memory_item large;
	struct port_item make_send, move_once;
	struct memory_item rights;
	struct {
		mach_msg_type_t type;
		char bytes[12];
	} data;
	struct port_item make_once;
	struct memory_item small;
	struct port_item last_receive;
};

/* --- what a message is made of --- */

static task_t peer; /* holds the receive rights of what we can send to */

struct parts {
	mach_port_t receive, last;	    /* ours */
	mach_port_t made;		    /* ours: rights are made from it */
	mach_port_t at_peer[3 + ARRAY];	    /* peer's names */
	mach_port_t send, copied, once, array[ARRAY];
	vm_address_t large, rights;
	char small[8];
};

static mach_port_t peer_right(mach_port_t *at_peer, mach_msg_type_name_t how)
{
	mach_port_t mine = MACH_PORT_NULL;
	mach_msg_type_name_t got;

	OK(mach_port_allocate(peer, MACH_PORT_RIGHT_RECEIVE, at_peer));
	OK(mach_port_extract_right(peer, *at_peer, how, &mine, &got));
	return mine;
}

static void parts_make(struct parts *p)
{
	vm_size_t size = 3 * vm_page_size;

	*p = (struct parts){.receive = port_new(),
			    .last = port_new(),
			    .made = port_new()};
	p->send = peer_right(&p->at_peer[0], MACH_MSG_TYPE_MAKE_SEND);
	p->copied = peer_right(&p->at_peer[1], MACH_MSG_TYPE_MAKE_SEND);
	p->once = peer_right(&p->at_peer[2], MACH_MSG_TYPE_MAKE_SEND_ONCE);
	OK(vm_allocate(SELF, &p->large, size, TRUE));
	memset((void *)p->large, 0x33, size);
	OK(vm_allocate(SELF, &p->rights, vm_page_size, TRUE));
	for (int i = 0; i < ARRAY; i++) {
		p->array[i] = peer_right(&p->at_peer[3 + i],
					 MACH_MSG_TYPE_MAKE_SEND);
		((mach_port_t *)p->rights)[i] = p->array[i];
	}
	strcpy(p->small, "a few.");
}

static void drop(mach_port_t name)
{
	if (MACH_PORT_VALID(name) && port_valid(name))
		mach_port_destroy(SELF, name);
}

static void parts_drop(struct parts *p)
{
	drop(p->receive);
	drop(p->last);
	drop(p->made);
	drop(p->send);
	drop(p->copied);
	drop(p->once);
	for (int i = 0; i < ARRAY; i++)
		drop(p->array[i]);
	for (int i = 0; i < 3 + ARRAY; i++)
		mach_port_destroy(peer, p->at_peer[i]);
	vm_deallocate(SELF, p->large, 3 * vm_page_size);
	vm_deallocate(SELF, p->rights, vm_page_size);
}

#define PORT_WORD(kind)                                                       \
	{.msgt_name = (kind),                                                 \
	 .msgt_size = 32,                                                     \
	 .msgt_number = 1,                                                    \
	 .msgt_inline = TRUE}

static void shape_make(struct shape *s, const struct parts *p, mach_port_t dest)
{
	*s = (struct shape){
		.head = {.msgh_bits =
				 MACH_MSGH_BITS_COMPLEX |
				 MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			 .msgh_remote_port = dest,
			 .msgh_id = 77},
		.move_receive = {PORT_WORD(MACH_MSG_TYPE_MOVE_RECEIVE),
				 p->receive},
		.move_send = {PORT_WORD(MACH_MSG_TYPE_MOVE_SEND), p->send},
		.copy_send = {PORT_WORD(MACH_MSG_TYPE_COPY_SEND), p->copied},
		.large = {{.msgt_name = MACH_MSG_TYPE_INTEGER_32,
			   .msgt_size = 32,
			   .msgt_number = 2500,
			   .msgt_deallocate = TRUE},
			  p->large},
		.make_send = {PORT_WORD(MACH_MSG_TYPE_MAKE_SEND), p->made},
		.move_once = {PORT_WORD(MACH_MSG_TYPE_MOVE_SEND_ONCE), p->once},
		.rights = {{.msgt_name = MACH_MSG_TYPE_MOVE_SEND,
			    .msgt_size = 32,
			    .msgt_number = ARRAY,
			    .msgt_deallocate = TRUE},
			   p->rights},
		.data = {{.msgt_name = MACH_MSG_TYPE_CHAR,
			  .msgt_size = 8,
			  .msgt_number = 10,
			  .msgt_inline = TRUE},
			 "in line"},
		.make_once = {PORT_WORD(MACH_MSG_TYPE_MAKE_SEND_ONCE), p->made},
		.small = {{.msgt_name = MACH_MSG_TYPE_CHAR,
			   .msgt_size = 8,
			   .msgt_number = 7},
			  (vm_address_t)p->small},
		.last_receive = {PORT_WORD(MACH_MSG_TYPE_MOVE_RECEIVE),
				 p->last},
	};
}

/* The type word of the k-th item. */
static mach_msg_type_t *word_of(struct shape *s, unsigned k)
{
	mach_msg_type_t *words[ITEMS] = {
		&s->move_receive.type, &s->move_send.type, &s->copy_send.type,
		&s->large.type,	       &s->make_send.type, &s->move_once.type,
		&s->rights.type,       &s->data.type,	   &s->make_once.type,
		&s->small.type,	       &s->last_receive.type,
	};

	return words[k];
}

static bool is_memory(unsigned k)
{
	return k == LARGE || k == RIGHTS || k == SMALL;
}

static bool is_right(unsigned k)
{
	return k != DATA && !is_memory(k);
}

static mach_msg_return_t send(struct shape *s)
{
	return mach_msg(&s->head, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof *s,
			0, 0, 0, 0);
}

/* --- accounting --- */

static mach_port_status_t status_of(task_t task, mach_port_t name)
{
	mach_port_status_t s = {0};

	OK(mach_port_get_receive_status(task, name, &s));
	return s;
}

static bool mapped(vm_address_t at)
{
	vm_size_t size = 0;
	vm_prot_t prot, max;
	vm_inherit_t inherit;
	boolean_t shared;
	mach_port_t object = MACH_PORT_NULL;
	vm_offset_t offset;
	vm_address_t found = at;

	if (vm_region(SELF, &found, &size, &prot, &max, &inherit, &shared,
		      &object, &offset) != KERN_SUCCESS)
		return false;
	if (object != MACH_PORT_NULL)
		mach_port_deallocate(SELF, object);
	return found <= at;
}

/* Nothing is left of the k-th item: neither here nor, if it had been moved,
 * anywhere else. */
static void check_gone(const struct parts *p, unsigned k)
{
	switch (k) {
	case MOVE_RECEIVE:
		CHECK(!port_valid(p->receive));
		break;
	case LAST_RECEIVE:
		CHECK(!port_valid(p->last));
		break;
	case MOVE_SEND:
		CHECK(!port_valid(p->send));
		EQUAL(status_of(peer, p->at_peer[0]).mps_srights, 0);
		break;
	case MOVE_ONCE: /* it said so */
		CHECK(!port_valid(p->once));
		EQUAL(status_of(peer, p->at_peer[2]).mps_msgcount, 1);
		break;
	case LARGE:
		CHECK(!mapped(p->large));
		CHECK(!mapped(p->large + 2 * vm_page_size));
		break;
	case RIGHTS:
		CHECK(!mapped(p->rights));
		for (int i = 0; i < ARRAY; i++) {
			CHECK(!port_valid(p->array[i]));
			EQUAL(status_of(peer, p->at_peer[3 + i]).mps_srights,
			      0);
		}
		break;
	case MAKE_SEND:
		EQUAL(status_of(SELF, p->made).mps_srights, 0);
		EQUAL(status_of(SELF, p->made).mps_mscount, 1);
		break;
	case MAKE_ONCE:
		EQUAL(status_of(SELF, p->made).mps_msgcount, 1);
		break;
	default:
		break;
	}
}

static void check_untouched(const struct parts *p, unsigned k)
{
	switch (k) {
	case MOVE_RECEIVE:
		EQUAL(port_refs(p->receive, MACH_PORT_RIGHT_RECEIVE), 1);
		break;
	case LAST_RECEIVE:
		EQUAL(port_refs(p->last, MACH_PORT_RIGHT_RECEIVE), 1);
		break;
	case MOVE_SEND:
		EQUAL(port_refs(p->send, MACH_PORT_RIGHT_SEND), 1);
		break;
	case MOVE_ONCE:
		EQUAL(port_refs(p->once, MACH_PORT_RIGHT_SEND_ONCE), 1);
		EQUAL(status_of(peer, p->at_peer[2]).mps_msgcount, 0);
		break;
	case LARGE:
		CHECK(mapped(p->large) && *(char *)p->large == 0x33);
		break;
	case RIGHTS:
		CHECK(mapped(p->rights));
		for (int i = 0; i < ARRAY; i++)
			EQUAL(port_refs(p->array[i], MACH_PORT_RIGHT_SEND), 1);
		break;
	case MAKE_SEND:
		EQUAL(status_of(SELF, p->made).mps_mscount, 0);
		break;
	case MAKE_ONCE:
		EQUAL(status_of(SELF, p->made).mps_sorights, 0);
		break;
	default:
		break;
	}
}

static void check_all(const struct parts *p, void (*check)(const struct parts *,
							   unsigned k))
{
	for (unsigned k = 0; k < ITEMS; k++)
		check(p, k);
	EQUAL(port_refs(p->copied, MACH_PORT_RIGHT_SEND), 1);
}

static unsigned names_in(task_t task)
{
	mach_port_array_t names = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t n = 0, t = 0;

	OK(mach_port_names(task, &names, &n, &types, &t));
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, t * sizeof *types);
	return n;
}

static unsigned names_before;

static void begin(void)
{
	if (peer == MACH_PORT_NULL)
		OK(task_create(SELF, FALSE, &peer));
	names_before = names_in(SELF);
}

static void end(void)
{
	EQUAL(names_in(SELF), names_before);
	EQUAL(names_in(peer), 0);
}

/* --- the sender's mistakes --- */

static void *field_of(struct shape *s, unsigned k)
{
	return word_of(s, k) + 1;
}

/* A name that is not: what came before goes with the message, what comes after
 * was not touched. */
static void kth_right_is_bad(void)
{
	begin();
	for (unsigned k = 0; k < ITEMS; k++) {
		mach_port_t dest;
		struct parts p;
		struct shape s;

		if (!is_right(k) && k != RIGHTS)
			continue;
		dest = port_new_send();
		parts_make(&p);
		shape_make(&s, &p, dest);
		if (k == RIGHTS) /* the second of the array */
			((mach_port_t *)p.rights)[1] = 0x7abcd;
		else
			*(mach_port_t *)field_of(&s, k) = 0x7abcd;
		CODE(send(&s), MACH_SEND_INVALID_RIGHT);
		for (unsigned i = 0; i < k; i++)
			check_gone(&p, i);
		for (unsigned i = k + 1; i < ITEMS; i++)
			check_untouched(&p, i);
		EQUAL(status_of(SELF, dest).mps_msgcount, 0);
		parts_drop(&p);
		port_gone(dest);
	}
	end();
}

enum mistake { BITS, OVERRUN, ADDRESS, DESTINATION, MISTAKES };

/* False: this item cannot be wrong in that way. */
static bool spoil(struct shape *s, unsigned k, enum mistake how)
{
	mach_msg_type_t *word = word_of(s, k);

	switch (how) {
	case BITS:
		if (k == DATA || k == LARGE || k == SMALL)
			return false;
		word->msgt_size = 31;
		return true;
	case OVERRUN:
		if (is_memory(k))
			return false;
		word->msgt_number = 4000;
		return true;
	case ADDRESS:
		if (!is_memory(k))
			return false;
		*(u64_a4 *)field_of(s, k) = 16;
		return true;
	default:
		s->head.msgh_remote_port = 0x7abce;
		return true;
	}
}

/* All that is found before rights move has no effect at all. */
static void kth_item_is_refused(void)
{
	static const mach_msg_return_t codes[MISTAKES] = {
		[BITS] = MACH_SEND_INVALID_TYPE,
		[OVERRUN] = MACH_SEND_MSG_TOO_SMALL,
		[ADDRESS] = MACH_SEND_INVALID_MEMORY,
		[DESTINATION] = MACH_SEND_INVALID_DEST,
	};
	mach_port_t dest;
	struct parts p;

	begin();
	dest = port_new_send();
	parts_make(&p);
	for (unsigned k = 0; k < ITEMS; k++)
		for (enum mistake how = 0; how < MISTAKES; how++) {
			struct shape s;

			shape_make(&s, &p, dest);
			if (!spoil(&s, k, how))
				continue;
			CODE(send(&s), codes[how]);
			check_all(&p, check_untouched);
		}
	EQUAL(status_of(SELF, dest).mps_msgcount, 0);
	parts_drop(&p);
	port_gone(dest);
	end();
}

static void fill(mach_port_t dest)
{
	for (int i = 0; i < 5; i++) {
		mach_msg_header_t m = {
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			.msgh_remote_port = dest,
		};
		OK(mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	}
}

/* A message that finds no room comes back with everything, under the names and
 * at the addresses that the buffer shows. */
static void full_gives_back(void)
{
	mach_port_t dest;
	struct parts p;
	struct shape s;

	begin();
	dest = port_new_send();
	fill(dest);
	parts_make(&p);
	shape_make(&s, &p, dest);
	CODE(send(&s), MACH_SEND_TIMED_OUT);
	EQUAL(s.head.msgh_remote_port, dest);
	EQUAL(port_refs(s.move_send.name, MACH_PORT_RIGHT_SEND), 1);
	EQUAL(status_of(peer, p.at_peer[0]).mps_srights, 1);
	EQUAL(port_refs(s.move_receive.name, MACH_PORT_RIGHT_RECEIVE), 1);
	EQUAL(port_refs(s.last_receive.name, MACH_PORT_RIGHT_RECEIVE), 1);
	EQUAL(port_refs(s.move_once.name, MACH_PORT_RIGHT_SEND_ONCE), 1);
	EQUAL(port_refs(s.make_once.name, MACH_PORT_RIGHT_SEND_ONCE), 1);
	EQUAL(s.make_send.name, p.made);
	EQUAL(port_refs(p.made, MACH_PORT_RIGHT_SEND), 1);
	EQUAL(port_refs(p.copied, MACH_PORT_RIGHT_SEND), 2);
	CHECK(s.large.address != 0 && *(char *)s.large.address == 0x33);
	CHECK(memcmp((void *)s.small.address, "a few.", 7) == 0);
	for (int i = 0; i < ARRAY; i++)
		EQUAL(port_refs(((mach_port_t *)s.rights.address)[i],
				MACH_PORT_RIGHT_SEND),
		      1);
	CHECK(strcmp(s.data.bytes, "in line") == 0);
	mach_msg_destroy(&s.head); /* releases each of them */
	check_gone(&p, MOVE_SEND);
	check_gone(&p, RIGHTS);
	EQUAL(port_refs(p.copied, MACH_PORT_RIGHT_SEND), 1);
	parts_drop(&p);
	port_gone(dest);
	end();
}

/* --- the receiver's --- */

static mach_msg_return_t receive(mach_port_t port, void *to, mach_msg_size_t n,
				 mach_msg_option_t option)
{
	return mach_msg(to, MACH_RCV_MSG | MACH_RCV_TIMEOUT | option, 0, n,
			port, 0, 0);
}

static void check_arrived(struct parts *p, struct shape *s)
{
	EQUAL(s->head.msgh_id, 77);
	EQUAL(s->head.msgh_size, sizeof *s);
	EQUAL(port_refs(s->move_receive.name, MACH_PORT_RIGHT_RECEIVE), 1);
	EQUAL(s->move_receive.type.msgt_name, MACH_MSG_TYPE_PORT_RECEIVE);
	EQUAL(port_refs(s->move_send.name, MACH_PORT_RIGHT_SEND), 1);
	EQUAL(s->move_send.type.msgt_name, MACH_MSG_TYPE_PORT_SEND);
	EQUAL(s->copy_send.name, p->copied);
	EQUAL(s->make_send.name, p->made);
	EQUAL(port_refs(s->move_once.name, MACH_PORT_RIGHT_SEND_ONCE), 1);
	EQUAL(s->move_once.type.msgt_name, MACH_MSG_TYPE_PORT_SEND_ONCE);
	EQUAL(port_refs(s->last_receive.name, MACH_PORT_RIGHT_RECEIVE), 1);
	CHECK(*(char *)(s->large.address + 9999) == 0x33);
	EQUAL(s->large.type.msgt_deallocate, TRUE);
	for (int i = 0; i < ARRAY; i++)
		EQUAL(port_refs(((mach_port_t *)s->rights.address)[i],
				MACH_PORT_RIGHT_SEND),
		      1);
	CHECK(memcmp((void *)s->small.address, "a few.", 7) == 0);
	CHECK(strcmp(s->data.bytes, "in line") == 0);
}

static void arrives(void)
{
	mach_port_t dest;
	struct parts p;
	struct shape s;

	begin();
	dest = port_new_send();
	parts_make(&p);
	shape_make(&s, &p, dest);
	OK(send(&s));
	memset(p.small, 0, sizeof p.small); /* the message has its own */
	OK(receive(dest, &s, sizeof s, 0));
	check_arrived(&p, &s);
	mach_msg_destroy(&s.head);
	check_gone(&p, MOVE_SEND);
	check_gone(&p, RIGHTS);
	check_gone(&p, MOVE_ONCE);
	parts_drop(&p);
	port_gone(dest);
	end();
}

/* Every size that is too small: the message is destroyed, its rights and memory
 * with it; the header, if it fits, tells which it was. */
static void small_buffers(void)
{
	begin();
	for (mach_msg_size_t n = 0; n < sizeof(struct shape); n += 4) {
		mach_port_t dest = port_new_send();
		struct parts p;
		struct shape s;

		parts_make(&p);
		shape_make(&s, &p, dest);
		OK(send(&s));
		memset(&s, 0xee, sizeof s);
		CODE(receive(dest, &s, n, 0), MACH_RCV_TOO_LARGE);
		if (n >= sizeof s.head) {
			EQUAL(s.head.msgh_id, 77);
			EQUAL(s.head.msgh_local_port, dest);
			EQUAL(s.head.msgh_remote_port, MACH_PORT_NULL);
			EQUAL(s.head.msgh_size, sizeof s);
		} else {
			EQUAL(s.head.msgh_id, (int)0xeeeeeeee);
		}
		EQUAL(s.move_receive.name, 0xeeeeeeee); /* no more */
		check_all(&p, check_gone);
		EQUAL(status_of(SELF, dest).mps_msgcount, 0);
		parts_drop(&p);
		port_gone(dest);
	}
	end();
}

/* The same with MACH_RCV_LARGE: it stays, as often as one asks. */
static void small_buffers_large(void)
{
	mach_port_t dest;
	struct parts p;
	struct shape s;

	begin();
	dest = port_new_send();
	parts_make(&p);
	shape_make(&s, &p, dest);
	OK(send(&s));
	for (mach_msg_size_t n = 0; n < sizeof s; n += 4) {
		memset(&s, 0xee, sizeof s);
		CODE(receive(dest, &s, n, MACH_RCV_LARGE), MACH_RCV_TOO_LARGE);
		EQUAL(s.head.msgh_size, sizeof s);
		EQUAL(status_of(SELF, dest).mps_msgcount, 1);
		EQUAL(status_of(SELF, dest).mps_seqno, 0);
	}
	OK(receive(dest, &s, sizeof s, MACH_RCV_LARGE));
	EQUAL(s.head.msgh_seqno, 0);
	check_arrived(&p, &s);
	mach_msg_destroy(&s.head);
	parts_drop(&p);
	port_gone(dest);
	end();
}

/* A buffer that cannot be written: what was in the message has been received,
 * and is this task's. With MACH_RCV_LARGE and too small a size nothing was. */
static void bad_buffers(void)
{
	vm_address_t at = 0;
	void *bad[3];

	OK(vm_allocate(SELF, &at, 3 * vm_page_size, TRUE));
	OK(vm_protect(SELF, at + vm_page_size, vm_page_size, FALSE,
		      VM_PROT_READ));
	OK(vm_deallocate(SELF, at + 2 * vm_page_size, vm_page_size));
	bad[0] = (void *)16;			      /* nothing there */
	bad[1] = (void *)(at + vm_page_size);	      /* read only */
	bad[2] = (void *)(at + vm_page_size - 28);    /* half of it */
	begin();
	for (unsigned i = 0; i < 3; i++) {
		mach_port_t dest = port_new_send();
		struct parts p;
		struct shape s;

		parts_make(&p);
		shape_make(&s, &p, dest);
		OK(send(&s));
		if (i < 2)
			CODE(receive(dest, bad[i], 8, MACH_RCV_LARGE),
			     MACH_RCV_INVALID_DATA);
		EQUAL(status_of(SELF, dest).mps_msgcount, 1);
		unsigned names = names_in(SELF);
		CODE(receive(dest, bad[i], sizeof s, 0), MACH_RCV_INVALID_DATA);
		EQUAL(status_of(SELF, dest).mps_msgcount, 0);
		/* Two receive rights, two send-once rights, a send right and
		 * three of the array are new; the others had names. */
		EQUAL(names_in(SELF), names + 2 + 2 + 1 + ARRAY);
		EQUAL(status_of(peer, p.at_peer[0]).mps_srights, 1);
		EQUAL(port_refs(p.made, MACH_PORT_RIGHT_SEND), 1);
		EQUAL(port_refs(p.copied, MACH_PORT_RIGHT_SEND), 2);
		parts_drop(&p);
		port_gone(dest);
	}
	/* Whoever loses the names finds them again: by asking. */
	CHECK(names_in(SELF) > names_before);
	OK(vm_deallocate(SELF, at, 2 * vm_page_size));
}

/* Arrays of nothing have a type all the same, and no address. */
static void empty_arrays(void)
{
	static const mach_msg_type_name_t seen[] = {16, 17, 18, 17, 17, 18};
	mach_port_t dest = port_new_send();
	struct {
		mach_msg_header_t head;
		mach_msg_type_t in_line, outside;
		u64_a4 address;
	} m;

	for (unsigned i = 0; i < 6; i++) {
		m.head = (mach_msg_header_t){
			.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				     MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			.msgh_remote_port = dest,
		};
		m.in_line = (mach_msg_type_t){.msgt_name = 16 + i,
					      .msgt_size = 32,
					      .msgt_inline = TRUE};
		m.outside = (mach_msg_type_t){.msgt_name = 16 + i,
					      .msgt_size = 32};
		m.address = 0x7777;
		OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
		OK(mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, dest, 0, 0));
		EQUAL(m.in_line.msgt_name, seen[i]);
		EQUAL(m.outside.msgt_name, seen[i]);
		EQUAL(m.address, 0);
	}
	port_gone(dest);
}

static const struct test tests[] = {
	TEST(arrives),	       TEST(empty_arrays),	       TEST(kth_right_is_bad),
	TEST(kth_item_is_refused), TEST(full_gives_back),
	TEST(small_buffers),   TEST(small_buffers_large),
	TEST(bad_buffers),
};
TEST_MAIN(tests)
