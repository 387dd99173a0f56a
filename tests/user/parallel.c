/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three ways to work in parallel, on one task (sorting): threads that share
 * all memory, tasks that share a region they inherited, tasks that send
 * messages. And a server with a thread for each client.
 */
#include "lib/test.h"

#include <mach/mach_traps.h>
#include <pthread.h>

#define SELF	mach_task_self()
#define WORKERS 4
#define EACH	4096
#define COUNT	(WORKERS * EACH)

static unsigned reference[COUNT], result[COUNT];

static int compare(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

static void numbers(unsigned *to)
{
	unsigned x = 12345;

	for (unsigned i = 0; i < COUNT; i++)
		to[i] = x = x * 1664525 + 1013904223;
}

/* Each worker's part is sorted; the smallest head is next. */
static void merge(const unsigned *parts)
{
	unsigned at[WORKERS] = {0};

	for (unsigned i = 0; i < COUNT; i++) {
		unsigned best = WORKERS;

		for (unsigned w = 0; w < WORKERS; w++)
			if (at[w] < EACH &&
			    (best == WORKERS || parts[w * EACH + at[w]] <
							parts[best * EACH +
							      at[best]]))
				best = w;
		result[i] = parts[best * EACH + at[best]++];
	}
}

static void check(void)
{
	numbers(reference);
	qsort(reference, COUNT, sizeof *reference, compare);
	EQUAL(memcmp(reference, result, sizeof reference), 0);
}

/* --- one task, many threads --- */

static unsigned own[COUNT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned done;

static void *sort_thread(void *arg)
{
	qsort(arg, EACH, sizeof(unsigned), compare);
	pthread_mutex_lock(&lock);
	done++;
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Checklist: THR-09 */
static void threads_of_one_task(void)
{
	pthread_t t[WORKERS];

	numbers(own);
	for (int i = 0; i < WORKERS; i++)
		pthread_create(&t[i], NULL, sort_thread, &own[i * EACH]);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(t[i], NULL);
	EQUAL(done, WORKERS);
	merge(own);
	check();
}

/* --- many tasks, one inherited region --- */

struct shared {
	int done; /* workers */
	int go;
	unsigned private_seen;
	unsigned numbers[COUNT];
};

static struct shared *region;
static unsigned not_shared = 1;

static void sort_shared(void *arg)
{
	qsort(arg, EACH, sizeof(unsigned), compare);
	not_shared = 2; /* a copy of this task's own */
	__atomic_add_fetch(&region->done, 1, __ATOMIC_RELEASE);
	futex_wake(&region->done, 1, FUTEX_SHARED);
}

/* Checklist: THR-10 IPC-24 */
static void tasks_with_shared_memory(void)
{
	struct child c[WORKERS];
	vm_address_t at = 0;
	int n;

	OK_OR_RETURN(vm_allocate(SELF, &at, sizeof *region, TRUE));
	OK(vm_inherit(SELF, at, sizeof *region, VM_INHERIT_SHARE));
	region = (struct shared *)at;
	numbers(region->numbers);
	for (int i = 0; i < WORKERS; i++) {
		OK_OR_RETURN(child_create(&c[i], sort_shared,
					  &region->numbers[i * EACH]));
		OK(child_go(&c[i]));
	}
	while ((n = __atomic_load_n(&region->done, __ATOMIC_ACQUIRE)) < WORKERS)
		futex_wait(&region->done, n, FUTEX_SHARED, FUTEX_NO_DEADLINE);
	for (int i = 0; i < WORKERS; i++)
		child_wait(&c[i]);
	EQUAL(not_shared, 1);
	merge(region->numbers);
	check();
	OK(vm_deallocate(SELF, at, sizeof *region));
}

/* --- many tasks, messages --- */

#define TO_WORKER   0x7d001
#define FROM_WORKER 0x7d002

struct work {
	mach_msg_header_t head;
	mach_msg_type_long_t type;
	u64_a4 numbers;
	char room[32];
};

static mach_msg_return_t send_numbers(mach_port_t to, unsigned *part, int id,
				      bool give)
{
	struct work m = {
		.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX |
				      MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			 .msgh_remote_port = to,
			 .msgh_id = id},
		.type = {.msgtl_header = {.msgt_longform = TRUE,
					  .msgt_deallocate = give},
			 .msgtl_name = MACH_MSG_TYPE_INTEGER_32,
			 .msgtl_size = 32,
			 .msgtl_number = EACH},
		.numbers = (vm_address_t)part,
	};

	return mach_msg(&m.head, MACH_SEND_MSG,
			sizeof m - sizeof m.room, 0, 0, 0, 0);
}

static void sort_messages(void *arg)
{
	struct work m;

	(void)arg;
	if (mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, TO_WORKER, 0, 0) != 0)
		return;
	qsort((void *)m.numbers, EACH, sizeof(unsigned), compare);
	send_numbers(FROM_WORKER, (unsigned *)m.numbers, m.head.msgh_id, true);
}

/* Checklist: THR-11 */
static void tasks_with_messages(void)
{
	static unsigned unsorted[COUNT], parts[COUNT];
	mach_port_t to[WORKERS], from = port_new();
	struct child c[WORKERS];
	struct work m;

	numbers(unsorted);
	for (int i = 0; i < WORKERS; i++) {
		to[i] = port_new_send();
		OK_OR_RETURN(child_create(&c[i], sort_messages, NULL));
		OK(mach_port_insert_right(c[i].task, TO_WORKER, to[i],
					  MACH_MSG_TYPE_MOVE_RECEIVE));
		OK(mach_port_insert_right(c[i].task, FROM_WORKER, from,
					  MACH_MSG_TYPE_MAKE_SEND));
		OK(child_go(&c[i]));
		OK(send_numbers(to[i], &unsorted[i * EACH], i, false));
	}
	for (int i = 0; i < WORKERS; i++) {
		OK_OR_RETURN(mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT,
				      0, sizeof m, from, 20000, 0));
		memcpy(&parts[m.head.msgh_id * EACH], (void *)m.numbers,
		       EACH * sizeof(unsigned));
		mach_msg_destroy(&m.head);
	}
	for (int i = 0; i < WORKERS; i++) {
		child_wait(&c[i]);
		mach_port_destroy(SELF, to[i]);
	}
	merge(parts);
	check();
	port_gone(from);
}

/* --- a thread for each client --- */

#define CLIENTS 100

struct call {
	mach_msg_header_t head;
	mach_msg_type_t type;
	int value;
	char room[32];
};

static mach_port_t service[CLIENTS];
static int sums[CLIENTS];

/* Its client's state is on its stack. */
static void *serve_one(void *arg)
{
	mach_port_t port = service[(long)arg];
	int sum = 0;

	for (int i = 0; i < 5; i++) {
		struct call m;

		if (mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof m, port, 0, 0))
			return NULL;
		sum += m.value;
		m.value = sum;
		m.head.msgh_bits =
			MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
		m.head.msgh_local_port = MACH_PORT_NULL;
		mach_msg(&m.head, MACH_SEND_MSG, sizeof m - sizeof m.room, 0, 0,
			 0, 0);
	}
	return NULL;
}

static void *client(void *arg)
{
	mach_port_t reply = mach_reply_port();

	for (int i = 1; i <= 5; i++) {
		struct call m = {
			.head = {.msgh_bits = MACH_MSGH_BITS(
					 MACH_MSG_TYPE_COPY_SEND,
					 MACH_MSG_TYPE_MAKE_SEND_ONCE),
				 .msgh_remote_port = service[(long)arg],
				 .msgh_local_port = reply},
			.type = {.msgt_name = MACH_MSG_TYPE_INTEGER_32,
				 .msgt_size = 32,
				 .msgt_number = 1,
				 .msgt_inline = TRUE},
			.value = i * (int)(long)arg,
		};
		if (mach_msg(&m.head, MACH_SEND_MSG | MACH_RCV_MSG,
			     sizeof m - sizeof m.room, sizeof m, reply, 0, 0))
			return NULL;
		sums[(long)arg] = m.value;
	}
	mach_port_destroy(SELF, reply);
	return NULL;
}

/* Checklist: THR-12 */
static void thread_for_each_client(void)
{
	static pthread_t servers[CLIENTS], clients[CLIENTS];
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	for (long i = 0; i < CLIENTS; i++) {
		service[i] = port_new_send();
		EQUAL(pthread_create(&servers[i], &small, serve_one, (void *)i),
		      0);
	}
	for (long i = 0; i < CLIENTS; i++)
		EQUAL(pthread_create(&clients[i], &small, client, (void *)i), 0);
	for (long i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i], NULL);
		pthread_join(servers[i], NULL);
		EQUAL(sums[i], 15 * i);
		port_gone(service[i]);
	}
}

static const struct test tests[] = {
	TEST(threads_of_one_task),
	TEST(tasks_with_shared_memory),
	TEST(tasks_with_messages),
	TEST(thread_for_each_client),
};
TEST_MAIN(tests)
