/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Generated stubs at run time: what a server says to requests of another
 * shape, what a client says to such replies, who owns what after an error;
 * and the texts of codes.
 */
#include "lib/test.h"

#include <mach/mig_errors.h>
#include <mach/netname_server.h>
#include <mach/x86_64/trap_call.h>
#include <pthread.h>
#include <servers/netname.h>

#define SELF mach_task_self()

struct request {
	mach_msg_header_t head;
	mach_msg_type_t type;
	int value;
	mach_msg_type_t type2;
	int value2;
	char room[256];
};

#define INT_WORD                                                              \
	(mach_msg_type_t)                                                     \
	{                                                                     \
		.msgt_name = MACH_MSG_TYPE_INTEGER_32, .msgt_size = 32,       \
		.msgt_number = 1, .msgt_inline = TRUE                         \
	}

/* Sends size bytes to a kernel object and gives the code of the answer. */
static kern_return_t raw_call(struct request *m, mach_msg_size_t size, int id,
			      bool complex)
{
	mach_port_t reply = mach_reply_port();
	mig_reply_header_t *r = (mig_reply_header_t *)m;
	mach_msg_return_t mr;

	m->head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE) |
			     (complex ? MACH_MSGH_BITS_COMPLEX : 0),
		.msgh_remote_port = SELF,
		.msgh_local_port = reply,
		.msgh_id = id,
	};
	mr = mach_msg(&m->head, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT,
		      size, sizeof *m, reply, 1000, 0);
	port_gone(reply);
	if (!OK(mr))
		return mr;
	EQUAL(m->head.msgh_id, id + 100);
	return r->RetCode;
}

/* Checklist: MIG-05 MSG-08 */
static void bad_requests(void)
{
	struct request m;

	/* 2024 vm_protect has five items; 2056 task_suspend none. */
	CODE(raw_call(&m, sizeof m.head, 2024, false), MIG_BAD_ARGUMENTS);
	m.type = INT_WORD;
	CODE(raw_call(&m, 32, 2056, false), MIG_BAD_ARGUMENTS);
	CODE(raw_call(&m, 24, 2056, true), MIG_BAD_ARGUMENTS);
	CODE(raw_call(&m, 24, 2000, false), MIG_BAD_ID);
	CODE(raw_call(&m, 24, 9999, false), MIG_BAD_ID);
	CODE(raw_call(&m, 24, -5, false), MIG_BAD_ID);
	/* 2012 task_info(flavor, count): one word of another type. */
	m.type = m.type2 = INT_WORD;
	m.value = TASK_BASIC_INFO;
	m.value2 = 10;
	CODE(raw_call(&m, 40, 2012, false), KERN_SUCCESS);
	m.type = m.type2 = INT_WORD;
	m.value = TASK_BASIC_INFO;
	m.value2 = 10;
	m.type.msgt_name = MACH_MSG_TYPE_INTEGER_16;
	CODE(raw_call(&m, 40, 2012, false), MIG_BAD_ARGUMENTS);
	m.type = INT_WORD;
	m.type.msgt_number = 2;
	CODE(raw_call(&m, 40, 2012, false), MIG_BAD_ARGUMENTS);
	m.type = INT_WORD;
	m.type.msgt_inline = FALSE;
	CODE(raw_call(&m, 40, 2012, false), MIG_BAD_ARGUMENTS);
}

/* ---- a server that answers as it is told ---- */

enum trick {
	T_RIGHT_ID, T_WRONG_ID, T_SHORT, T_TYPE, T_CODE, T_DROP, T_COMPLEX
};

static mach_port_t service;
static enum trick trick;

static void *trickster(void *arg)
{
	union {
		mach_msg_header_t head;
		char room[1024];
	} in;
	struct {
		mach_msg_header_t head;
		mach_msg_type_t type;
		kern_return_t code;
		mach_msg_type_t text_type;
		char text[80];
	} out;
	mach_msg_size_t size = sizeof out;

	(void)arg;
	if (mach_msg(&in.head, MACH_RCV_MSG, 0, sizeof in, service, 0, 0) !=
	    MACH_MSG_SUCCESS)
		return NULL;
	memset(&out, 0, sizeof out);
	out.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
	out.head.msgh_remote_port = in.head.msgh_remote_port;
	out.head.msgh_id = in.head.msgh_id + (trick == T_WRONG_ID ? 7 : 100);
	out.type = INT_WORD;
	out.text_type = (mach_msg_type_t){.msgt_name = MACH_MSG_TYPE_STRING_C,
					  .msgt_size = 8,
					  .msgt_number = 80,
					  .msgt_inline = TRUE};
	strcpy(out.text, "hello");
	if (trick == T_TYPE)
		out.text_type.msgt_name = MACH_MSG_TYPE_INTEGER_16;
	if (trick == T_SHORT)
		size -= 4;
	if (trick == T_COMPLEX)
		out.head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	if (trick == T_CODE) {
		out.code = 4711;
		size = sizeof(mig_reply_header_t);
	}
	if (trick == T_DROP)
		mach_port_deallocate(SELF, in.head.msgh_remote_port);
	else
		mach_msg(&out.head, MACH_SEND_MSG, size, 0, 0, 0, 0);
	return NULL;
}

/* Checklist: MIG-02 MIG-05 MSG-08 */
static void bad_replies(void)
{
	static const struct {
		enum trick trick;
		kern_return_t want;
	} cases[] = {
		{T_RIGHT_ID, KERN_SUCCESS},  {T_WRONG_ID, MIG_REPLY_MISMATCH},
		{T_SHORT, MIG_TYPE_ERROR},   {T_TYPE, MIG_TYPE_ERROR},
		{T_COMPLEX, MIG_TYPE_ERROR}, {T_CODE, 4711},
		{T_DROP, MIG_SERVER_DIED},
	};
	netname_name_t version;

	service = port_new_send();
	for (unsigned i = 0; i < 7; i++) {
		kern_return_t kr;
		pthread_t t;

		trick = cases[i].trick;
		pthread_create(&t, NULL, trickster, NULL);
		kr = netname_version(service, version);
		pthread_join(t, NULL);
		if (kr != cases[i].want)
			test_fail(__FILE__, __LINE__, "case %u: %s", i,
				  mach_error_string(kr));
		if (kr == KERN_SUCCESS)
			CHECK(strcmp(version, "hello") == 0);
	}
	port_gone(service);
}

/* ---- a client without a name for its own task ---- */

struct lost {
	volatile int bad;	/* codes other than MACH_SEND_INVALID_DEST */
	volatile int names_more; /* than before the calls */
};

static int names_count(void)
{
	mach_port_array_t names, types;
	mach_msg_type_number_t n = 0, m = 0;

	if (mach_port_names(SELF, &names, &n, &types, &m) != KERN_SUCCESS)
		return -1;
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, m * sizeof *types);
	return (int)n;
}

static void lose_task_port(void *arg)
{
	struct lost *l = arg;
	int before = names_count();
	vm_statistics_data_t stat;
	vm_address_t at;

	mach_port_destroy(SELF, SELF);
	for (int i = 0; i < 100; i++) {
		l->bad += vm_statistics(SELF, &stat) != MACH_SEND_INVALID_DEST;
		l->bad += vm_allocate(SELF, &at, vm_page_size, TRUE) !=
			  MACH_SEND_INVALID_DEST;
	}
	task_self_ = (mach_port_t)mach_trap0(MACH_TRAP_MACH_TASK_SELF);
	l->names_more = names_count() - before;
}

/* Each RPC fails with its code, and what its stub gave up is gone. */
static void lost_task_port(void)
{
	struct lost *l = shared_page();
	struct child c;

	l->names_more = -99;
	OK_OR_RETURN(child_create(&c, lose_task_port, l));
	OK(child_go(&c));
	CHECK(child_dead_within(&c, 10000));
	child_kill(&c);
	EQUAL(l->bad, 0);
	EQUAL(l->names_more, 0);
	vm_deallocate(SELF, (vm_address_t)l, vm_page_size);
}

/* ---- a server of generated stubs, with the library's loop ---- */

static volatile int refuse;
static volatile mach_port_t kept;

kern_return_t do_netname_check_in(mach_port_t server, netname_name_t name,
				  mach_port_t signature, mach_port_t port)
{
	(void)server;
	(void)name;
	(void)signature;
	if (refuse)
		return refuse; /* consumed nothing */
	kept = port;
	return KERN_SUCCESS;
}

kern_return_t do_netname_look_up(mach_port_t server, netname_name_t host,
				 netname_name_t name, mach_port_t *port)
{
	(void)server;
	(void)host;
	(void)name;
	(void)port;
	return MIG_NO_REPLY;
}

kern_return_t do_netname_check_out(mach_port_t server, netname_name_t name,
				   mach_port_t signature)
{
	(void)server;
	(void)name;
	(void)signature;
	return MIG_DESTROY_REQUEST;
}

kern_return_t do_netname_version(mach_port_t server, netname_name_t version)
{
	(void)server;
	strcpy(version, "from the loop");
	return KERN_SUCCESS;
}

static void *loop(void *arg)
{
	(void)arg;
	mach_msg_server(netname_server, 1024, service);
	return NULL;
}

/* Checklist: MIG-02 */
static void server_loop(void)
{
	mach_port_t port = port_new_send();
	netname_name_t version;
	pthread_t t;

	service = port_new_send();
	pthread_create(&t, NULL, loop, NULL);
	OK(netname_version(service, version));
	CHECK(strcmp(version, "from the loop") == 0);
	/* Success: the routine has it now (one task: +1 of the same name). */
	OK(netname_check_in(service, "x", MACH_PORT_NULL, port));
	EQUAL(kept, port);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 2);
	/* Refused: the loop released it. */
	refuse = 1234;
	CODE(netname_check_in(service, "x", MACH_PORT_NULL, port), 1234);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 2);
	/* Destroyed, with the reply right: the client hears of it. */
	CODE(netname_check_out(service, "x", port), MIG_SERVER_DIED);
	EQUAL(port_refs(port, MACH_PORT_RIGHT_SEND), 2);
	port_gone(service);
	pthread_join(t, NULL);
	port_gone(port);
}

static void string_copies(void)
{
	char to[8];

	EQUAL(mig_strncpy(to, "abc", 8), 4);
	CHECK(strcmp(to, "abc") == 0);
	EQUAL(mig_strncpy(to, "abcdefghij", 8), 8);
	CHECK(strcmp(to, "abcdefg") == 0);
	EQUAL(mig_strncpy(to, "abc", 0), 0);
}

/* Checklist: MIG-08 */
static void error_text(void)
{
	static const struct {
		mach_error_t code;
		const char *text;
	} cases[] = {
		{KERN_SUCCESS, "(os/kern) successful"},
		{KERN_INVALID_ADDRESS, "(os/kern) invalid address"},
		{KERN_TIMEDOUT, "(os/kern) timed out"},
		{MACH_SEND_TIMED_OUT, "(ipc/send) timed out"},
		{MACH_RCV_PORT_DIED, "(ipc/rcv) port died"},
		{MACH_SEND_INVALID_MEMORY | MACH_MSG_VM_SPACE,
		 "(ipc/send) invalid memory"},
		{SEND_TIMED_OUT, "(ipc/send) timed out"},
		{RCV_TOO_LARGE, "(ipc/rcv) message too large"},
		{MIG_SERVER_DIED, "(ipc/mig) server died"},
		{NETNAME_NOT_CHECKED_IN, "(server/netname) name not checked in"},
		{1102, "(server/bootstrap) unknown service"},
	};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
		if (strcmp(mach_error_string(cases[i].code), cases[i].text))
			test_fail(__FILE__, __LINE__, "%d: %s", cases[i].code,
				  mach_error_string(cases[i].code));
	CHECK(strstr(mach_error_string(0x12345), "0x12345") != NULL);
	CHECK(strcmp(mach_error_type(MIG_BAD_ID), "(ipc/mig)") == 0);
	EQUAL(err_get_system(MACH_RCV_TIMED_OUT), 4);
	EQUAL(err_get_sub(MACH_RCV_TIMED_OUT), 1);
	mach_error("# mach_error prints", KERN_NO_SPACE);
}

static const struct test tests[] = {
	TEST(bad_requests),  TEST(bad_replies), TEST(server_loop),
	TEST(lost_task_port),
	TEST(string_copies), TEST(error_text),
};
TEST_MAIN(tests)
