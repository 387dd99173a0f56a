/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to the UNIX server. A message is built in the thread's block, sent
 * and answered there. The receive is repeated when it is interrupted: the
 * server answers every request, early if a signal came.
 */
#include "emul.h"

#define PATH_LONGEST 4096

static uint32_t type_word(unsigned name, unsigned bits, unsigned number)
{
	return name | bits << 8 | number << 16 | 1u << 28;
}

void call_begin(struct block *b, int op)
{
	struct request *q = &b->request;

	q->op_type = type_word(MACH_MSG_TYPE_INTEGER_32, 32, 1);
	q->op = op;
	q->tid_type = q->op_type;
	q->tid = b->tid;
	q->words_type = type_word(MACH_MSG_TYPE_INTEGER_64, 64, UX_WORDS);
	for (unsigned n = 0; n < UX_WORDS; n++)
		q->words[n] = 0;
	b->data_used = 0;
}

void call_word(struct block *b, unsigned n, uint64_t word)
{
	b->request.words[n] = word;
}

int call_put(struct block *b, const void *from, uint64_t size)
{
	if (size > UX_DATA_MAX - b->data_used)
		return -E2BIG;
	memcpy(b->request.data + b->data_used, from, size);
	b->data_used += size;
	return 0;
}

int call_put_path(struct block *b, unsigned n, const char *path)
{
	uint8_t *to = b->request.data + b->data_used;
	uint64_t length = 0;

	do {
		if (length == PATH_LONGEST ||
		    b->data_used + length == UX_DATA_MAX)
			return -ENAMETOOLONG;
		to[length] = (uint8_t)path[length];
	} while (to[length++]);
	b->data_used += length;
	b->request.words[n] = length;
	return 0;
}

static void call_finish_request(struct block *b)
{
	struct request *q = &b->request;
	uint64_t padded = (b->data_used + 3) & ~3ull;
	uint32_t *type = (uint32_t *)&q->data_type;

	type[0] = 1u << 28 | 1u << 29; /* in line, long form */
	q->data_type.msgtl_name = MACH_MSG_TYPE_BYTE;
	q->data_type.msgtl_size = 8;
	q->data_type.msgtl_number = b->data_used;
	for (uint64_t n = b->data_used; n < padded; n++)
		q->data[n] = 0;
	q->head = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
					    MACH_MSG_TYPE_MAKE_SEND_ONCE),
		.msgh_size = (uint32_t)(offsetof(struct request, data) +
					padded),
		.msgh_remote_port = b->port,
		.msgh_local_port = b->reply_port,
		.msgh_id = UX_MSG_CALL,
	};
}

static uint32_t message(struct block *b, uint32_t option)
{
	return (uint32_t)mach_trap7(
		MACH_TRAP_MACH_MSG, (uint64_t)&b->request, option,
		b->request.head.msgh_size, sizeof(struct reply),
		b->reply_port, 0, 0);
}

int64_t call_send(struct block *b)
{
	uint32_t code;

	call_finish_request(b);
	code = message(b, MACH_SEND_MSG | MACH_RCV_MSG);
	while (code == MACH_SEND_INTERRUPTED)
		code = message(b, MACH_SEND_MSG | MACH_RCV_MSG);
	while (code == MACH_RCV_INTERRUPTED)
		code = message(b, MACH_RCV_MSG);
	b->data_read = 0;
	if (code != MACH_MSG_SUCCESS || b->reply.head.msgh_id != UX_MSG_REPLY ||
	    b->reply.head.msgh_size < offsetof(struct reply, data)) {
		/* An error reply, or the server is gone. */
		b->reply.data_type.msgtl_number = 0;
		return -EIO;
	}
	if (b->reply.flags & UX_RF_SIGNAL)
		b->signal_due = true;
	if (b->reply.result == -EINTR)
		b->interrupted = b->reply.flags & UX_RF_NOINTR
					 ? INTR_RESTARTABLE
					 : INTR_FINAL;
	return b->reply.result;
}

uint64_t call_left(const struct block *b)
{
	return b->reply.data_type.msgtl_number - b->data_read;
}

void call_get(struct block *b, void *to, uint64_t size)
{
	if (size > call_left(b))
		size = call_left(b);
	if (to)
		memcpy(to, b->reply.data + b->data_read, size);
	b->data_read += size;
}

int64_t call_words(struct block *b, int op, uint64_t a, uint64_t c,
		   uint64_t d, uint64_t e)
{
	call_begin(b, op);
	b->request.words[0] = a;
	b->request.words[1] = c;
	b->request.words[2] = d;
	b->request.words[3] = e;
	return call_send(b);
}
