/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sizes: every size of a message against receivers' sizes around it; sizes at
 * the ends of their types; counts in type words likewise.
 */
#include "ipc.h"

#include <arch/copy.h>

#define HEAD   sizeof(mach_msg_header_t)
#define AT     (task.buffer)
#define BACK   (task.buffer + (512 << 10))
#define LIMITS (sizeof(limits) / sizeof(limits[0]))

static struct test_task task;
static mach_port_name_t port;

static mach_msg_return_t send(uint64_t size)
{
	return (mach_msg_return_t)host_trap(ipc_trap_mach_msg, AT,
					    MACH_SEND_MSG | MACH_SEND_TIMEOUT,
					    size, 0, 0, 0, 0);
}

static mach_msg_return_t receive(uint64_t size, uint32_t option)
{
	return (mach_msg_return_t)host_trap(
		ipc_trap_mach_msg, BACK,
		MACH_RCV_MSG | MACH_RCV_TIMEOUT | option, 0, size, port, 0, 0);
}

static void put_head(uint32_t bits)
{
	mach_msg_header_t h = {.msgh_bits = bits | MACH_MSG_TYPE_MAKE_SEND,
			       .msgh_remote_port = port,
			       .msgh_id = 5};
	host_user_write(AT, &h, sizeof(h));
}

static uint8_t pattern[16384], seen[16384];

/* What arrived: a header, the sender's bytes up to its size, zeroes up to the
 * next word, and nothing behind. */
static void check_received(uint32_t size)
{
	uint32_t full = (size + 3) & ~3u;
	mach_msg_header_t h;

	host_user_read(&h, BACK, sizeof(h));
	CHECK_EQ(h.msgh_size, full);
	host_user_read(seen, BACK + HEAD, full - HEAD + 8);
	CHECK(memcmp(seen, pattern, size - HEAD) == 0);
	for (uint32_t i = size; i < full; i++)
		CHECK_EQ(seen[i - HEAD], 0);
	for (uint32_t i = 0; i < 8; i++)
		CHECK_EQ(seen[full - HEAD + i], 0xcc);
}

static void receive_as(uint32_t size, int64_t room)
{
	uint32_t full = (size + 3) & ~3u;
	bool fits = room >= full;

	memset(seen, 0xcc, sizeof(seen));
	host_user_write(BACK, seen, full + 8);
	CHECK_EQ(receive((uint64_t)room, 0),
		 fits ? MACH_MSG_SUCCESS : MACH_RCV_TOO_LARGE);
	if (fits) {
		check_received(size);
		return;
	}
	/* At most the header was written. */
	host_user_read(seen, BACK, full + 8);
	for (uint32_t i = room >= (int64_t)HEAD ? HEAD : 0; i < full + 8; i++)
		CHECK_EQ(seen[i], 0xcc);
}

static void every_size(struct test_task *t, void *arg)
{
	(void)t, (void)arg;
	for (uint32_t size = HEAD; size <= 8192;
	     size += size < 700 ? 1 : size > 8100 ? 1 : 61) {
		const int64_t rooms[] = {0,	   HEAD - 1, HEAD,     size - 4,
					 size,	   size + 3, size + 4, 1 << 20};
		for (unsigned i = 0; i < 8; i++) {
			if (rooms[i] < 0)
				continue;
			put_head(0);
			host_user_write(AT + HEAD, pattern, size - HEAD);
			CHECK_EQ(send(size), MACH_MSG_SUCCESS);
			receive_as(size, rooms[i]);
		}
	}
}

static void ends_of_types(struct test_task *t, void *arg)
{
	static const uint64_t limits[] = {
		0,	     1,		  HEAD - 1,	0x10001,
		0x7fffffff,  0x80000000,  0xfffffff0,	0xffffffff,
	};
	(void)t, (void)arg;
	put_head(0);
	for (unsigned i = 0; i < LIMITS; i++)
		CHECK_EQ(send(limits[i]), limits[i] < HEAD ?
						  MACH_SEND_MSG_TOO_SMALL :
						  MACH_SEND_MSG_TOO_LARGE);
	/* Only 32 bits of a size exist. */
	CHECK_EQ(send(((uint64_t)1 << 32) + HEAD), MACH_MSG_SUCCESS);
	CHECK_EQ(receive(((uint64_t)1 << 32) + HEAD, 0), MACH_MSG_SUCCESS);
	CHECK_EQ(send(HEAD), MACH_MSG_SUCCESS);
	CHECK_EQ(receive(0xffffffff, 0), MACH_MSG_SUCCESS);
	CHECK_EQ(send(HEAD), MACH_MSG_SUCCESS);
	CHECK_EQ(receive(0x80000000, MACH_RCV_LARGE), MACH_MSG_SUCCESS);
}

struct body {
	uint32_t word;
	uint16_t name, bits;
	uint32_t number[2];
	uint32_t pointer[2];
};

#define LONG (1u << 29)

/* In a body of 24 bytes nothing of these can be. */
static void counts(struct test_task *t, void *arg)
{
	static const uint64_t limits[] = {
		(uint64_t)1 << 12, 1u << 16,	       0x7fffffff,
		0x80000000,	   0xffffffff,	       (uint64_t)1 << 32,
		(uint64_t)1 << 58, (uint64_t)1 << 61,  (uint64_t)1 << 63,
		~(uint64_t)0,	   ~(uint64_t)0 / 32,  ~(uint64_t)0 / 32 + 1,
	};
	static const uint16_t names[] = {2, 8, 16, 17, 18, 19, 20, 21, 5, 6};
	static const uint16_t bits[] = {8, 32, 64, 0xffff};
	(void)t, (void)arg;
	for (unsigned i = 0; i < LIMITS; i++)
		for (unsigned n = 0; n < 10; n++)
			for (unsigned k = 0; k < 8; k++) {
				struct body b = {
					.word = LONG | (k & 1) << 28,
					.name = names[n],
					.bits = bits[k / 2],
				};
				memcpy(b.number, &limits[i], 8);
				put_head(MACH_MSGH_BITS_COMPLEX);
				host_user_write(AT + HEAD, &b, sizeof(b));
				CHECK(send(HEAD + sizeof(b)) !=
				      MACH_MSG_SUCCESS);
				CHECK_EQ(receive(8192, 0), MACH_RCV_TIMED_OUT);
			}
}

static void run(void (*fn)(struct test_task *, void *))
{
	for (unsigned i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + i / 256 + 1);
	test_task_create(&task);
	panic_unless(ipc_port_op_allocate(task.space, MACH_PORT_RIGHT_RECEIVE,
					  &port) == KR_SUCCESS);
	test_run_user(&task, fn, NULL);
	test_task_destroy(&task);
}

static void all_sizes(void)
{
	run(every_size);
}

static void sizes_at_the_ends(void)
{
	run(ends_of_types);
}

static void counts_at_the_ends(void)
{
	run(counts);
}

static void body(void *arg)
{
	(void)arg;
	RUN_COUNTED(all_sizes);
	RUN_COUNTED(sizes_at_the_ends);
	RUN_COUNTED(counts_at_the_ends);
}

TEST_MAIN(body)
