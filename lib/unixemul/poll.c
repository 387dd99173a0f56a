/* SPDX-License-Identifier: BSD-2-Clause */
/* poll and select: select's bit sets become poll entries and back. */
#include "sys.h"

#define NS 1000000000ll
#define FDS_MAX 1024
#define POLLIN	 1
#define POLLPRI	 2
#define POLLOUT	 4
#define POLLERR	 8
#define POLLHUP	 16
#define POLLNVAL 32

struct entry {
	int32_t fd;
	int16_t events, revents;
};

/* ns, or -1 for ever; negative times are refused. */
int64_t timeout_ns(const int64_t *t, int64_t unit, bool *valid)
{
	*valid = true;
	if (!t)
		return -1;
	*valid = t[0] >= 0 && t[1] >= 0 && t[1] < NS / unit;
	if (t[0] > 1000000000)
		return -1;
	return t[0] * NS + t[1] * unit;
}

static void poll_begin(struct block *b, uint64_t n, int64_t ns,
		       const uint64_t *mask)
{
	call_begin(b, UX_POLL);
	call_word(b, 0, n);
	call_word(b, 1, (uint64_t)ns);
	call_word(b, 2, mask != NULL);
	if (mask)
		call_put(b, mask, sizeof(*mask));
}

static int64_t poll_call(struct block *b, int64_t ns, const uint64_t *mask)
{
	uint64_t n = arg(b, 1);
	int64_t ready;

	if (n > FDS_MAX)
		return -EINVAL;
	poll_begin(b, n, ns, mask);
	call_put(b, (const void *)arg(b, 0), n * sizeof(struct entry));
	ready = call_send(b);
	if (ready >= 0)
		call_get(b, (void *)arg(b, 0), n * sizeof(struct entry));
	return ready;
}

int64_t sys_poll(struct block *b)
{
	int ms = (int)arg(b, 2);

	return poll_call(b, ms < 0 ? -1 : ms * 1000000ll, NULL);
}

int64_t sys_ppoll(struct block *b)
{
	bool valid;
	int64_t ns = timeout_ns((const int64_t *)arg(b, 2), 1, &valid);

	if (!valid)
		return -EINVAL;
	return poll_call(b, ns, (const uint64_t *)arg(b, 3));
}

static bool bit(const uint64_t *set, unsigned n)
{
	return set && (set[n / 64] >> (n % 64) & 1);
}

static int16_t select_events(const uint64_t *in, const uint64_t *out,
			     const uint64_t *other, unsigned fd)
{
	int16_t events = 0;

	if (bit(in, fd))
		events |= POLLIN;
	if (bit(out, fd))
		events |= POLLOUT;
	if (bit(other, fd))
		events |= POLLPRI;
	return events;
}

static unsigned set_bit(uint64_t *set, unsigned n, bool was, bool on)
{
	if (!set || !was)
		return 0;
	if (on)
		return 1;
	set[n / 64] &= ~(1ull << (n % 64));
	return 0;
}

/* Writes the answer into the program's sets; how many bits are on. */
static int64_t select_answer(struct block *b, uint64_t *in, uint64_t *out,
			     uint64_t *other, uint64_t entries)
{
	const struct entry *e = (const struct entry *)b->reply.data;
	int64_t on = 0;

	for (uint64_t k = 0; k < entries; k++)
		if (e[k].revents & POLLNVAL)
			return -EBADF;
	for (uint64_t k = 0; k < entries; k++, e++) {
		unsigned fd = (unsigned)e->fd;
		on += set_bit(in, fd, e->events & POLLIN,
			      e->revents & (POLLIN | POLLHUP | POLLERR));
		on += set_bit(out, fd, e->events & POLLOUT,
			      e->revents & (POLLOUT | POLLERR));
		on += set_bit(other, fd, e->events & POLLPRI,
			      e->revents & POLLPRI);
	}
	return on;
}

static int64_t select_call(struct block *b, int64_t ns, const uint64_t *mask)
{
	uint64_t *in = (uint64_t *)arg(b, 1), *out = (uint64_t *)arg(b, 2);
	uint64_t *other = (uint64_t *)arg(b, 3), entries = 0;
	int n = (int)arg(b, 0);
	int64_t ready;

	if (n < 0)
		return -EINVAL;
	if (n > FDS_MAX)
		n = FDS_MAX;
	poll_begin(b, 0, ns, mask);
	for (int fd = 0; fd < n; fd++) {
		struct entry e = {fd, select_events(in, out, other,
						    (unsigned)fd), 0};
		if (!e.events)
			continue;
		call_put(b, &e, sizeof(e));
		entries++;
	}
	call_word(b, 0, entries);
	ready = call_send(b);
	return ready < 0 ? ready
			 : select_answer(b, in, out, other, entries);
}

int64_t sys_select(struct block *b)
{
	bool valid;
	int64_t ns = timeout_ns((const int64_t *)arg(b, 4), 1000, &valid);

	return valid ? select_call(b, ns, NULL) : -EINVAL;
}

int64_t sys_pselect6(struct block *b)
{
	const uint64_t *const *mask = (const uint64_t *const *)arg(b, 5);
	bool valid;
	int64_t ns = timeout_ns((const int64_t *)arg(b, 4), 1, &valid);

	if (!valid)
		return -EINVAL;
	return select_call(b, ns, mask ? *mask : NULL);
}
