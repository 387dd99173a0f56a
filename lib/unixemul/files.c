/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing: split to messages, gathered, scattered, copied. */
#include "sys.h"

struct vector {
	uint64_t base, length;
};

#define VECTOR_MAX 1024
#define AT_FILE    (~0ull) /* the file's own offset */

/* A bad byte: the call begins again and asks for less, or says what it has. */
static void probe(struct block *b, uint64_t byte)
{
	b->probed = byte;
	b->on_fault = FAULT_PROBED;
	__asm__ volatile("lock orb $0, (%0)" : : "r"(byte) : "memory");
	b->on_fault = FAULT_RETURNS;
}

/*
 * How many bytes the program's memory takes at `to`: what a pipe gave cannot be
 * given back, so the ends are tried before. (A hole between them is not seen.)
 */
static uint64_t room(struct block *b, uint64_t to, uint64_t count)
{
	uint64_t page = b->bad & ~4095ull;

	if (b->bad && to - page < 4096)
		return 0;
	if (b->bad && page - to < count)
		count = page - to;
	if (count) {
		probe(b, to);
		probe(b, to + count - 1);
	}
	return count;
}

/* No room at all. What is wrong with the descriptor comes first. */
static int64_t read_nowhere(struct block *b, uint64_t fd)
{
	int64_t result = call_words(b, UX_READ, fd, 0, 0, 0);

	return result < 0 ? result : -EFAULT;
}

static int64_t read_once(struct block *b, uint64_t fd, void *to,
			 uint64_t count, uint64_t offset)
{
	uint64_t asked;
	int64_t got;

	if (count > UX_DATA_MAX)
		count = UX_DATA_MAX;
	asked = count;
	if (offset == AT_FILE)
		count = room(b, (uint64_t)to, count);
	if (!count && asked)
		return read_nowhere(b, fd);
	got = offset == AT_FILE
		      ? call_words(b, UX_READ, fd, count, 0, 0)
		      : call_words(b, UX_PREAD, fd, count, offset, 0);
	if (got > 0)
		call_get(b, to, (uint64_t)got);
	return got;
}

/* A full message means that there may be more: only files give that. */
static int64_t read_all(struct block *b, uint64_t fd, uint64_t to,
			uint64_t count, uint64_t offset)
{
	uint64_t done = 0;

	do {
		int64_t got = read_once(b, fd, (void *)(to + done),
					count - done,
					offset == AT_FILE ? offset
							  : offset + done);
		if (got < 0)
			return done ? (int64_t)done : got;
		done += (uint64_t)got;
		b->done += (uint64_t)got;
		if (got < UX_DATA_MAX || b->signal_due)
			break;
	} while (done < count);
	return (int64_t)done;
}

static int64_t write_once(struct block *b, uint64_t fd, const void *from,
			  uint64_t count, uint64_t offset)
{
	call_begin(b, offset == AT_FILE ? UX_WRITE : UX_PWRITE);
	call_word(b, 0, fd);
	call_word(b, 1, count);
	call_word(b, 2, offset);
	call_put(b, from, count);
	return call_send(b);
}

static int64_t write_all(struct block *b, uint64_t fd, uint64_t from,
			 uint64_t count, uint64_t offset)
{
	uint64_t done = 0;

	do {
		uint64_t n = count - done;
		int64_t put;

		if (n > UX_DATA_MAX)
			n = UX_DATA_MAX;
		put = write_once(b, fd, (const void *)(from + done), n,
				 offset == AT_FILE ? offset : offset + done);
		if (put < 0)
			return done ? (int64_t)done : put;
		done += (uint64_t)put;
		b->done += (uint64_t)put;
		if ((uint64_t)put < n || b->signal_due)
			break;
	} while (done < count);
	return (int64_t)done;
}

int64_t sys_read(struct block *b)
{
	return read_all(b, arg(b, 0), arg(b, 1), arg(b, 2), AT_FILE);
}

int64_t sys_write(struct block *b)
{
	return write_all(b, arg(b, 0), arg(b, 1), arg(b, 2), AT_FILE);
}

int64_t sys_pread(struct block *b)
{
	if ((int64_t)arg(b, 3) < 0)
		return -EINVAL;
	return read_all(b, arg(b, 0), arg(b, 1), arg(b, 2), arg(b, 3));
}

int64_t sys_pwrite(struct block *b)
{
	if ((int64_t)arg(b, 3) < 0)
		return -EINVAL;
	return write_all(b, arg(b, 0), arg(b, 1), arg(b, 2), arg(b, 3));
}

static bool vector_valid(const struct vector *v, uint64_t n)
{
	uint64_t total = 0;

	if (n > VECTOR_MAX)
		return false;
	for (uint64_t k = 0; k < n; k++)
		if (__builtin_add_overflow(total, v[k].length, &total) ||
		    (int64_t)total < 0)
			return false;
	return true;
}

static uint64_t room_of_vector(struct block *b, const struct vector *v,
			       uint64_t n)
{
	uint64_t total = 0, part;

	for (uint64_t k = 0; k < n; k++) {
		part = room(b, v[k].base, v[k].length);
		total += part;
		if (part < v[k].length)
			break;
	}
	return total;
}

/* All that one message holds comes from one read: a second would wait. */
static int64_t read_scattered(struct block *b, const struct vector *v,
			      uint64_t n, uint64_t total, uint64_t offset)
{
	uint64_t asked = total;
	int64_t got;

	if (offset == AT_FILE)
		total = room_of_vector(b, v, n);
	if (!total && asked)
		return read_nowhere(b, arg(b, 0));
	got = offset == AT_FILE
		      ? call_words(b, UX_READ, arg(b, 0), total, 0, 0)
		      : call_words(b, UX_PREAD, arg(b, 0), total, offset, 0);
	for (uint64_t k = 0; k < n && got > 0; k++)
		call_get(b, (void *)v[k].base, v[k].length);
	return got;
}

static int64_t read_vector(struct block *b, uint64_t offset)
{
	const struct vector *v = (const void *)arg(b, 1);
	uint64_t n = arg(b, 2), done = 0, total = 0;

	if (!vector_valid(v, n))
		return -EINVAL;
	for (uint64_t k = 0; k < n; k++)
		total += v[k].length;
	if (total <= UX_DATA_MAX)
		return read_scattered(b, v, n, total, offset);
	for (uint64_t k = 0; k < n; k++) {
		int64_t got;
		if (!v[k].length)
			continue;
		got = read_all(b, arg(b, 0), v[k].base, v[k].length,
			       offset == AT_FILE ? offset : offset + done);
		if (got < 0)
			return done ? (int64_t)done : got;
		done += (uint64_t)got;
		if ((uint64_t)got < v[k].length || b->signal_due)
			break;
	}
	return (int64_t)done;
}

/* All that fits in one message goes as one write, as it must for pipes. */
static int64_t write_gathered(struct block *b, const struct vector *v,
			      uint64_t n, uint64_t total, uint64_t offset)
{
	call_begin(b, offset == AT_FILE ? UX_WRITE : UX_PWRITE);
	call_word(b, 0, arg(b, 0));
	call_word(b, 1, total);
	call_word(b, 2, offset);
	for (uint64_t k = 0; k < n; k++)
		call_put(b, (const void *)v[k].base, v[k].length);
	return call_send(b);
}

static int64_t write_vector(struct block *b, uint64_t offset)
{
	const struct vector *v = (const void *)arg(b, 1);
	uint64_t n = arg(b, 2), done = 0, total = 0;

	if (!vector_valid(v, n))
		return -EINVAL;
	for (uint64_t k = 0; k < n; k++)
		total += v[k].length;
	if (total <= UX_DATA_MAX)
		return write_gathered(b, v, n, total, offset);
	for (uint64_t k = 0; k < n; k++) {
		int64_t put;
		if (!v[k].length)
			continue;
		put = write_all(b, arg(b, 0), v[k].base, v[k].length,
				offset == AT_FILE ? offset : offset + done);
		if (put < 0)
			return done ? (int64_t)done : put;
		done += (uint64_t)put;
		if ((uint64_t)put < v[k].length)
			break;
	}
	return (int64_t)done;
}

int64_t sys_readv(struct block *b)
{
	return read_vector(b, AT_FILE);
}

int64_t sys_writev(struct block *b)
{
	return write_vector(b, AT_FILE);
}

int64_t sys_preadv(struct block *b)
{
	if ((int64_t)arg(b, 3) < 0)
		return -EINVAL;
	return read_vector(b, arg(b, 3));
}

int64_t sys_pwritev(struct block *b)
{
	if ((int64_t)arg(b, 3) < 0)
		return -EINVAL;
	return write_vector(b, arg(b, 3));
}

/*
 * The bytes stay in the block: a reply's data becomes the next request's. What
 * the output did not take is given back to the input's offset.
 */
static int64_t copy_piece(struct block *b, uint64_t out, uint64_t in,
			  uint64_t count, uint64_t offset)
{
	uint8_t *data = b->reply.data;
	int64_t got, put;

	if (count > UX_DATA_MAX)
		count = UX_DATA_MAX;
	got = offset == AT_FILE ? call_words(b, UX_READ, in, count, 0, 0)
				: call_words(b, UX_PREAD, in, count, offset,
					     0);
	if (got <= 0)
		return got;
	for (int64_t k = got; k--;) /* the request's data lies higher */
		b->request.data[k] = data[k];
	call_begin(b, UX_WRITE);
	call_word(b, 0, out);
	call_word(b, 1, (uint64_t)got);
	b->data_used = (uint64_t)got;
	put = call_send(b);
	if (put < got && offset == AT_FILE) {
		int64_t back = put < 0 ? -got : put - got;
		enum interruption kept = b->interrupted;
		call_words(b, UX_LSEEK, in, (uint64_t)back, 1, 0);
		b->interrupted = kept;
	}
	return put;
}

int64_t sys_sendfile(struct block *b)
{
	uint64_t *place = (uint64_t *)arg(b, 2);
	uint64_t offset = place ? *place : AT_FILE;
	uint64_t count = arg(b, 3), done = 0;
	int64_t n = 0;

	/* Only what can be mapped can be sent: a pipe has no position. */
	n = call_words(b, UX_LSEEK, arg(b, 1), 0, 1, 0);
	if (n < 0)
		return n == -ESPIPE ? -EINVAL : n;
	while (done < count) {
		n = copy_piece(b, arg(b, 0), arg(b, 1), count - done,
			       place ? offset + done : AT_FILE);
		if (n <= 0)
			break;
		done += (uint64_t)n;
		if (b->signal_due)
			break;
	}
	if (place)
		*place = offset + done;
	return done ? (int64_t)done : n;
}

int64_t sys_getdents64(struct block *b)
{
	int64_t got = call_words(b, UX_GETDENTS, arg(b, 0), arg(b, 2), 0, 0);

	if (got > 0)
		call_get(b, (void *)arg(b, 1), (uint64_t)got);
	return got;
}

int64_t sys_getcwd(struct block *b)
{
	int64_t got = call_words(b, UX_GETCWD, arg(b, 1), 0, 0, 0);

	if (got > 0)
		call_get(b, (void *)arg(b, 0), (uint64_t)got);
	return got;
}

int64_t sys_getrandom(struct block *b)
{
	uint64_t done = 0;

	while (done < arg(b, 1)) {
		int64_t got = call_words(b, UX_GETRANDOM, arg(b, 1) - done, 0,
					 0, 0);
		if (got <= 0)
			return done ? (int64_t)done : got;
		call_get(b, (void *)(arg(b, 0) + done), (uint64_t)got);
		done += (uint64_t)got;
	}
	return (int64_t)done;
}

int64_t sys_syslog(struct block *b)
{
	return call_words(b, UX_SYSLOG, arg(b, 0), arg(b, 2), 0, 0);
}
