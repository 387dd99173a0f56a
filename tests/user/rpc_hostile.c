/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every routine of the kernel as an enemy calls it: on every kind of port, cut
 * short and drawn out, with each word of each request spoilt in turn, with
 * arguments by chance. What must not succeed does not, and what was there
 * before, no more and no less, is there afterwards.
 */
#include "lib/census.h"
#include "lib/routines.h"
#include "lib/test.h"

#include <mach/mig_wire.h>

#define SELF	 mach_task_self()
#define VARIANTS 12
#define TIMEOUT	 2000

static mach_port_t reply_port;

/* Sends what is in `request`. The code in the reply; what else arrived with it
 * is gone. */
static kern_return_t send_request(void)
{
	kern_return_t kr;

	kr = mach_msg(&request.head, MACH_SEND_MSG, request.head.msgh_size, 0,
		      MACH_PORT_NULL, 0, MACH_PORT_NULL);
	if (kr == KERN_SUCCESS)
		return reply_receive(reply_port, TIMEOUT);
	/* The reply right that was made died unused. */
	(void)reply_receive(reply_port, 0);
	return kr;
}

/* --- which port may do what */

static unsigned rows, good_rows;

static void matrix_row(const struct mig_routine *r)
{
	unsigned good = 0;

	kinds_create();
	for (unsigned k = 0; k < KINDS; k++) {
		if (k == 1 || k == 2) { /* what is called may end it */
			kinds_destroy();
			kinds_create();
		}
		for (unsigned v = 0; v < VARIANTS; v++) {
			request_make(r, kinds[k], reply_port, v);
			if (send_request() == KERN_SUCCESS)
				good |= 1u << k;
		}
	}
	kinds_destroy();
	if (good & ~kinds_allowed(r->name))
		test_fail(__FILE__, __LINE__, "%s: succeeds on %#x, not %#x (rpc_rights.h)",
			  r->name, good, kinds_allowed(r->name));
	rows++;
	good_rows += good != 0;
}

/* B14, B16: an interface works on its own kind of port alone, and the ports of
 * the privileged are not those that all have. */
static void matrix(void)
{
	reply_port = port_new();
	each_routine(matrix_row);
	port_gone(reply_port);
	CHECK(rows > 80);
	CHECK(good_rows * 4 > rows * 3);
}

/* --- requests that are not what they say */

static void must_fail(const struct mig_routine *r, const char *how, unsigned n)
{
	if (send_request() == KERN_SUCCESS)
		test_fail(__FILE__, __LINE__, "%s succeeds with %s %u", r->name,
			  how, n);
}

static void wrong_sizes(const struct mig_routine *r)
{
	unsigned right;

	kinds_create();
	request_make(r, target_of(r), reply_port, 1);
	right = request.head.msgh_size;
	for (unsigned size = sizeof(mach_msg_header_t); size < right + 40;
	     size += 4) {
		if (size == right)
			continue;
		request_make(r, target_of(r), reply_port, 1);
		request.head.msgh_size = size;
		must_fail(r, "size", size);
	}
	kinds_destroy();
}

/* B05: what a type word says is what is there, or the request is refused. */
static void wrong_words(const struct mig_routine *r)
{
	static const uint32_t changes[] = {
		0x00100000, /* more or fewer */
		0x0fff0000, 0x00000700, /* other bits */
		MIG_INLINE, MIG_LONGFORM, 0x00000001, /* another type */
	};
	size_t n = sizeof(changes) / sizeof(changes[0]);

	kinds_create();
	for (unsigned i = 0; i < 1 || i < request_word_count; i++) {
		for (unsigned j = 0; j < n; j++) {
			uint32_t *words = (uint32_t *)&request;

			request_make(r, target_of(r), reply_port, 1);
			if (i >= request_word_count ||
			    (j == n - 1 && request_words[i].right))
				continue;
			words[request_words[i].at] ^= changes[j];
			must_fail(r, "word", i * 100 + j);
		}
	}
	kinds_destroy();
}

static void sizes(void)
{
	reply_port = port_new();
	each_routine(wrong_sizes);
	port_gone(reply_port);
}

static void words(void)
{
	reply_port = port_new();
	each_routine(wrong_words);
	port_gone(reply_port);
}

/* --- conservation */

#define ROUNDS	    1000
#define GOOD_ROUNDS 40

static struct census before, after;
static unsigned rounds;

static void many(const struct mig_routine *r)
{
	kinds_create();
	for (unsigned v = 0; v < rounds; v++) {
		if (v % 40 == 39) { /* some do not survive it */
			kinds_destroy();
			kinds_create();
		}
		request_make(r, target_of(r), reply_port, v % VARIANTS);
		request_spoil(v);
		(void)send_request();
		if (v >= GOOD_ROUNDS)
			continue;
		request_make(r, kinds[v % KINDS], reply_port, v);
		(void)send_request();
		request_make(r, target_of(r), reply_port, v);
		(void)send_request();
	}
	kinds_destroy();
}

/* B03: whatever is asked, each argument wrong a thousand times, and however it
 * fails. */
static void conservation(void)
{
	reply_port = port_new();
	rounds = ROUNDS / 10;
	each_routine(many);
	census_take(&before);
	rounds = ROUNDS;
	each_routine(many);
	census_take(&after);
	port_gone(reply_port);
	census_compare(&before, &after);
}

static const struct test tests[] = {
	TEST(matrix),
	TEST(sizes),
	TEST(words),
	TEST(conservation),
};

TEST_MAIN(tests)
