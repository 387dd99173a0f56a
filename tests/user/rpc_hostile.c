/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every routine of the kernel as an enemy calls it: on every kind of port, cut
 * short and drawn out, with each word of each request spoilt in turn, with
 * arguments by chance. What must not succeed does not, and what was there
 * before, no more and no less, is there afterwards.
 */
#include "lib/requests.h"
#include "lib/test.h"

#include <mach/mig_wire.h>
#include <servers/bootstrap_defs.h>

#define SELF	 mach_task_self()
#define VARIANTS 12
#define TIMEOUT	 2000

static mach_port_t reply_port;
static union message reply;

/* They end or stop the machine or everything on it, or take long. */
static const char *const skipped[] = {
	"host_reboot",	    "host_set_time", "host_check",
	"host_lock_record", "host_census",   "host_drain_caches",
};

static bool is_skipped(const struct mig_routine *r)
{
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strcmp(r->name, skipped[i]) == 0)
			return true;
	return false;
}

static void each_routine(void (*fn)(const struct mig_routine *r))
{
	for (unsigned i = 0; i < KERNEL_INTERFACES; i++)
		for (unsigned j = 0; j < kernel_interfaces[i]->routine_count;
		     j++)
			if (!is_skipped(&kernel_interfaces[i]->routines[j]))
				fn(&kernel_interfaces[i]->routines[j]);
}

/* A new task, whose port is the reply's only item, would live on. */
static void end_task(void)
{
	mach_port_t task;

	memcpy(&task, reply.room + sizeof(mach_msg_header_t) + 12,
	       sizeof(task));
	OK(task_terminate(task));
}

/* Sends what is in `request`. The code in the reply; what else arrived with it
 * is gone. */
static kern_return_t send_request(void)
{
	bool is_task_create =
		request.head.msgh_id == kernel_interfaces[0]->routines[0].id;
	kern_return_t kr;

	kr = mach_msg(&request.head, MACH_SEND_MSG, request.head.msgh_size, 0,
		      MACH_PORT_NULL, 0, MACH_PORT_NULL);
	if (kr != KERN_SUCCESS)
		return kr;
	kr = mach_msg(&reply.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
		      sizeof(reply), reply_port, TIMEOUT, MACH_PORT_NULL);
	if (kr != KERN_SUCCESS)
		return kr;
	kr = MIG_BAD_ARGUMENTS;
	if (reply.head.msgh_size >= sizeof(mach_msg_header_t) + 8)
		memcpy(&kr, reply.room + sizeof(mach_msg_header_t) + 4,
		       sizeof(kr));
	if (kr == KERN_SUCCESS && is_task_create)
		end_task();
	mach_msg_destroy(&reply.head);
	return kr;
}

/* --- which port may do what */

enum { TASK = 1, THREAD = 2, HOST = 4, PRIV = 8, SET = 16, CONTROL = 32,
       ENTRY = 64, MASTER = 128, KINDS = 8 };

static mach_port_t kinds[KINDS];

static void kinds_create(void)
{
	vm_size_t size = vm_page_size;
	vm_address_t at = 0;

	victims_create();
	kinds[0] = child;
	kinds[1] = thread;
	kinds[2] = mach_host_self();
	kinds[3] = authority(BOOTSTRAP_HOST_PRIV);
	OK(processor_set_default(kinds[2], &kinds[4]));
	kinds[5] = authority(BOOTSTRAP_PSET_CONTROL);
	OK(vm_allocate(SELF, &at, vm_page_size, TRUE));
	OK(mach_make_memory_entry(SELF, &size, at, VM_PROT_READ, &kinds[6]));
	OK(vm_deallocate(SELF, at, vm_page_size));
	kinds[7] = authority(BOOTSTRAP_DEVICE_MASTER);
}

static void kinds_destroy(void)
{
	for (unsigned i = 2; i < KINDS; i++)
		mach_port_deallocate(SELF, kinds[i]);
	victims_destroy();
}

#include "lib/rpc_rights.h"

static unsigned allowed(const char *name)
{
	char word[100];

	snprintf(word, sizeof(word), " %s ", name);
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		if (strstr(rights[i].names, word) != NULL)
			return rights[i].kinds;
	return 0;
}

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
	if (good & ~allowed(r->name))
		test_fail(__FILE__, __LINE__, "%s: succeeds on %#x, not %#x (rpc_rights.h)",
			  r->name, good, allowed(r->name));
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

static mach_port_t target_of(const struct mig_routine *r)
{
	for (unsigned k = 0; k < KINDS; k++)
		if (allowed(r->name) >> k & 1)
			return kinds[k];
	return kinds[0];
}

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

#define ROUNDS 40

static char before[16384], after[16384];

static void census_once(char *to, size_t room)
{
	mach_port_t priv = authority(BOOTSTRAP_HOST_PRIV);
	mach_msg_type_number_t size = 0;
	char *lines = NULL;

	OK(host_drain_caches(priv));
	OK(host_census(priv, &lines, &size));
	memset(to, 0, room);
	memcpy(to, lines, size < room ? size : room - 1);
	OK(vm_deallocate(SELF, (vm_address_t)lines, size));
	mach_port_deallocate(SELF, priv);
}

/* When nothing moves any more: tasks end by and by. */
static void census(char *to, size_t room)
{
	static char last[16384];

	census_once(to, room);
	for (unsigned tries = 0; tries < 100; tries++) {
		memcpy(last, to, sizeof(last));
		sleep_ms(30);
		census_once(to, room);
		if (strcmp(last, to) == 0)
			return;
	}
}

/* Lines are a name, size, how many are alive, frames; the last may change. The
 * others may differ by two: what bootstrap has at hand when it is told of our
 * victims' exceptions. A leak comes as often as its routine is called. */
static void compare(char *a, char *b)
{
	char *p, *q, *x, *y;

	for (p = strtok_r(a, "\n", &x), q = strtok_r(b, "\n", &y);
	     p != NULL && q != NULL;
	     p = strtok_r(NULL, "\n", &x), q = strtok_r(NULL, "\n", &y)) {
		*strrchr(p, ' ') = '\0';
		*strrchr(q, ' ') = '\0';
		if (labs(strtol(strrchr(p, ' '), NULL, 10) -
			 strtol(strrchr(q, ' '), NULL, 10)) <= 2)
			continue;
		printf("census: %s, later %s\n", p, q);
		test_fail(__FILE__, __LINE__, "%s, later %s", p, q);
	}
	CHECK(p == NULL && q == NULL);
}

static void many(const struct mig_routine *r)
{
	kinds_create();
	for (unsigned v = 0; v < ROUNDS; v++) {
		if (v % 40 == 39) { /* some do not survive it */
			kinds_destroy();
			kinds_create();
		}
		request_make(r, kinds[v % KINDS], reply_port, v);
		(void)send_request();
		request_make(r, target_of(r), reply_port, v);
		(void)send_request();
	}
	kinds_destroy();
}

/* B03: whatever is asked, and however it fails. */
static void conservation(void)
{
	reply_port = port_new();
	each_routine(many);
	census(before, sizeof(before));
	each_routine(many);
	census(after, sizeof(after));
	port_gone(reply_port);
	compare(before, after);
}

static const struct test tests[] = {
	TEST(matrix),
	TEST(sizes),
	TEST(words),
	TEST(conservation),
};

TEST_MAIN(tests)
