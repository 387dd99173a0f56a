/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of a thread whose wait a third party ends at that moment: the
 * thread runs on in the kernel, to where it stops, and must not put back what
 * it had loaded there: bases of fs and gs, vector registers. Whoever reads the
 * registers then sees those of one moment.
 */
#include "lib/test.h"

#include <mach/mach_traps.h>
#include <pthread.h>

#define SELF   mach_task_self()
#define ROUNDS 200
#define END_ROUNDS 200
#define READS  2 /* then it may have been woken already */

/*
 * The victim: no stack, no libc. rdi says what all must be; rbx, r12 to r15 are
 * those of a receive that ends by a message. Each new state begins at
 * wake_check.
 */
static volatile unsigned long wake_seen, wake_bad;
extern const char wake_check[], wake_wait[], wake_after[];

__asm__(".text\n"
	"wake_check:\n"
	"	rdgsbase %rax\n"
	"	cmp %rdi, %rax\n"
	"	jne 1f\n"
	"	rdfsbase %rax\n"
	"	cmp %rdi, %rax\n"
	"	jne 2f\n"
	"	movq %xmm5, %rax\n"
	"	cmp %rdi, %rax\n"
	"	jne 3f\n"
	"4:	mov %rdi, wake_seen\n"
	"wake_wait:\n"
	"	mov %r12, %rdi\n" /* buffer */
	"	mov $2, %esi\n"	  /* MACH_RCV_MSG */
	"	xor %edx, %edx\n"
	"	mov $64, %r10d\n"
	"	mov %r13, %r8\n" /* port */
	"	xor %r9d, %r9d\n"
	"	xor %ebx, %ebx\n"
	"	mov $-25, %rax\n"
	"	syscall\n"
	"wake_after:\n"
	"	jmp wake_wait\n"
	"1:	orq $1, wake_bad\n"
	"	jmp 4b\n"
	"2:	orq $2, wake_bad\n"
	"	jmp 4b\n"
	"3:	orq $4, wake_bad\n"
	"	jmp 4b\n");

static mach_port_t wake_port;
static volatile unsigned long wake_round;
static volatile int wake_end;

/* The third party: a message some time after each round begins. */
static void *wakes(void *arg)
{
	unsigned long seen = 0;
	unsigned seed = 1;

	(void)arg;
	while (!wake_end) {
		mach_msg_header_t m = {
			.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
			.msgh_remote_port = wake_port,
		};

		if (wake_round == seen) {
			swtch();
			continue;
		}
		seen = wake_round;
		seed = seed * 1103515245 + 12345;
		for (unsigned n = seed >> 16 & 0x3fff; n > 0; n--)
			__asm__ volatile("pause");
		mach_msg(&m, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(m), 0, 0,
			 0, 0);
	}
	return NULL;
}

static unsigned vector[x86_64_FLOAT_STATE_MAX];
static unsigned vector_count;

/* Behind its trap a thread has what traps leave, whether it waits in there or
 * came out with a message; and not half of each. */
static void get_all(thread_t t)
{
	struct x86_64_thread_state s;
	mach_msg_type_number_t n = x86_64_THREAD_STATE_COUNT;

	OK_OR_RETURN(thread_get_state(t, x86_64_THREAD_STATE,
				      (thread_state_t)&s, &n));
	if (s.rip != (uintptr_t)wake_after)
		return;
	EQUAL(s.rax, MACH_MSG_SUCCESS);
	EQUAL(s.rcx, s.rip);
	EQUAL(s.rdx | s.rsi | s.rdi | s.r8 | s.r9 | s.r10, 0);
}

/* Registers as they are to be: the vector registers' image with xmm5 = k. */
static void set_all(thread_t t, unsigned long k, mach_msg_header_t *buffer)
{
	struct x86_64_thread_state s = {
		.rip = (uintptr_t)wake_check,
		.rdi = k,
		.rax = k, /* a trap leaves another */
		.r12 = (uintptr_t)buffer,
		.r13 = wake_port,
		.fs_base = k,
		.gs_base = k,
	};
	unsigned char *image = (unsigned char *)vector;

	image[512] |= 3; /* x87 and SSE are present */
	memcpy(image + 160 + 5 * 16, &k, sizeof(k));
	wake_round = k; /* from now on it may be woken */
	for (int i = 0; i < READS; i++)
		get_all(t);
	OK(thread_set_state(t, x86_64_FLOAT_STATE, vector, vector_count));
	OK(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
			    x86_64_THREAD_STATE_COUNT));
}

/* False: it did not get there. */
static bool round_seen(unsigned long k)
{
	for (int i = 0; i < 5000 && wake_seen != k; i++)
		thread_switch(MACH_PORT_NULL,
			      i < 500 ? SWITCH_OPTION_NONE : SWITCH_OPTION_WAIT,
			      1);
	return wake_seen == k;
}

static void woken_by_a_third(void)
{
	static union {
		mach_msg_header_t head;
		char room[128];
	} buffer;
	pthread_t waker;
	thread_t t;

	wake_port = port_new_send();
	OK_OR_RETURN(thread_create(SELF, &t));
	vector_count = x86_64_FLOAT_STATE_MAX;
	OK_OR_RETURN(thread_get_state(t, x86_64_FLOAT_STATE, vector,
				      &vector_count));
	set_all(t, 0x1000, &buffer.head);
	pthread_create(&waker, NULL, wakes, NULL);
	OK(thread_resume(t));
	CHECK(round_seen(0x1000));
	for (unsigned long k = 0x1001; k < 0x1000 + ROUNDS; k++) {
		OK(thread_suspend(t));
		set_all(t, k, &buffer.head);
		OK(thread_resume(t));
		if (!CHECK(round_seen(k)) || !CHECK(wake_bad == 0)) {
			printf("# round %lu, wrong %lu\n", k, wake_bad);
			break;
		}
	}
	wake_end = 1;
	pthread_join(waker, NULL);
	OK(thread_terminate(t));
	mach_port_deallocate(SELF, t);
	port_gone(wake_port);
}

/* --- vector registers for a thread that never had any and ends meanwhile */

static unsigned long end_rounds; /* few where they take turns */
static volatile unsigned long end_round, end_done;
static volatile thread_t end_victim;

/* Soon after each round begins: at any moment of thread_set_state. */
static void *ends(void *arg)
{
	unsigned seed = 7;

	(void)arg;
	for (unsigned long k = 1; k <= end_rounds; k++) {
		while (end_round < k)
			swtch();
		seed = seed * 1103515245 + 12345;
		for (unsigned n = seed >> 16 & 0x1ff; n > 0; n--)
			__asm__ volatile("pause");
		OK(thread_terminate(end_victim));
		end_done = k;
	}
	return NULL;
}

/* Given before it ends they are given; while it ends, or not. (That nothing is saved
 * which was never loaded is shown by the kernel's own vector_given_while_running:
 * the moment that takes is not met from here.) */
static void ends_meanwhile(void)
{
	pthread_t other;
	struct host_basic_info basic;
	mach_msg_type_number_t n = HOST_BASIC_INFO_COUNT;
	unsigned given = 0;

	OK(host_info(host_self(), HOST_BASIC_INFO, (host_info_t)&basic, &n));
	end_rounds = basic.avail_cpus > 1 ? END_ROUNDS : 10;
	pthread_create(&other, NULL, ends, NULL);
	for (unsigned long k = 1; k <= end_rounds; k++) {
		bool race = k % 2;
		kern_return_t kr;
		thread_t t;

		OK_OR_RETURN(thread_create(SELF, &t));
		end_victim = t;
		if (race)
			end_round = k;
		kr = thread_set_state(t, x86_64_FLOAT_STATE, vector,
				      vector_count);
		CHECK(kr == KERN_SUCCESS ||
		      (race && (kr == KERN_INVALID_ARGUMENT ||
				kr == KERN_ABORTED ||
				kr == MACH_SEND_INVALID_DEST)));
		end_round = k;
		given += kr == KERN_SUCCESS;
		while (end_done < k)
			swtch();
		mach_port_deallocate(SELF, t);
	}
	pthread_join(other, NULL);
	printf("# %u of %lu got them\n", given, end_rounds);
}

static const struct test tests[] = {TEST(woken_by_a_third),
				    TEST(ends_meanwhile)};
TEST_MAIN(tests)
