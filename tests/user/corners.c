/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Corners where kernels like ours went wrong (tests/CLASSES): special ports set
 * and read by many at once, ports of the kernel destroyed, memory that goes away
 * while it is copied, segments, debug registers of the dead, a message inside a
 * message.
 */
#include "lib/test.h"

#include <mach/cthreads.h>
#include <mach/exception.h>
#include <mach/mig_errors.h>
#include <mach/x86_64/thread_status.h>

#define SELF	mach_task_self()
#define THREADS 4

/* --- B06: reading and setting special ports is one step each */

static task_t victim;
static thread_t victim_thread;

static void *set_and_get(void *arg)
{
	mach_port_t mine = port_new_send(), got;

	(void)arg;
	for (int i = 0; i < 400; i++) {
		int task_which = 1 + i % 4, thread_which = 1 + i % 3;

		OK(task_set_special_port(victim, task_which, mine));
		/* Some of a thread's may not be set. */
		(void)thread_set_special_port(victim_thread, thread_which,
					      mine);
		OK(task_get_special_port(victim, task_which, &got));
		if (MACH_PORT_VALID(got))
			mach_port_deallocate(SELF, got);
		got = MACH_PORT_NULL;
		(void)thread_get_special_port(victim_thread, thread_which,
					      &got);
		if (MACH_PORT_VALID(got))
			mach_port_deallocate(SELF, got);
	}
	return (void *)(uintptr_t)mine;
}

static void special_ports_race(void)
{
	cthread_t t[THREADS];
	mach_port_t mine[THREADS];

	OK_OR_RETURN(task_create(SELF, FALSE, &victim));
	OK_OR_RETURN(thread_create(victim, &victim_thread));
	for (int i = 0; i < THREADS; i++)
		t[i] = cthread_fork(set_and_get, NULL);
	for (int i = 0; i < THREADS; i++)
		mine[i] = (mach_port_t)(uintptr_t)cthread_join(t[i]);
	OK(task_terminate(victim));
	mach_port_deallocate(SELF, victim_thread);
	mach_port_deallocate(SELF, victim);
	/* Nobody but us holds a right now, and we hold what we held. */
	for (int i = 0; i < THREADS; i++) {
		mach_port_status_t s;

		EQUAL(port_refs(mine[i], MACH_PORT_RIGHT_SEND), 1);
		OK(mach_port_deallocate(SELF, mine[i]));
		for (int tries = 0; tries < 100; tries++) {
			OK(mach_port_get_receive_status(SELF, mine[i], &s));
			if (!s.mps_srights)
				break;
			sleep_ms(20); /* the victim ends by and by */
		}
		CHECK(!s.mps_srights);
		port_gone(mine[i]);
	}
}

/* --- B19: what the kernel handed out, destroyed */

struct handed {
	volatile int step;
};

/* By hand: libmach would fall back to messages, and give up its reply port. */
static long raw_trap(int number, uint64_t a, uint64_t b, uint64_t c, int64_t d)
{
	register int64_t r10 __asm__("r10") = d;
	long result = -number;

	__asm__ volatile("syscall"
			 : "+a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10)
			 :
			 : "rcx", "r8", "r9", "r11", "memory");
	return result;
}

static void destroy_all(void *arg)
{
	struct handed *h = arg;
	mach_port_t names[] = { mach_reply_port(), mach_thread_self(),
				mach_host_self(), bootstrap_port,
				mach_task_self() };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		h->step = (int)i + 1;
		raw_trap(MACH_TRAP_MACH_PORT_MOD_REFS, SELF, names[i],
			 MACH_PORT_RIGHT_SEND, -1);
		raw_trap(MACH_TRAP_MACH_PORT_DEALLOCATE, SELF, names[i], 0, 0);
		raw_trap(MACH_TRAP_MACH_PORT_MOD_REFS, SELF, names[i],
			 MACH_PORT_RIGHT_RECEIVE, -1);
		raw_trap(MACH_TRAP_MACH_PORT_DESTROY, SELF, names[i], 0, 0);
	}
	for (int trap = 10; trap <= 13; trap++)
		raw_trap(trap, 0, 0, 0, 0);
	h->step = 100;
	for (;;) /* nothing else is left to it */
		__asm__ volatile("pause");
}

static void kernel_ports_destroyed(void)
{
	struct handed *h = shared_page();
	struct child c;

	OK_OR_RETURN(child_create(&c, destroy_all, h));
	OK(child_go(&c));
	wait_for(&h->step, 100, 5000);
	EQUAL(h->step, 100);
	child_kill(&c);
}

static void crash(void *arg)
{
	(void)arg;
	__builtin_trap();
}

/* What was given to the kernel is gone when it is needed. */
static void given_ports_destroyed(void)
{
	for (int which = 0; which < 3; which++) {
		mach_port_t port = port_new_send(), before;
		struct child c;

		OK_OR_RETURN(child_create(&c, crash, NULL));
		OK(task_set_special_port(c.task, TASK_EXCEPTION_PORT, port));
		OK(task_set_special_port(c.task, TASK_NOTIFY_PORT, port));
		OK(task_set_special_port(c.task, TASK_BOOTSTRAP_PORT, port));
		OK(thread_set_special_port(c.thread, THREAD_EXCEPTION_PORT,
					   port));
		if (which == 1)
			OK(mach_port_request_notification(
				SELF, c.task, MACH_NOTIFY_DEAD_NAME, 0, port,
				MACH_MSG_TYPE_MAKE_SEND_ONCE, &before));
		if (which < 2)
			port_gone(port);
		OK(child_go(&c));
		if (which == 2) {
			sleep_ms(50); /* the request waits in the queue */
			port_gone(port);
		}
		CHECK(child_dead_within(&c, 1000));
		child_kill(&c);
	}
}

/* --- B49: memory that comes and goes while the kernel copies */

static vm_address_t moving;
static volatile int moving_on;

static void *map_and_unmap(void *arg)
{
	(void)arg;
	while (moving_on) {
		vm_address_t at = moving;

		(void)vm_deallocate(SELF, at, vm_page_size);
		(void)vm_allocate(SELF, &at, vm_page_size, FALSE);
	}
	return NULL;
}

static void unmapped_while_copied(void)
{
	mach_port_t port = port_new_send();
	unsigned good = 0, bad = 0;
	cthread_t t;

	OK_OR_RETURN(vm_allocate(SELF, &moving, 3 * vm_page_size, TRUE));
	OK(vm_deallocate(SELF, moving + vm_page_size, vm_page_size));
	moving += vm_page_size; /* neighbours stay */
	moving_on = 1;
	t = cthread_fork(map_and_unmap, NULL);
	for (int i = 0; i < 2000; i++) {
		mach_msg_header_t head = {
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
						    0),
			.msgh_remote_port = port,
			.msgh_size = sizeof(head),
		};
		mach_msg_header_t *across =
			(mach_msg_header_t *)(moving - 8);
		kern_return_t kr;

		kr = mach_msg(&head, MACH_SEND_MSG, sizeof(head), 0, 0, 0, 0);
		OK(kr);
		kr = mach_msg(across, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			      sizeof(head), port, 0, 0);
		good += kr == KERN_SUCCESS;
		bad += kr == MACH_RCV_INVALID_DATA;
		if (kr != KERN_SUCCESS && kr != MACH_RCV_INVALID_DATA)
			CODE(kr, MACH_RCV_INVALID_DATA);
		kr = mach_msg(across, MACH_SEND_MSG | MACH_SEND_TIMEOUT, 64, 0,
			      0, 0, 0);
		CHECK(kr != KERN_SUCCESS);
	}
	moving_on = 0;
	cthread_join(t);
	printf("%u receives arrived, %u met no memory\n", good, bad);
	EQUAL(good + bad, 2000);
	OK(vm_deallocate(SELF, moving - vm_page_size, 3 * vm_page_size));
	port_gone(port);
}

/* --- B48: of all 65,536 selectors, user code may use those of its two segments */

static void selectors(void)
{
	unsigned usable = 0;

	for (unsigned s = 0; s < 65536; s++) {
		uint64_t rights = 0;
		bool valid;

		__asm__ volatile("lar %2, %0" : "+r"(rights), "=@ccz"(valid)
				 : "r"((uint64_t)s));
		if (!valid)
			continue;
		usable++;
		CHECK((s & ~3u) == 0x28 || (s & ~3u) == 0x30);
		EQUAL(rights >> 13 & 3, 3); /* DPL */
		__asm__ volatile("movl %0, %%es" : : "r"(s));
	}
	__asm__ volatile("movl %0, %%es" : : "r"(0));
	EQUAL(usable, 8);
}

/* --- B45: debug registers end with their thread */

static volatile long watched;

static void spin(void *arg)
{
	struct handed *h = arg;

	h->step = 1;
	for (;;)
		__asm__ volatile("pause");
}

static bool debug_state_is_zero(thread_t thread)
{
	struct x86_64_debug_state s = {}, zero = {};
	mach_msg_type_number_t n = x86_64_DEBUG_STATE_COUNT;

	OK(thread_get_state(thread, x86_64_DEBUG_STATE, (thread_state_t)&s,
			    &n));
	s.dr6 = s.dr7 = 0; /* fixed bits */
	return memcmp(&s, &zero, sizeof(s)) == 0;
}

static void debug_registers_end(void)
{
	struct x86_64_debug_state s = {
		.dr0 = (unsigned long)&watched,
		.dr7 = 0xd0001, /* writes of four bytes */
	};

	for (int i = 0; i < 20; i++) {
		struct handed *h = shared_page();
		struct child c;

		OK_OR_RETURN(child_create(&c, spin, h));
		CHECK(debug_state_is_zero(c.thread));
		OK(thread_set_state(c.thread, x86_64_DEBUG_STATE,
				    (thread_state_t)&s,
				    x86_64_DEBUG_STATE_COUNT));
		OK(child_go(&c));
		CHECK(wait_for(&h->step, 1, 5000));
		watched++; /* not ours to be stopped at, while it runs */
		child_kill(&c);
		watched++; /* nor where it ran last */
	}
}

/* --- B17: bytes of one message are never taken for another */

struct nested {
	mach_msg_header_t head;
	mach_msg_type_t type;
	char inside[sizeof(mig_reply_header_t) * 3];
};

static unsigned served;
static mach_msg_id_t served_ids;

static boolean_t count_messages(mach_msg_header_t *request,
				mach_msg_header_t *answer)
{
	mig_reply_header_t *r = (mig_reply_header_t *)answer;

	served++;
	served_ids += request->msgh_id;
	*r = (mig_reply_header_t){
		.Head = {
			.msgh_bits = MACH_MSGH_BITS(
				MACH_MSGH_BITS_REMOTE(request->msgh_bits), 0),
			.msgh_size = sizeof(*r),
			.msgh_remote_port = request->msgh_remote_port,
			.msgh_id = request->msgh_id + 100,
		},
		.RetCodeType = { .msgt_name = MACH_MSG_TYPE_INTEGER_32,
				 .msgt_size = 32,
				 .msgt_number = 1,
				 .msgt_inline = TRUE },
		.RetCode = KERN_FAILURE,
	};
	return TRUE;
}

static void message_in_message(void)
{
	mach_port_t port = port_new_send(), answers = port_new();
	union {
		mig_reply_header_t reply;
		char room[512];
	} in;

	served = 0;
	served_ids = 0;
	for (unsigned i = 0; i < 50; i++) {
		mach_msg_header_t inside = {
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
						    0),
			.msgh_size = 24 + 4 * (i % 20),
			.msgh_remote_port = port,
			.msgh_id = 1000000,
		};
		struct nested m = {
			.head = {
				.msgh_bits = MACH_MSGH_BITS(
					MACH_MSG_TYPE_COPY_SEND,
					MACH_MSG_TYPE_MAKE_SEND_ONCE),
				.msgh_size = sizeof(m),
				.msgh_remote_port = port,
				.msgh_local_port = answers,
				.msgh_id = 1,
			},
			.type = { .msgt_name = MACH_MSG_TYPE_BYTE,
				  .msgt_size = 8,
				  .msgt_number = sizeof(m.inside),
				  .msgt_inline = TRUE },
		};

		memcpy(m.inside + i % 8 * 4, &inside, sizeof(inside));
		OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof(m), 0, 0, 0, 0));
		OK(mach_msg_server_once(count_messages, 512, port,
					0, 0));
		OK(mach_msg(&in.reply.Head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
			    sizeof(in), answers, 1000, 0));
		EQUAL(in.reply.Head.msgh_id, 101);
		/* Nothing more came of it. */
		CODE(mach_msg(&in.reply.Head, MACH_RCV_MSG | MACH_RCV_TIMEOUT,
			      0, sizeof(in), port, 0, 0),
		     MACH_RCV_TIMED_OUT);
	}
	EQUAL(served, 50);
	EQUAL(served_ids, 50);
	port_gone(port);
	port_gone(answers);
}

/* --- very many data of no bits --- */

/* The kernel lets them pass; what follows them is released with the message. */
static void nothing_in_great_number(void)
{
	struct {
		mach_msg_header_t head;
		mach_msg_type_long_t nothing;
		mach_msg_type_t region_type;
		u64_a4 region;
	} m = {
		.head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX |
				MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			  .msgh_remote_port = port_new_send() },
		.nothing = { .msgtl_header = { .msgt_inline = 1,
					       .msgt_longform = 1 },
			     .msgtl_name = MACH_MSG_TYPE_BYTE,
			     .msgtl_number = UINT64_MAX / 2 },
		.region_type = { .msgt_name = MACH_MSG_TYPE_BYTE,
				 .msgt_size = 8,
				 .msgt_number = 100 },
	};
	mach_port_t port = m.head.msgh_remote_port;
	vm_address_t page;

	OK_OR_RETURN(vm_allocate(SELF, &page, vm_page_size, TRUE));
	m.region = page;
	OK(mach_msg(&m.head, MACH_SEND_MSG, sizeof(m), 0, 0, 0, 0));
	OK(mach_msg(&m.head, MACH_RCV_MSG, 0, sizeof(m), port, 0, 0));
	OK(vm_deallocate(SELF, page, vm_page_size));
	page = m.region;
	mach_msg_destroy(&m.head);
	/* Nothing is there any more. */
	OK(vm_allocate(SELF, &page, vm_page_size, FALSE));
	OK(vm_deallocate(SELF, page, vm_page_size));
	port_gone(port);
}

static const struct test tests[] = {
	TEST(special_ports_race),	 TEST(kernel_ports_destroyed),
	TEST(given_ports_destroyed), TEST(unmapped_while_copied),
	TEST(selectors),		 TEST(debug_registers_end),
	TEST(message_in_message),	 TEST(nothing_in_great_number),
};

TEST_MAIN(tests)
