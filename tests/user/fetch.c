/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A second thread changes a word of a message while it is sent: each word of
 * the header and the body in turn, between what is right and many values that
 * are not. The kernel looks once, so that what it checked is what it sends:
 * what arrives is whole, and nothing is lost or left over. Class B24.
 */
#include "lib/census.h"
#include "lib/test.h"

#include <mach/mach_ext.h>
#include <pthread.h>
#include <servers/bootstrap_defs.h>
#include <stddef.h>

#define SELF	mach_task_self()
#define ROUNDS	50
#define REGION	200
/* No flipped address of it is anybody's: copying other memory would split its map
 * entry for good. */
#define PLACE	0x5a5a5a4000ul
#define REMOTE	(offsetof(mach_msg_header_t, msgh_remote_port) / 4)

struct message {
	mach_msg_header_t head;
	mach_msg_type_t right_type;
	mach_port_t right;
	mach_msg_type_t region_type;
	u64_a4 region;
	mach_msg_type_t data_type;
	uint32_t data;
	mach_msg_type_t ports_type;
	u64_a4 ports;
};

#define WORDS (sizeof(struct message) / 4)

static union {
	struct message message;
	volatile uint32_t words[WORDS];
} out, good;

static union {
	mach_msg_header_t head;
	char room[4096];
} in;

static mach_port_t dest, other;
static vm_address_t pages; /* a region, an array of names */
static unsigned flipped;
static volatile int flipping;
static unsigned rounds, sent, refused;

static mach_msg_type_t type_of(unsigned name, unsigned bits, unsigned number,
			       bool in_line)
{
	return (mach_msg_type_t){
		.msgt_name = name,
		.msgt_size = bits,
		.msgt_number = number,
		.msgt_inline = in_line,
	};
}

static void good_make(void)
{
	dest = port_new_send();
	other = port_new_send();
	good.message = (struct message){
		.head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
				MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					       MACH_MSG_TYPE_MAKE_SEND_ONCE),
			  .msgh_size = sizeof(struct message),
			  .msgh_remote_port = dest,
			  .msgh_local_port = other,
			  .msgh_id = 1 },
		.right_type = type_of(MACH_MSG_TYPE_MAKE_SEND, 32, 1, true),
		.right = other,
		.region_type = type_of(MACH_MSG_TYPE_BYTE, 8, REGION, false),
		.region = pages,
		.data_type = type_of(MACH_MSG_TYPE_INTEGER_32, 32, 1, true),
		.ports_type = type_of(MACH_MSG_TYPE_MAKE_SEND, 32, 2, false),
		.ports = pages + vm_page_size,
	};
}

/* Bits that mean something somewhere: types, counts, flags, other names. */
static void *flip(void *arg)
{
	static const uint32_t change[] = {
		1, 2, 0x10, 0x100, 0x2000, 0x10000, 0x0fff0000, 0x10000000,
		0x20000000, 0x40000000, 0x80000000, ~0u,
	};
	const unsigned n = sizeof(change) / sizeof(*change);
	/* Not to ports of others: what they do with it is theirs. */
	unsigned low = flipped == REMOTE ? 5 : 0, i = 0;

	while (flipping) {
		uint32_t right = good.words[flipped];

		out.words[flipped] = right ^ change[low + i++ % (n - low)];
		for (unsigned wait = 0; wait < i % 50; wait++)
			__asm__ volatile("pause");
		out.words[flipped] = right;
	}
	return arg;
}

/* A flipped bit takes the memory away with the message. */
static void pages_renew(void)
{
	for (int i = 0; i < 2; i++) {
		vm_address_t at = pages + (vm_size_t)i * vm_page_size;
		mach_port_t *names = (mach_port_t *)at;

		(void)vm_allocate(SELF, &at, vm_page_size, FALSE);
		names[0] = names[1] = i == 1 ? other : 0;
	}
}

static void receive_all(mach_port_t port)
{
	while (mach_msg(&in.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			sizeof(in), port, 0, 0) == MACH_MSG_SUCCESS) {
		if (port == dest && in.head.msgh_id != MACH_NOTIFY_SEND_ONCE)
			EQUAL(in.head.msgh_size, sizeof(struct message));
		mach_msg_destroy(&in.head);
	}
}

static void send_one(void)
{
	kern_return_t kr;

	pages_renew();
	for (unsigned i = 0; i < WORDS; i++)
		if (i != flipped)
			out.words[i] = good.words[i];
	kr = mach_msg(&out.message.head, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
		      sizeof(struct message), 0, 0, 0, 0);
	if (kr == MACH_MSG_SUCCESS)
		sent++;
	else
		refused++;
	receive_all(dest);
	receive_all(other);
}

/* A word that named the other way to carry a right may have taken it away. */
static bool lost(void)
{
	return port_refs(dest, MACH_PORT_RIGHT_RECEIVE) != 1 ||
	       port_refs(other, MACH_PORT_RIGHT_RECEIVE) != 1 ||
	       port_refs(dest, MACH_PORT_RIGHT_SEND) < 1;
}

static void ports_drop(void)
{
	if (port_valid(dest))
		port_gone(dest);
	if (port_valid(other))
		port_gone(other);
}

static void flip_word(unsigned word)
{
	pthread_t t;

	flipped = word;
	good_make();
	flipping = 1;
	pthread_create(&t, NULL, flip, NULL);
	for (unsigned i = 0; i < rounds && !lost(); i++)
		send_one();
	flipping = 0;
	pthread_join(t, NULL);
	ports_drop();
}

/* The memory comes and goes: how many map entries show it depends on chance. */
static void each_word(void)
{
	pages = PLACE;
	for (unsigned i = 0; i < WORDS; i++)
		flip_word(i);
	OK(vm_deallocate(SELF, pages, 2 * vm_page_size));
}

static void words_flip(void)
{
	static struct census before, after;
	mach_port_t priv = authority(BOOTSTRAP_HOST_PRIV);
	int64_t entries;

	rounds = ROUNDS;
	each_word();
	census_take(&before);
	rounds = ROUNDS;
	sent = refused = 0;
	each_word();
	census_take(&after);
	printf("# %u sent, %u refused\n", sent, refused);
	CHECK(sent > 0 && refused > 0);
	OK(host_check(priv, &entries));
	mach_port_deallocate(SELF, priv);
	census_compare(&before, &after);
}

static const struct test tests[] = {
	TEST(words_flip),
};
TEST_MAIN(tests)
