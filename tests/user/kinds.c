/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every routine of the kernel on every kind of kernel port: a port of the wrong
 * kind, or a lesser one, gets an error and changes nothing. Requests are made
 * of the run-time descriptions; the right kind takes them, so what refuses
 * them elsewhere is the kind.
 */
#include "lib/test.h"

#include <mach/mach_ext.h>
#include <mach/mach_host.h>
#include <mach/mig_describe.h>
#include <mach/mig_errors.h>
#include <mach/mig_wire.h>
#include <mach/task_info.h>
#include <servers/bootstrap_defs.h>

#define SELF mach_task_self()

extern const struct mig_interface mach_interface, mach_port_interface,
	mach_host_interface, mach_ext_interface;

static const struct mig_interface *const interfaces[] = {
	&mach_interface,
	&mach_port_interface,
	&mach_host_interface,
	&mach_ext_interface,
};

enum target {
	TASK, THREAD, HOST, HOST_LIMITED, HOST_PRIV, SET_NAME, SET_LIMITED, SET,
	ENTRY, TRACE, TARGETS
};

static const char *const target_name[TARGETS] = {
	"task",	    "thread",	   "host", "limited host", "privileged host",
	"set name", "limited set", "set",  "memory entry",
	"trace",
};

static const struct {
	enum target needs;
	const char *routines;
} rows[] = {
#define KIND(needs, routines) {needs, routines},
#include "lib/kind_rows.h"
#undef KIND
};

static bool serves(enum target have, enum target need)
{
	if (have == HOST_LIMITED || have == HOST_PRIV)
		return need <= have && need >= HOST;
	if (have == SET_LIMITED || have == SET)
		return need <= have && need >= SET_NAME;
	return have == need;
}

/* TARGETS: it is in no row. */
static enum target needed(const char *routine)
{
	size_t n = strlen(routine);

	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
		for (const char *p = rows[i].routines; p != NULL;
		     p = strchr(p, ' ')) {
			p += *p == ' ';
			if (strncmp(p, routine, n) == 0 &&
			    (p[n] == ' ' || p[n] == '\0'))
				return rows[i].needs;
		}
	return TARGETS;
}

/* --- ports of each kind --- */

static mach_port_t ports[TARGETS];
static mach_port_t reply_port;

static void victims_make(void)
{
	vm_address_t at = 0x10000000;

	OK(task_create(SELF, FALSE, &ports[TASK]));
	OK(thread_create(ports[TASK], &ports[THREAD]));
	OK(vm_allocate(ports[TASK], &at, 4 * vm_page_size, FALSE));
	OK(mach_port_allocate_name(ports[TASK], MACH_PORT_RIGHT_RECEIVE, 77));
}

static void victims_drop(void)
{
	task_terminate(ports[TASK]);
	mach_port_deallocate(SELF, ports[THREAD]);
	mach_port_deallocate(SELF, ports[TASK]);
}

static void others_make(void)
{
	static char page[65536] __attribute__((aligned(65536)));
	vm_size_t size = vm_page_size;

	reply_port = port_new();
	ports[HOST] = mach_host_self();
	ports[HOST_PRIV] = authority(BOOTSTRAP_HOST_PRIV);
	ports[SET] = authority(BOOTSTRAP_PSET_CONTROL);
	OK(processor_set_default(ports[HOST], &ports[SET_NAME]));
	OK(host_limited_ports(ports[HOST_PRIV], &ports[HOST_LIMITED],
			      &ports[SET_LIMITED]));
	OK(mach_make_memory_entry(SELF, &size, (vm_address_t)page, VM_PROT_READ,
				  &ports[ENTRY]));
	/* Of the first task. */
	OK(host_trace(ports[HOST_LIMITED], 1, FALSE, &ports[TRACE]));
}

/* --- requests of zeroes --- */

static union {
	mach_msg_header_t head;
	char room[16384];
	uint32_t words[4096];
} message;

static bool is_right(const struct mig_argument *a)
{
	return (a->sent >= MACH_MSG_TYPE_MOVE_RECEIVE &&
		a->sent <= MACH_MSG_TYPE_MAKE_SEND_ONCE) ||
	       a->flags & MIG_ARG_POLYMORPHIC;
}

static uint32_t *put_item(uint32_t *at, const struct mig_argument *a)
{
	uint32_t number = a->flags & MIG_ARG_VARIABLE ? 0 : a->count;
	uint32_t kind = a->flags & MIG_ARG_POLYMORPHIC ?
				MACH_MSG_TYPE_COPY_SEND :
				a->sent;
	uint32_t place = a->flags & MIG_ARG_OOL ? 0 : MIG_INLINE;

	if (is_right(a) || place == 0)
		message.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	if (a->flags & MIG_ARG_LONG) {
		mig_long_word_t w = MIG_LONG(place, kind, a->bits, number);

		memcpy(at, &w, sizeof w);
		at += sizeof w / 4;
	} else {
		*at++ = place | MIG_ITEM(kind, a->bits, number);
	}
	return at + (place == 0 ? 2 : MIG_PAD(number * a->bits / 8) / 4);
}

static mach_msg_size_t request_make(const struct mig_routine *r,
				    mach_port_t target)
{
	uint32_t *at = (uint32_t *)(&message.head + 1);

	memset(&message, 0, sizeof message);
	message.head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_remote_port = target,
		.msgh_local_port = reply_port,
		.msgh_id = r->id,
	};
	for (unsigned i = 0; i < r->argument_count; i++) {
		const struct mig_argument *a = &r->arguments[i];

		if (a->direction & MIG_IN) {
			at = put_item(at, a);
		} else if (a->flags & MIG_ARG_COUNT) {
			*at++ = MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1);
			*at++ = a->count;
		}
	}
	return (mach_msg_size_t)((char *)at - (char *)&message);
}

/* The routine's result, or what kept it from one. */
static int call(const struct mig_routine *r, mach_port_t target)
{
	mach_msg_size_t size = request_make(r, target);
	mach_msg_return_t mr;
	int code;

	mr = mach_msg(&message.head,
		      MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, size,
		      sizeof message, reply_port, 2000, 0);
	if (mr != MACH_MSG_SUCCESS)
		return mr;
	code = (int)message.words[sizeof message.head / 4 + 1];
	mach_msg_destroy(&message.head);
	return code;
}

/* --- what must not change --- */

struct picture {
	task_basic_info_data_t task;
	thread_basic_info_data_t thread;
	thread_sched_info_data_t sched;
	mach_port_status_t port;
	unsigned names, threads;
	vm_size_t size;
	vm_prot_t prot, max;
	vm_inherit_t inherit;
	int policies;
};

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

static void picture_take(struct picture *p)
{
	mach_msg_type_number_t n = TASK_BASIC_INFO_COUNT;
	vm_address_t at = 0x10000000;
	vm_offset_t offset;
	boolean_t shared;
	mach_port_t object = MACH_PORT_NULL;
	thread_array_t threads = NULL;

	memset(p, 0, sizeof *p);
	OK(task_info(ports[TASK], TASK_BASIC_INFO, (task_info_t)&p->task, &n));
	n = THREAD_BASIC_INFO_COUNT;
	OK(thread_info(ports[THREAD], THREAD_BASIC_INFO,
		       (thread_info_t)&p->thread, &n));
	n = THREAD_SCHED_INFO_COUNT;
	OK(thread_info(ports[THREAD], THREAD_SCHED_INFO,
		       (thread_info_t)&p->sched, &n));
	p->thread.sleep_time = 0;
	OK(mach_port_get_receive_status(ports[TASK], 77, &p->port));
	p->names = names_in(ports[TASK]);
	OK(vm_region(ports[TASK], &at, &p->size, &p->prot, &p->max, &p->inherit,
		     &shared, &object, &offset));
	if (object != MACH_PORT_NULL)
		mach_port_deallocate(SELF, object);
	OK(task_threads(ports[TASK], &threads, &n));
	p->threads = n;
	for (unsigned i = 0; i < n; i++)
		mach_port_deallocate(SELF, threads[i]);
	vm_deallocate(SELF, (vm_address_t)threads, n * sizeof *threads);
	p->policies = thread_policy(ports[THREAD], POLICY_FIXEDPRI, 10);
}

/* --- tests --- */

static bool refused(int code)
{
	return code == KERN_INVALID_ARGUMENT || code == KERN_INVALID_TASK ||
	       code == KERN_INVALID_HOST || code == EML_BAD_TASK;
}

static void wrong_kinds_of(const struct mig_routine *r, enum target need)
{
	struct picture before, after;
	unsigned names = names_in(SELF);

	picture_take(&before);
	for (enum target t = 0; t < TARGETS; t++) {
		if (serves(t, need))
			continue;
		int code = call(r, ports[t]);
		if (!refused(code))
			test_fail(__FILE__, __LINE__, "%s on a %s: %s", r->name,
				  target_name[t], mach_error_string(code));
	}
	picture_take(&after);
	if (memcmp(&before, &after, sizeof before) != 0)
		test_fail(__FILE__, __LINE__, "%s changed something", r->name);
	EQUAL(names_in(SELF), names);
}

static void for_all(void (*fn)(const struct mig_routine *, enum target))
{
	for (unsigned i = 0; i < sizeof interfaces / sizeof *interfaces; i++)
		for (unsigned k = 0; k < interfaces[i]->routine_count; k++) {
			const struct mig_routine *r =
				&interfaces[i]->routines[k];
			enum target need = needed(r->name);

			if (need == TARGETS)
				test_fail(__FILE__, __LINE__,
					  "%s stands in no row", r->name);
			else if (r->reply)
				fn(r, need);
		}
}

static void wrong_kinds(void)
{
	others_make();
	victims_make();
	for_all(wrong_kinds_of);
	victims_drop();
}

/* These would end more than the test. */
static bool ends_all(const char *name)
{
	return strcmp(name, "host_reboot") == 0 ||
	       strcmp(name, "host_set_time") == 0;
}

/* The same requests reach the routine where the kind is right: it may find the
 * zeroes wrong, but not the message. */
static void right_kind_of(const struct mig_routine *r, enum target need)
{
	int code;

	if (ends_all(r->name))
		return;
	victims_make();
	code = call(r, ports[need]);
	if (code == MIG_BAD_ARGUMENTS || code == MIG_BAD_ID ||
	    code == MIG_TYPE_ERROR || code == MACH_RCV_TIMED_OUT ||
	    (unsigned)code >> 16 == 0x1000)
		test_fail(__FILE__, __LINE__, "%s: %s", r->name,
			  mach_error_string(code));
	victims_drop();
}

/* Every routine of every interface of the kernel's answers a message to its
 * object. Checklist: IPC-25 ARC-10 */
static void right_kinds(void)
{
	for_all(right_kind_of);
}

/* Ids that are no routine's, on each kind. */
static void no_routine(void)
{
	static const int ids[] = {0,	1,    64,   72,	  1999, 2000, 2006,
				  2014, 2100, 2400, 2405, 2500, 2599, 2700,
				  2899, 2950, 3199, 3209, 3219, 3300, -1};

	victims_make();
	for (unsigned i = 0; i < sizeof ids / sizeof *ids; i++)
		for (enum target t = 0; t < TARGETS; t++) {
			const struct mig_routine r = {.id = ids[i]};
			int code = call(&r, ports[t]);

			if (code != MIG_BAD_ID)
				test_fail(__FILE__, __LINE__, "%d on a %s: %s",
					  ids[i], target_name[t],
					  mach_error_string(code));
		}
	victims_drop();
}

static const struct test tests[] = {
	TEST(wrong_kinds),
	TEST(right_kinds),
	TEST(no_routine),
};
TEST_MAIN(tests)
