/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * New registers for a thread whose wait a third party ends at that moment: the
 * thread runs on in the kernel, to where it stops, and must not put back what
 * it had loaded there: bases of fs and gs, vector registers.
 */
#include "lib/test.h"

#include <mach/mach_traps.h>
#include <pthread.h>

#define SELF   mach_task_self()
#define ROUNDS 200

/*
 * The victim: no stack, no libc. rdi says what all must be; rbx, r12 to r15 are
 * those of a receive that ends by a message. Each new state begins at
 * wake_check.
 */
static volatile unsigned long wake_seen, wake_bad;
extern const char wake_check[], wake_wait[];

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

/* Registers as they are to be: the vector registers' image with xmm5 = k. */
static void set_all(thread_t t, unsigned long k, mach_msg_header_t *buffer)
{
	struct x86_64_thread_state s = {
		.rip = (uintptr_t)wake_check,
		.rdi = k,
		.r12 = (uintptr_t)buffer,
		.r13 = wake_port,
		.fs_base = k,
		.gs_base = k,
	};
	unsigned char *image = (unsigned char *)vector;

	image[512] |= 3; /* x87 and SSE are present */
	memcpy(image + 160 + 5 * 16, &k, sizeof(k));
	wake_round = k; /* from now on it may be woken */
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

extern const char wake_spin[];
__asm__("wake_spin: jmp wake_spin\n");

static unsigned long end_rounds; /* few where they take turns */
static volatile unsigned long end_round;
static volatile thread_t end_victim;

static void *ends(void *arg)
{
	unsigned seed = 7;

	(void)arg;
	for (unsigned long k = 1; k <= end_rounds; k++) {
		while (end_round < k)
			swtch();
		seed = seed * 1103515245 + 12345;
		for (unsigned n = seed >> 16 & 0xfff; n > 0; n--)
			__asm__ volatile("pause");
		OK(thread_terminate(end_victim));
	}
	return NULL;
}

/* It is given them or it is not; the kernel must not save what was never
 * loaded. */
static void ends_meanwhile(void)
{
	struct x86_64_thread_state s = {.rip = (uintptr_t)wake_spin};
	pthread_t other;
	struct host_basic_info basic;
	mach_msg_type_number_t n = HOST_BASIC_INFO_COUNT;
	unsigned given = 0;

	OK(host_info(host_self(), HOST_BASIC_INFO, (host_info_t)&basic, &n));
	end_rounds = basic.avail_cpus > 1 ? ROUNDS : 10;
	pthread_create(&other, NULL, ends, NULL);
	for (unsigned long k = 1; k <= end_rounds; k++) {
		thread_t t;
		kern_return_t kr;

		OK_OR_RETURN(thread_create(SELF, &t));
		OK(thread_set_state(t, x86_64_THREAD_STATE, (thread_state_t)&s,
				    x86_64_THREAD_STATE_COUNT));
		OK(thread_resume(t));
		swtch();
		end_victim = t;
		end_round = k;
		do {
			kr = thread_set_state(t, x86_64_FLOAT_STATE, vector,
					      vector_count);
			given += kr == KERN_SUCCESS;
		} while (kr == KERN_SUCCESS);
		mach_port_deallocate(SELF, t);
	}
	pthread_join(other, NULL);
	CHECK(given > 0);
}

static const struct test tests[] = {TEST(woken_by_a_third),
				    TEST(ends_meanwhile)};
TEST_MAIN(tests)
