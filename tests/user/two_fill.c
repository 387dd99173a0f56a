/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything the kernel gives to user code, byte by byte: the reply of every
 * routine of its interfaces on every kind of kernel port with many arguments,
 * notifications, exception requests, messages between users, new memory,
 * registers after traps. tests/guest/two_fill.sh runs it twice, with fresh
 * memory and stacks of the kernel filled in two ways, and compares the lines
 * that begin with "fill". Here it is checked that nothing is written behind a
 * message. `two_fill -v NAME` shows the bytes of the sources called so, `-o NAME`
 * calls only the routine called so.
 */
#include "lib/dump.h"
#include "lib/requests.h"
#include "lib/test.h"

#include <mach/exception.h>
#include <mach/host_info.h>
#include <mach/mach_host.h>
#include <mach/mig_wire.h>
#include <mach/notify.h>
#include <mach/x86_64/thread_status.h>
#include <servers/bootstrap_defs.h>

#define SELF	  mach_task_self()
#define VARIANTS  12
#define TIMEOUT	  1000

/* They end or stop the machine, wait for something, or tell what differs from
 * run to run: times, random numbers. */
static const char *const skipped[] = {
	"host_reboot",	    "host_set_time",	"host_get_time",
	"host_counters",    "host_get_entropy", "host_check",
	"host_lock_record", "host_lock_set",	"host_census",
	"host_drain_caches",
	"host_tasks",	    "host_probe",
};

static const char *verbose, *only;
static union message reply;
static char memory[2 * DUMP_ROOM];

static mach_port_t set, set_control, reply_port;

/* --- calls */

/* Load averages tell how long the machine has run, which is not the same in two
 * runs on a loaded host: the guest's time goes on while it waits for its input.
 * Words behind the header; the third or fifth is the type of the numbers. */
static void blank_load(void)
{
	uint32_t *word = (uint32_t *)(&reply.head + 1);

	if (reply.head.msgh_id == MIG_ID_host_info + 100 &&
	    (word[2] >> 16 & 0xfff) == HOST_LOAD_INFO_COUNT)
		memset(&word[3], 0, HOST_LOAD_INFO_COUNT * sizeof(*word));
	if (reply.head.msgh_id == MIG_ID_processor_set_info + 100 &&
	    (word[4] >> 16 & 0xfff) == PROCESSOR_SET_BASIC_INFO_COUNT)
		memset(&word[8], 0, 2 * sizeof(*word));
}

static kern_return_t receive(mach_port_t port)
{
	kern_return_t kr;

	memset(&reply, DUMP_FILL, sizeof(reply));
	kr = mach_msg(&reply.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
		      sizeof(reply), port, TIMEOUT, MACH_PORT_NULL);
	dump_number("received", (uint32_t)kr);
	if (kr != MACH_MSG_SUCCESS)
		return kr;
	blank_load();
	CHECK(dump_message(&reply.head));
	mach_msg_destroy(&reply.head);
	return kr;
}

/* Returns the routine's result. */
static kern_return_t call(const struct mig_routine *r, mach_port_t target,
			  unsigned variant)
{
	kern_return_t kr;

	request_make(r, target, reply_port, variant);
	kr = mach_msg(&request.head, MACH_SEND_MSG, request.head.msgh_size, 0,
		      MACH_PORT_NULL, 0, MACH_PORT_NULL);
	dump_number("sent", (uint32_t)kr);
	if (kr != KERN_SUCCESS)
		return kr;
	if (!r->reply || receive(reply_port) != KERN_SUCCESS)
		return KERN_FAILURE;
	memcpy(&kr, reply.room + sizeof(mach_msg_header_t) + 4, sizeof(kr));
	return kr;
}

static bool is_skipped(const struct mig_routine *r)
{
	if (only != NULL && strcmp(r->name, only) != 0)
		return true;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strcmp(r->name, skipped[i]) == 0)
			return true;
	return false;
}

/* One line each: the routine on a port. Returns how many calls succeeded. */
static unsigned call_on(const struct mig_routine *r, const char *what,
			mach_port_t target)
{
	char name[100];
	unsigned good = 0;

	snprintf(name, sizeof(name), "%s:%s", r->name, what);
	dump_begin(name, verbose);
	for (unsigned v = 0; v < VARIANTS; v++)
		good += call(r, target, v) == KERN_SUCCESS;
	dump_end();
	return good;
}

static unsigned call_everywhere(const struct mig_routine *r)
{
	unsigned good = 0;

	victims_create();
	good += call_on(r, "thread", thread);
	good += call_on(r, "task", child);
	victims_destroy();
	victims_create();
	good += call_on(r, "task-again", child);
	good += call_on(r, "host", mach_host_self());
	good += call_on(r, "host-priv", authority(BOOTSTRAP_HOST_PRIV));
	good += call_on(r, "set", set);
	good += call_on(r, "set-control", set_control);
	victims_destroy();
	return good;
}

static void routines(void)
{
	unsigned all = 0, good = 0;

	reply_port = port_new();
	set_control = authority(BOOTSTRAP_PSET_CONTROL);
	OK(processor_set_default(mach_host_self(), &set));
	for (size_t i = 0; i < KERNEL_INTERFACES; i++) {
		const struct mig_interface *f = kernel_interfaces[i];

		for (unsigned j = 0; j < f->routine_count; j++) {
			const struct mig_routine *r = &f->routines[j];

			if (is_skipped(r))
				continue;
			all++;
			good += call_everywhere(r) > 0;
		}
	}
	printf("%u of %u routines succeeded with some arguments\n", good, all);
	if (only != NULL)
		return;
	CHECK(all > 80);
	CHECK(good * 4 > all * 3);
}

/* --- the other messages of the kernel */

static void notifications(void)
{
	static const int kinds[] = { MACH_NOTIFY_PORT_DESTROYED,
				     MACH_NOTIFY_NO_SENDERS,
				     MACH_NOTIFY_DEAD_NAME };
	mach_port_t to = port_new();

	dump_begin("notifications", verbose);
	for (unsigned i = 0; i < 3; i++) {
		mach_port_t name = port_new_send(), before;

		OK(mach_port_request_notification(
			SELF, name, kinds[i], 0, to,
			MACH_MSG_TYPE_MAKE_SEND_ONCE, &before));
		mach_port_deallocate(SELF, name);
		if (kinds[i] == MACH_NOTIFY_DEAD_NAME)
			OK(mach_port_insert_right(SELF, name, name,
						  MACH_MSG_TYPE_MAKE_SEND));
		mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_RECEIVE, -1);
		receive(to);
	}
	dump_end();
	port_gone(to);
}

/* A thread of the child at an address where nothing is. */
static void fault(int form)
{
	mach_port_t to = port_new_send();
	struct x86_64_thread_state state = { .rip = 0x5000 };

	victims_create();
	OK(mach_port_set_exception_form(SELF, to, form));
	OK(task_set_special_port(child, TASK_EXCEPTION_PORT, to));
	OK(thread_set_state(thread, x86_64_THREAD_STATE,
			    (thread_state_t)&state,
			    x86_64_THREAD_STATE_COUNT));
	OK(thread_resume(thread));
	receive(to);
	victims_destroy();
	port_gone(to);
}

static void exceptions(void)
{
	dump_begin("exceptions", verbose);
	fault(EXC_FORM_32);
	fault(EXC_FORM_64);
	dump_end();
}

/* --- messages between users */

static uint32_t *put(uint32_t *at, const void *bytes, size_t size)
{
	memset(at, 0, MIG_PAD(size));
	memcpy(at, bytes, size);
	return at + MIG_PAD(size) / 4;
}

static void user_message(mach_port_t port, unsigned size, bool complex)
{
	mig_long_word_t w = MIG_LONG(0, 8, 8, size * 100 + 1);
	uint64_t address = (uint64_t)memory;
	uint32_t *at = (uint32_t *)(&request.head + 1);
	uint32_t word = MIG_WORD(8, 8, size);

	request.head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
		.msgh_remote_port = port,
		.msgh_id = 77,
	};
	at = put(at, &word, sizeof(word));
	at = put(at, memory, size);
	if (complex) {
		request.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
		at = put(at, &w, sizeof(w));
		at = put(at, &address, sizeof(address));
	}
	request.head.msgh_size =
		(mach_msg_size_t)((char *)at - (char *)&request);
	OK(mach_msg(&request.head, MACH_SEND_MSG, request.head.msgh_size, 0,
		    MACH_PORT_NULL, 0, MACH_PORT_NULL));
	receive(port);
}

static void messages(void)
{
	mach_port_t port = port_new();

	memset(memory, 'm', sizeof(memory));
	dump_begin("messages", verbose);
	for (unsigned size = 0; size < 140; size++) {
		user_message(port, size, false);
		user_message(port, size, true);
	}
	user_message(port, 4000, false);
	dump_end();
	port_gone(port);
}

/* --- memory, registers */

static void new_memory(void)
{
	dump_begin("memory", verbose);
	for (unsigned pages = 1; pages <= 64; pages *= 2) {
		vm_address_t at = 0;
		size_t size = pages * vm_page_size;

		OK(vm_allocate(SELF, &at, size, TRUE));
		dump_bytes("pages", (void *)at, size);
		memset((void *)at, 0x77, size);
		OK(vm_deallocate(SELF, at, size));
	}
	dump_end();
}

static void trap_registers(void)
{
	static const int traps[] = {
		MACH_TRAP_MACH_TASK_SELF, MACH_TRAP_MACH_REPLY_PORT,
		MACH_TRAP_MACH_MSG,	  MACH_TRAP_VM_ALLOCATE,
		MACH_TRAP_VM_MAP,	  MACH_TRAP_VM_PROTECT,
		MACH_TRAP_MACH_PORT_ALLOCATE, MACH_TRAP_FUTEX_WAKE,
		MACH_TRAP_SWTCH,	  MACH_TRAP_THREAD_SWITCH,
	};

	dump_begin("registers", verbose);
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		register uint64_t r8 __asm__("r8") = 1;
		register uint64_t r9 __asm__("r9") = 1;
		register uint64_t r10 __asm__("r10") = 1;
		uint64_t a = (uint64_t)-traps[i], di = 0, si = 0, d = 0;

		__asm__ volatile("syscall"
				 : "+a"(a), "+D"(di), "+S"(si), "+d"(d),
				   "+r"(r8), "+r"(r9), "+r"(r10)
				 :
				 : "rcx", "r11", "memory");
		dump_number("rdi", di);
		dump_number("rsi", si);
		dump_number("rdx", d);
		dump_number("r8", r8);
		dump_number("r9", r9);
		dump_number("r10", r10);
	}
	dump_end();
}

static void print(void)
{
	dump_print();
}

static const struct test tests[] = {
	TEST(routines),	 TEST(notifications), TEST(exceptions),
	TEST(messages),	 TEST(new_memory),    TEST(trap_registers),
	TEST(print),
};

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "-v") == 0) {
		verbose = argv[2];
		argc = 1;
	} else if (argc == 3 && strcmp(argv[1], "-o") == 0) {
		only = argv[2];
		argc = 1;
	}
	return test_main(tests, sizeof(tests) / sizeof(tests[0]), argc, argv);
}
