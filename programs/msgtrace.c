/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msgtrace: what a task says and hears: a line for each message, decoded by
 * the run-time descriptions of the interfaces.
 *
 * The kernel notes into a buffer, which is read twenty times a second; what did
 * not fit is told as a number. A reply is known by the port it came to: what
 * was asked with that reply port is what is answered.
 */
#include <errno.h>
#include <mach/mach_ext.h>
#include <mach/msg_trace.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/decode.h"
#include "lib/watch.h"

#define LINE	 1000
#define PENDING	 1024
#define INTERVAL 50000 /* us */

static const char usage_text[] =
	"usage: msgtrace [-fw] [-n COUNT] PID|NAME\n"
	"       msgtrace [-w] [-n COUNT] -- COMMAND ARGUMENT...\n"
	"Shows the messages that a task sends (->) and receives (<-), each on a\n"
	"line: seconds, task, interface.routine(arguments) = result.\n"
	"  -f  tasks that it makes from now on, too\n"
	"  -n  end after so many messages\n"
	"  -w  whole lines, however long (a terminal's are cut: ...)\n"
	"NAME is a task's, as machtop tells it. Port names are hexadecimal. A\n"
	"command is followed to its end; its exit status is msgtrace's.\n";

static struct {
	long count; /* lines still to come; -1: no limit */
	bool follow, whole;
	int width; /* of the terminal, or LINE */
} want = {.count = -1, .width = LINE};

static volatile sig_atomic_t ended;

/* --- what is waited for --- */

/* By task and reply port: the request. Old ones make room for new ones. */
static struct pending {
	uint64_t task;
	mach_port_t port;
	bool sent; /* by the task, or received by it */
	int id;
} pending[PENDING];

static struct pending *slot(uint64_t task, mach_port_t port, bool sent)
{
	return &pending[(task * 31 + port * 7 + sent) % PENDING];
}

static void remember(uint64_t task, mach_port_t port, bool sent, int id)
{
	if (port)
		*slot(task, port, sent) = (struct pending){task, port, sent,
							   id};
}

/* The request that this answers, or 0. */
static int answered(uint64_t task, mach_port_t port, bool sent, int id)
{
	struct pending *p = slot(task, port, sent);

	if (p->task != task || p->port != port || p->sent != sent ||
	    p->id + 100 != id)
		return 0;
	p->task = 0;
	return p->id;
}

/* --- lines --- */

static uint64_t start; /* ns */

static void put_line(const struct msg_trace_record *r, const char *arrow,
		     const char *text)
{
	char line[LINE + 64];
	int n;

	if (!start)
		start = r->time;
	n = snprintf(line, sizeof(line), "%9.6f %-12.12s %s %s",
		     (double)(r->time - start) / 1e9, r->name, arrow, text);
	if (n <= want.width)
		printf("%s\n", line);
	else
		printf("%.*s...\n", want.width - 3, line);
	if (want.count > 0 && --want.count == 0)
		ended = 1;
}

static void put_message(const struct msg_trace_record *r)
{
	const mach_msg_header_t *h = (const void *)(r + 1);
	bool sent = r->what == MSG_TRACE_SENT;
	/* Of the other side's: where a reply to this is expected, and what the
	 * request came with if this is a reply. */
	mach_port_t reply_to = sent ? h->msgh_local_port : h->msgh_remote_port;
	mach_port_t came_to = sent ? h->msgh_remote_port : h->msgh_local_port;
	int request = answered(r->task, came_to, !sent, h->msgh_id);
	char text[LINE];

	if (request) {
		decode_reply(h, r->captured, request, text, sizeof(text));
	} else {
		remember(r->task, reply_to, sent, h->msgh_id);
		decode_request(h, r->captured, came_to, text, sizeof(text));
	}
	put_line(r, sent ? "->" : "<-", text);
}

static void put_failure(const struct msg_trace_record *r)
{
	char text[LINE];

	snprintf(text, sizeof(text), "mach_msg = %s", mach_error_string(r->code));
	put_line(r, "--", text);
}

/* --- the trace --- */

/* Records of the task `without` are left out. */
static void show(const char *at, size_t bytes, uint64_t without)
{
	const char *end = at + bytes;

	while ((size_t)(end - at) >= sizeof(struct msg_trace_record) && !ended) {
		const struct msg_trace_record *r = (const void *)at;
		at += r->size;
		if (r->task == without)
			continue;
		if (r->what == MSG_TRACE_FAILED)
			put_failure(r);
		else if (r->captured >= sizeof(mach_msg_header_t))
			put_message(r);
	}
}

/* One reading; false: none of its tasks lives any more. */
static bool read_trace(mach_port_t trace, uint64_t without)
{
	mach_msg_type_number_t bytes = 0;
	char *records = NULL;
	int64_t lost = 0;
	int live = 0;
	kern_return_t kr = host_trace_read(trace, &records, &bytes, &lost,
					   &live);

	if (kr != KERN_SUCCESS)
		watch_fail("reading", kr);
	show(records, bytes, without);
	if (bytes)
		vm_deallocate(mach_task_self(), (vm_address_t)records, bytes);
	if (lost)
		printf("... %lld messages lost\n", (long long)lost);
	fflush(stdout);
	return live > 0;
}

/* MACH_PORT_NULL: there is no such task any more. */
static mach_port_t begin(host_priv_t host, int64_t task, bool follow)
{
	mach_port_t trace = MACH_PORT_NULL;
	kern_return_t kr = host_trace(host, task, follow, &trace);

	if (kr != KERN_SUCCESS && kr != KERN_INVALID_TASK)
		watch_fail("tracing", kr);
	return trace;
}

static const struct watch_task *find_task(host_priv_t host, const char *what)
{
	size_t count;
	const struct watch_task *tasks = watch_tasks(host, &count);
	const struct watch_task *t = watch_find(tasks, count, what);

	if (!t) {
		fprintf(stderr, "msgtrace: no task \"%s\"\n", what);
		exit(1);
	}
	return t;
}

/* For people: a pipe gets messages only. */
static void tell(const char *what)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "msgtrace: %s\n", what);
}

static int trace_task(host_priv_t host, const char *what)
{
	mach_port_t trace;

	/* A process that execs just now gets another task: look again. */
	do
		trace = begin(host, find_task(host, what)->stat[TASK_STAT_ID],
			      want.follow);
	while (trace == MACH_PORT_NULL);
	tell("what it sends and receives from now on; ^C ends");
	while (read_trace(trace, 0) && !ended)
		usleep(INTERVAL);
	if (!ended)
		tell("it has ended");
	return 0;
}

/* --- a command --- */

/* The child waits to be let go, so that nothing of the command is missed. */
static pid_t start_command(char **argv, int *go)
{
	int ends[2];
	char byte;

	if (pipe(ends)) {
		perror("msgtrace: pipe");
		exit(1);
	}
	pid_t pid = fork();
	if (pid < 0) {
		perror("msgtrace: fork");
		exit(1);
	}
	if (!pid) {
		close(ends[1]);
		if (read(ends[0], &byte, 1) != 1)
			_exit(1);
		close(ends[0]);
		execvp(argv[0], argv);
		fprintf(stderr, "msgtrace: %s: %s\n", argv[0], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	close(ends[0]);
	*go = ends[1];
	return pid;
}

static int trace_command(host_priv_t host, char **argv)
{
	char number[16];
	int go, status = 0;
	pid_t pid = start_command(argv, &go);

	snprintf(number, sizeof(number), "%d", pid);
	int64_t first = find_task(host, number)->stat[TASK_STAT_ID];
	mach_port_t trace = begin(host, first, true);
	if (trace == MACH_PORT_NULL)
		watch_fail("tracing", KERN_INVALID_TASK);
	if (write(go, "g", 1) != 1)
		ended = 1;
	close(go);
	while (!ended && !waitpid(pid, &status, WNOHANG)) {
		read_trace(trace, (uint64_t)first);
		usleep(INTERVAL);
	}
	if (!ended)
		read_trace(trace, (uint64_t)first);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/* --- */

[[gnu::noreturn]] static void misuse(const char *what, const char *argument)
{
	fprintf(stderr, "msgtrace: %s%s\n%s", what, argument, usage_text);
	exit(2);
}

static long count_of(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 1)
		misuse("not a count: ", text);
	return n;
}

/* Returns the index of what is to be traced; *command: it is a command. */
static int options(int argc, char **argv, bool *command)
{
	int option;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage_text, stdout);
		exit(0);
	}
	opterr = 0;
	while ((option = getopt(argc, argv, "+fn:w")) != -1) {
		if (option == 'f')
			want.follow = true;
		else if (option == 'w')
			want.whole = true;
		else if (option == 'n')
			want.count = count_of(optarg);
		else
			misuse("no such option, or nothing behind it: ",
			       argv[optind - 1]);
	}
	*command = !strcmp(argv[optind - 1], "--");
	if (optind >= argc)
		misuse("what is to be traced?", "");
	if (!*command && optind + 1 < argc)
		misuse("what is ", argv[optind + 1]);
	return optind;
}

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

int main(int argc, char **argv)
{
	struct winsize w;
	bool command = false;
	int i = options(argc, argv, &command);

	watch_program = "msgtrace";
	host_priv_t host = watch_host();
	if (!want.whole && isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 3 &&
	    w.ws_col < LINE)
		want.width = w.ws_col;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	return command ? trace_command(host, argv + i) :
			 trace_task(host, argv[i]);
}
