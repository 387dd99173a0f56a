/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll, to which the emulator turns select and pselect too. Every run asks all
 * files and hangs the call on all their queues; a wake-up runs it again.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include "dispatch.h"
#include "file.h"
#include "proc.h"
#include "sig.h"

#define POLL_ALWAYS (POLLERR | POLLHUP | POLLNVAL)

/* Asks one entry; hangs c on the file's queues unless c is NULL. */
static short poll_one(struct call *c, struct proc *p, const struct pollfd *e)
{
	struct file *f;
	int events;

	if (e->fd < 0)
		return 0;
	f = fdt_file(p, e->fd);
	if (!f)
		return POLLNVAL;
	events = f->ops->poll ? f->ops->poll(c, f) : POLLIN | POLLOUT;
	return (short)(events & (e->events | POLL_ALWAYS));
}

static int64_t poll_all(struct call *c, const struct pollfd *in, uint64_t n)
{
	int64_t ready = 0;

	c->out_length = 0;
	for (uint64_t k = 0; k < n; k++) {
		struct pollfd e;

		memcpy(&e, &in[k], sizeof(e));
		e.revents = poll_one(c, c->lwp->proc, &e);
		ready += e.revents != 0;
		call_put(c, &e, sizeof(e));
	}
	return ready;
}

static void poll_restore_mask(struct lwp *l)
{
	if (!l->mask_saved)
		return;
	l->mask = l->saved_mask;
	l->mask_saved = false;
	sig_update(l);
}

/* words: n, timeout in ns or -1, mask given?; progress: the mask is set. */
int64_t op_poll(struct call *c)
{
	const uint64_t *mask = c->words[2] ? call_take(c, 8) : NULL;
	int64_t timeout = (int64_t)c->words[1], ready;
	uint64_t n = c->words[0];
	const struct pollfd *in;

	if (n > FD_MAX || (c->words[2] && !mask))
		return -EINVAL;
	in = call_take(c, n * sizeof(*in));
	if (!in)
		return -EINVAL;
	if (mask && !c->progress) {
		c->lwp->saved_mask = c->lwp->mask;
		c->lwp->mask = *mask & ~(SIG_BIT(SIGKILL) | SIG_BIT(SIGSTOP));
		c->lwp->mask_saved = true;
		c->progress = 1;
		sig_update(c->lwp);
		sig_retarget(c->lwp);
	}
	c->restartable = false;
	ready = poll_all(c, in, n);
	if (ready || !timeout || c->timed_out) {
		poll_restore_mask(c->lwp);
		return ready;
	}
	if (timeout > 0)
		call_deadline_after(c, timeout);
	return CALL_PARK;
}
