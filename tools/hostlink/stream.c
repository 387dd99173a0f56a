/* SPDX-License-Identifier: BSD-2-Clause */
/* Output of the guest; see stream.h. */
#include "stream.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

uint32_t stream_open(struct stream *s)
{
	/* What the last one left in here takes its room, until it is written. */
	s->credit = STREAM_WINDOW - (uint32_t)s->waiting.length;
	s->owed = 0;
	s->ended = s->told = false;
	return s->credit;
}

bool stream_take(struct stream *s, const void *bytes, size_t length)
{
	if (length > s->credit || s->ended)
		return false;
	s->credit -= (uint32_t)length;
	if (s->deaf)
		s->owed += (uint32_t)length;
	else
		buffer_append(&s->waiting, bytes, length);
	return true;
}

static void go_deaf(struct stream *s)
{
	s->deaf = true;
	s->owed += (uint32_t)s->waiting.length;
	buffer_drop(&s->waiting, s->waiting.length);
}

void stream_write(struct stream *s)
{
	size_t length = s->waiting.length;
	ssize_t n;

	/* A pipe that polls writable takes this much without blocking. */
	if (length > PIPE_BUF)
		length = PIPE_BUF;
	if (length == 0)
		return;
	n = write(s->fd, buffer_bytes(&s->waiting), length);
	if (n >= 0) {
		buffer_drop(&s->waiting, (size_t)n);
		s->owed += (uint32_t)n;
	} else if (errno != EINTR && errno != EAGAIN) {
		go_deaf(s);
	}
}

uint32_t stream_grant(struct stream *s)
{
	uint32_t grant = s->owed;

	if (s->ended || grant < STREAM_WINDOW / 4)
		return 0;
	s->owed = 0;
	s->credit += grant;
	return grant;
}
