/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal as an open file: reading, writing, ioctl, job control. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include "proc.h"
#include "sig.h"
#include "tty.h"

#define VMIN_INDEX  6
#define VTIME_INDEX 5

/* Output processing; false when the bytes it makes do not fit. */
bool tty_put(struct tty *t, uint8_t byte)
{
	bool post = t->modes.oflag & OPOST;
	unsigned need = post && byte == '\n' ? 2 : 1;

	if (TTY_OUTPUT_MAX - t->out_used < need)
		return false;
	if (post && byte == '\n' && (t->modes.oflag & ONLCR))
		tty_put_raw(t, '\r');
	if (post && byte == '\r' && (t->modes.oflag & OCRNL))
		byte = '\n';
	tty_put_raw(t, byte);
	return true;
}

void tty_put_raw(struct tty *t, uint8_t byte)
{
	if (t->out_used == TTY_OUTPUT_MAX)
		return;
	t->output[(t->out_start + t->out_used++) % TTY_OUTPUT_MAX] = byte;
}

unsigned tty_output_take(struct tty *t, uint8_t *to, unsigned max)
{
	unsigned n = 0;

	if (t->stopped)
		return 0;
	while (n < max && t->out_used) {
		to[n++] = t->output[t->out_start];
		t->out_start = (t->out_start + 1) % TTY_OUTPUT_MAX;
		t->out_used--;
	}
	if (n)
		waitq_wake(&t->writable);
	return n;
}

/*
 * A background process reads or changes the terminal: 0 go on, or what the
 * call returns. sig is SIGTTIN or SIGTTOU.
 */
static int64_t tty_check_foreground(struct call *c, struct tty *t, int sig)
{
	struct proc *p = c->lwp->proc;

	if (!t->session || p->session != t->session || !t->foreground ||
	    p->pgid == t->foreground)
		return 0;
	if (sig_is_ignored(p, sig) || (c->lwp->mask & SIG_BIT(sig)))
		return sig == SIGTTIN ? -EIO : 0;
	if (pgrp_is_orphaned(p->pgid))
		return -EIO;
	sig_send_group(p->pgid, sig, NULL);
	/* Stopped or interrupted; after SIGCONT it starts again. */
	return CALL_PARK;
}

static uint8_t tty_take_byte(struct tty *t, bool *end)
{
	uint8_t byte = t->input[t->in_start];

	*end = t->line_end[t->in_start];
	t->in_start = (t->in_start + 1) % TTY_INPUT_MAX;
	t->in_used--;
	return byte;
}

static int64_t tty_read_line(struct call *c, struct tty *t, uint64_t count)
{
	while (c->out_length < count) {
		bool end;
		uint8_t byte = tty_take_byte(t, &end);

		if (end)
			t->lines--;
		if (end && !byte)
			break;
		call_put(c, &byte, 1);
		if (end)
			break;
		if (c->out_length == count && t->in_used &&
		    t->line_end[t->in_start] && !t->input[t->in_start]) {
			/* An EOF right behind a full buffer goes with it. */
			tty_take_byte(t, &end);
			t->lines--;
		}
	}
	return c->out_length;
}

/* VMIN and VTIME. progress: bytes there when the timer was last set. */
static int64_t tty_read_raw(struct call *c, struct tty *t, uint64_t count,
			    bool at_once)
{
	unsigned min = t->modes.cc[VMIN_INDEX];
	unsigned tenths = t->modes.cc[VTIME_INDEX];
	bool end;

	if (min > count)
		min = (unsigned)count;
	if (!at_once && t->in_used < (min ? min : 1) && !c->timed_out) {
		if (!min && !tenths)
			return 0;
		if (tenths && (!min || t->in_used))
			call_deadline_after(c, tenths * 100000000ll);
		if (call_wait_on(c, &t->readable))
			return -ENOMEM;
		return CALL_PARK;
	}
	while (c->out_length < count && t->in_used) {
		uint8_t byte = tty_take_byte(t, &end);
		call_put(c, &byte, 1);
	}
	return c->out_length;
}

static int64_t tty_read(struct call *c, struct file *f, uint64_t count,
			int64_t offset)
{
	struct tty *t = f->object;
	int64_t result = tty_check_foreground(c, t, SIGTTIN);
	bool canonical = t->modes.lflag & ICANON;

	(void)offset;
	if (result)
		return result;
	if (canonical ? t->lines : t->in_used)
		return canonical ? tty_read_line(c, t, count)
				 : tty_read_raw(c, t, count,
						t->hung_up ||
							(f->flags &
							 O_NONBLOCK));
	if (t->hung_up || !count)
		return 0;
	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	if (!canonical)
		return tty_read_raw(c, t, count, false);
	return call_wait_on(c, &t->readable) ? -ENOMEM : CALL_PARK;
}

static int64_t tty_write(struct call *c, struct file *f, const uint8_t *data,
			 uint64_t count, int64_t offset)
{
	struct tty *t = f->object;
	int64_t result = 0;

	(void)offset;
	if (t->modes.lflag & TOSTOP)
		result = tty_check_foreground(c, t, SIGTTOU);
	if (result)
		return result;
	if (t->hung_up)
		return -EIO;
	while ((uint64_t)c->progress < count && tty_put(t, data[c->progress]))
		c->progress++;
	c->partial = c->progress;
	if (t->output_ready)
		t->output_ready(t);
	if ((uint64_t)c->progress == count)
		return (int64_t)count;
	if (f->flags & O_NONBLOCK)
		return c->progress ? c->progress : -EAGAIN;
	return call_wait_on(c, &t->writable) ? -ENOMEM : CALL_PARK;
}

static int tty_poll(struct call *c, struct file *f)
{
	struct tty *t = f->object;
	int events = 0;

	if ((t->modes.lflag & ICANON) ? t->lines : t->in_used)
		events |= POLLIN | POLLRDNORM;
	if (TTY_OUTPUT_MAX - t->out_used >= 256)
		events |= POLLOUT | POLLWRNORM;
	if (t->hung_up)
		events |= POLLHUP | POLLIN;
	if (c) {
		call_wait_on(c, &t->readable);
		call_wait_on(c, &t->writable);
	}
	return events;
}

static int64_t tty_set_modes(struct call *c, struct tty *t, bool flush)
{
	const struct tty_modes *in = call_take(c, sizeof(*in));
	int64_t result = tty_check_foreground(c, t, SIGTTOU);
	bool was = t->modes.lflag & ICANON;

	if (!in)
		return -EFAULT;
	if (result)
		return result;
	t->modes = *in;
	if (flush)
		t->in_start = t->in_used = t->lines = t->editing = 0;
	if (was && !(in->lflag & ICANON)) {
		t->lines = t->editing = 0;
	} else if (!was && (in->lflag & ICANON) && t->in_used) {
		unsigned last = (t->in_start + t->in_used - 1) % TTY_INPUT_MAX;
		for (unsigned n = 0; n < t->in_used; n++)
			t->line_end[(t->in_start + n) % TTY_INPUT_MAX] = false;
		t->line_end[last] = true;
		t->lines = 1;
	}
	waitq_wake(&t->readable);
	return 0;
}

static int64_t tty_set_foreground(struct call *c, struct tty *t)
{
	const int *pgid = call_take(c, sizeof(*pgid));
	struct proc *p = c->lwp->proc;
	int64_t result;

	if (!pgid)
		return -EFAULT;
	if (proc_tty(p) != t)
		return -ENOTTY;
	result = tty_check_foreground(c, t, SIGTTOU);
	if (result)
		return result;
	if (*pgid < 0)
		return -EINVAL;
	if (!pgrp_exists(*pgid, p->session))
		return -EPERM;
	t->foreground = *pgid;
	return 0;
}

void tty_adopt(struct tty *t, struct proc *p)
{
	if (p->session->sid != p->pid || p->session->tty || t->session)
		return;
	p->session->tty = t;
	t->session = p->session;
	t->foreground = p->pgid;
	p->tty_left = false;
}

static int64_t tty_controlling(struct call *c, struct tty *t, uint32_t command)
{
	struct proc *p = c->lwp->proc;

	if (command == TIOCSCTTY) {
		if (proc_tty(p) == t)
			return 0;
		tty_adopt(t, p);
		return proc_tty(p) == t ? 0 : -EPERM;
	}
	if (proc_tty(p) != t)
		return -ENOTTY;
	if (p->session->sid == p->pid)
		tty_session_ends(p->session);
	else
		p->tty_left = true;
	return 0;
}

static int64_t tty_put_int(struct call *c, int value)
{
	call_put(c, &value, sizeof(value));
	return 0;
}

static int64_t tty_set_window(struct call *c, struct tty *t)
{
	const struct tty_size *size = call_take(c, sizeof(*size));

	if (!size)
		return -EFAULT;
	tty_set_size(t, size->rows, size->columns);
	return 0;
}

static int64_t tty_flush(struct tty *t, uint64_t what)
{
	if (what == TCIFLUSH || what == TCIOFLUSH)
		t->in_start = t->in_used = t->lines = t->editing = 0;
	if (what == TCOFLUSH || what == TCIOFLUSH)
		t->out_used = 0;
	return what > TCIOFLUSH ? -EINVAL : 0;
}

static int64_t tty_ioctl(struct call *c, struct file *f, uint32_t command,
			 uint64_t argument)
{
	struct tty *t = f->object;

	switch (command) {
	case TCGETS:
		call_put(c, &t->modes, sizeof(t->modes));
		return 0;
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return tty_set_modes(c, t, command == TCSETSF);
	case TCFLSH:
		return tty_flush(t, argument);
	case TCSBRK:
	case TCSBRKP:
	case TCXONC:
		return 0;
	case TIOCGWINSZ:
		call_put(c, &t->size, sizeof(t->size));
		return 0;
	case TIOCSWINSZ:
		return tty_set_window(c, t);
	case TIOCGPGRP:
		if (proc_tty(c->lwp->proc) != t)
			return -ENOTTY;
		return tty_put_int(c, t->foreground);
	case TIOCSPGRP:
		return tty_set_foreground(c, t);
	case TIOCGSID:
		if (!t->session)
			return -ENOTTY;
		return tty_put_int(c, t->session->sid);
	case TIOCSCTTY:
	case TIOCNOTTY:
		return tty_controlling(c, t, command);
	case FIONREAD:
		return tty_put_int(c, (int)(t->in_used - t->editing));
	case TIOCOUTQ:
		return tty_put_int(c, (int)t->out_used);
	default:
		return -ENOTTY;
	}
}

const struct file_ops tty_ops = {
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
};

void tty_session_ends(struct session *s)
{
	struct tty *t = s->tty;
	int foreground = t->foreground;

	s->tty = NULL;
	if (t->session == s)
		t->session = NULL;
	t->foreground = 0;
	if (!foreground)
		return;
	sig_send_group(foreground, SIGHUP, NULL);
	sig_send_group(foreground, SIGCONT, NULL);
}
