/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the UNIX server by hand, as uid 65534: any program has its
 * process port.
 *
 * request exec SET-UID-PROGRAM FILE: executes the program and, with a request
 * that is queued behind that, makes FILE everybody's.
 * request run PROGRAM WHO: executes it; with the one argument `who' it says as
 * whom it runs.
 * request fuzz CHILDREN SEED: each child sends requests of random words and
 * lengths; prints how many children there were.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>
#include "../../../servers/unix/request.h"

#define NOBODY 65534
#define HEAD   offsetof(struct request, data)

static struct request q;
static uint64_t seed;
static volatile int *sent; /* shared: how many children have sent all */

static uint64_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static mach_msg_type_t item(unsigned name, unsigned bits, unsigned number)
{
	return (mach_msg_type_t){.msgt_name = name,
				 .msgt_size = bits,
				 .msgt_number = number,
				 .msgt_inline = 1};
}

/* Sends q with op and length bytes of data, and waits for nothing. */
static void send(int op, uint32_t length)
{
	q.head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_size = (uint32_t)HEAD + ((length + 3) & ~3u),
		.msgh_remote_port = UX_PORT_NAME,
		.msgh_local_port = (mach_port_t)mach_trap6(
			MACH_TRAP_MACH_REPLY_PORT, 0, 0, 0, 0, 0, 0),
		.msgh_id = UX_MSG_CALL,
	};
	q.op_type = q.tid_type = item(MACH_MSG_TYPE_INTEGER_32, 32, 1);
	q.words_type = item(MACH_MSG_TYPE_INTEGER_64, 64, UX_WORDS);
	q.op = op;
	q.tid = (int)syscall(SYS_gettid);
	q.data_type.msgtl_header =
		(mach_msg_type_t){.msgt_inline = 1, .msgt_longform = 1};
	q.data_type.msgtl_name = MACH_MSG_TYPE_BYTE;
	q.data_type.msgtl_size = 8;
	q.data_type.msgtl_number = length;
	mach_trap7(MACH_TRAP_MACH_MSG, (uintptr_t)&q, MACH_SEND_MSG,
		   q.head.msgh_size, 0, 0, 0, 0);
}

static void words(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	memset(q.words, 0, sizeof(q.words));
	q.words[0] = a;
	q.words[1] = b;
	q.words[2] = c;
	q.words[3] = d;
}

static void exec(const char *program, const char *file)
{
	size_t length = strlen(program) + 1;

	alarm(5);
	/* The server is busy with this one while the others come. */
	words(UX_DATA_MAX, 0, 0, 0);
	send(UX_GETRANDOM, 0);
	words((uint64_t)AT_FDCWD, length, 1, 0);
	memcpy(q.data, program, length);
	strcpy((char *)q.data + length, "true");
	send(UX_EXECVE, (uint32_t)length + 5);
	length = strlen(file) + 1;
	words((uint64_t)AT_FDCWD, length, 0777, 0);
	memcpy(q.data, file, length);
	send(UX_FCHMODAT, (uint32_t)length);
	for (;;)
		pause();
}

static uint64_t any_word(void)
{
	switch (any() % 4) {
	case 0:
		return any();
	case 1:
		return 1ull << any() % 64;
	case 2:
		return -(any() % 200);
	default:
		return any() % 12;
	}
}

static void fuzz(void)
{
	static const char *const paths[] = {"/", "/tmp/a", "..", "/proc/self/"
					    "fd/1", "/bin/sh", "/dev/null"};

	for (int n = 0; n < 200; n++) {
		const char *path = paths[any() % 6];
		uint32_t length = (uint32_t)(any() % 200);

		for (int k = 0; k < UX_WORDS; k++)
			q.words[k] = any_word();
		strcpy((char *)q.data, path);
		if (any() % 2)
			q.words[any() % 2] = strlen(path) + 1;
		send((int)(any() % (UX_OP_COUNT + 2)), length);
	}
	/* Counts of arguments that wrap around. */
	words((uint64_t)AT_FDCWD, 8, 0xffffffff, 1);
	strcpy((char *)q.data, "/bin/sh");
	send(UX_EXECVE, 8);
	(*sent)++;
	for (;;) /* no call is sure to be served any more */
		pause();
}

int main(int argc, char **argv)
{
	int children = argc > 3 && !strcmp(argv[1], "fuzz") ? atoi(argv[2])
							    : 0;

	if (argc == 2)
		return printf("%d %d\n", (int)getuid(), (int)geteuid()) < 0;
	if (argc < 4)
		return 2;
	if (!children && (setgid(NOBODY) || setuid(NOBODY)))
		return 1;
	if (!strcmp(argv[1], "run"))
		return execl(argv[2], argv[2], argv[3], NULL);
	if (!strcmp(argv[1], "exec"))
		exec(argv[2], argv[3]);
	sent = mmap(NULL, sizeof(*sent), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sent == MAP_FAILED)
		return 3;
	for (int n = 0; n < children; n++) {
		int before = *sent;
		pid_t pid = fork();

		if (!pid) {
			seed = (strtoull(argv[3], NULL, 0) * 1000 + n) *
				       0x9e3779b97f4a7c15 | 1;
			setsid();
			if (!setgid(NOBODY) && !setuid(NOBODY))
				fuzz();
			_exit(1);
		}
		/* It may have stopped itself. */
		for (int k = 0; k < 250 && *sent == before &&
				!waitpid(pid, NULL, WNOHANG);
		     k++)
			usleep(4000);
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	printf("%d children\n", children);
	return 0;
}
