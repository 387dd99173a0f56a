/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * write: to the task's output port if its creator gave it one, else to the
 * kernel's log.
 */
#include <stdbool.h>
#include <errno.h>
#include <mach/bare.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>
#include <sys/uio.h>

#include "block.h"
#include "console.h"

#define CHUNK 2048 /* bare_write's most */

static int64_t put(int channel, const char *text, uint64_t size)
{
	uint64_t n = size < CHUNK ? size : CHUNK;

	if (musl_task.output == MACH_PORT_NULL ||
	    bare_write(musl_task.output, channel, (char *)text,
		       (mach_msg_type_number_t)n) != KERN_SUCCESS)
		mach_trap2(MACH_TRAP_DEBUG_LOG, (uintptr_t)text, n);
	return (int64_t)n;
}

static int64_t put_all(int channel, const char *text, uint64_t size)
{
	uint64_t done = 0;

	while (done < size)
		done += (uint64_t)put(channel, text + done, size - done);
	return (int64_t)size;
}

static bool writable(uint64_t descriptor)
{
	return descriptor == 1 || descriptor == 2;
}

int64_t musl_write(struct musl_frame *f)
{
	if (!writable(f->rdi))
		return -EBADF;
	return put_all((int)f->rdi, (const char *)f->rsi, f->rdx);
}

/* Gathers small pieces, so that a line is one message. */
int64_t musl_writev(struct musl_frame *f)
{
	const struct iovec *v = (const struct iovec *)f->rsi;
	char line[512];
	uint64_t held = 0;
	int64_t total = 0;

	if (!writable(f->rdi))
		return -EBADF;
	for (uint64_t i = 0; i < f->rdx; i++) {
		const char *text = v[i].iov_base;
		uint64_t size = v[i].iov_len;

		total += (int64_t)size;
		if (held + size > sizeof line) {
			put_all((int)f->rdi, line, held);
			held = 0;
		}
		if (size > sizeof line) {
			put_all((int)f->rdi, text, size);
			continue;
		}
		for (uint64_t j = 0; j < size; j++)
			line[held++] = text[j];
	}
	put_all((int)f->rdi, line, held);
	return total;
}

void musl_console_exit(int status)
{
	if (musl_task.output != MACH_PORT_NULL)
		bare_exit(musl_task.output, status);
}
