/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a run ends: what the emulator's status, the log and the clock mean, and
 * the one line that says so.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session_i.h"

void end_with(struct session *s, int status)
{
	if (s->over)
		return;
	s->over = true;
	s->status = status;
	machine_kill(&s->machine);
	terminal_restore();
}

__attribute__((format(printf, 3, 4))) void
end_failed(struct session *s, int status, const char *format, ...)
{
	va_list args;

	if (s->over)
		return;
	end_with(s, status);
	va_start(args, format);
	fputs("run: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

static const char *last_words(struct session *s)
{
	const char *line = log_last_line(&s->log);

	return line[0] != '\0' ? line : "(none)";
}

static void end_panicked(struct session *s)
{
	if (!s->log.panicked) {
		end_failed(s, STATUS_PANIC, "the kernel gave up: %s", last_words(s));
		return;
	}
	end_with(s, STATUS_PANIC);
	log_print_panic(&s->log);
}

/* The emulator gave up before the guest said anything. */
static bool machine_failed(const struct session *s)
{
	return s->state == BOOTING && s->machine.said.length > 0 &&
	       s->log.text.length == 0;
}

static void end_machine_failed(struct session *s)
{
	size_t n = s->machine.said.length;
	const char *text = (char *)buffer_bytes(&s->machine.said);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	end_failed(s, STATUS_BROKEN, "the emulator did not start: %.*s", (int)n,
	     text);
}

/* What it says when a signal asks it to end, which it then does with 0. */
static const char *asked_to_end(const struct session *s)
{
	static const char words[] = "terminating on signal ";
	const struct buffer *said = &s->machine.said;

	if (said->length == 0)
		return NULL;
	return memmem(buffer_bytes(said), said->length, words,
	     sizeof(words) - 1);
}

static void end_asked(struct session *s, const char *words)
{
	const char *all = (char *)buffer_bytes(&s->machine.said);
	size_t n = s->machine.said.length - (size_t)(words - all);
	const char *end = memchr(words, '\n', n);

	if (end != NULL)
		n = (size_t)(end - words);
	end_failed(s, STATUS_BROKEN,
	     "the emulator was ended from outside (%.*s); last line of the "
	     "log: %s",
	     (int)n, words, last_words(s));
}

/*
 * A time-out. With MACH_DUMP the kernel is asked to end with the state of all
 * threads (kernel/task/dump.c), for which it gets some time.
 */
static void end_timed_out(struct session *s, const char *what, int seconds)
{
	const char key = 0x1c, *wanted = getenv("MACH_DUMP");

	if (wanted == NULL || wanted[0] == '\0' || s->log.panicked ||
	    write(s->machine.log, &key, 1) != 1) {
		end_failed(s, STATUS_TIMEOUT,
			   "%s after %d s; last line of the log: %s", what,
			   seconds, last_words(s));
		return;
	}
	fprintf(stderr, "run: %s after %d s; what the machine was doing:\n",
		what, seconds);
	s->dumping = true;
	s->end_by = s->ready_by = NEVER;
	s->gone_by = now_ms() + GRACE_MS;
}

void end_dumped(struct session *s)
{
	if (!s->log.panicked) {
		end_failed(s, STATUS_TIMEOUT,
			   "it does not say; last line of the log: %s",
			   last_words(s));
		return;
	}
	end_with(s, STATUS_TIMEOUT);
	log_print_panic(&s->log);
}

/* The machine is gone and everything it said is read. */
void end_gone(struct session *s)
{
	int ws = s->machine.wait_status;
	int code = WIFEXITED(ws) ? WEXITSTATUS(ws) : -1;
	const char *asked = code == 0 ? asked_to_end(s) : NULL;

	if (s->dumping)
		end_dumped(s);
	else if (s->log.panicked || code == LINK_PANIC * 2 + 1)
		end_panicked(s);
	else if (asked != NULL)
		end_asked(s, asked);
	else if (machine_failed(s))
		end_machine_failed(s);
	else if (WIFSIGNALED(ws))
		end_failed(s, STATUS_BROKEN,
		     "the emulator was ended by signal %d; last line of the "
		     "log: %s",
		     WTERMSIG(ws), last_words(s));
	else if (!s->machine.began && s->log.text.length == 0)
		end_failed(s, STATUS_BROKEN,
		     "the emulator ended with status %d before it had a machine",
		     code);
	else if (code == 0)
		end_failed(s, STATUS_PANIC,
		     "the machine reset itself; last line of the log: %s",
		     last_words(s));
	else if (code != LINK_POWEROFF * 2 + 1)
		end_failed(s, STATUS_BROKEN,
		     "the emulator ended with wait status %#x; last line of "
		     "the log: %s",
		     ws, last_words(s));
	else if (s->state == ENDING || s->set->log_only)
		end_with(s, s->status);
	else
		end_failed(s, STATUS_BROKEN,
		     "the guest powered off without an exit status; last line "
		     "of the log: %s",
		     last_words(s));
}

void end_lost(struct session *s, const void *how, unsigned length)
{
	end_failed(s, STATUS_BROKEN,
	     "the UNIX server died (%.*s): its processes are lost", (int)length,
	     (const char *)how);
}

static bool passed(long long when, long long now)
{
	return when != NEVER && now >= when;
}

void end_late(struct session *s)
{
	long long now = now_ms();

	if (passed(s->end_by, now))
		end_timed_out(s, "time-out", s->set->timeout_seconds);
	else if (passed(s->gone_by, now) && s->dumping)
		end_dumped(s);
	else if (passed(s->gone_by, now) && s->log.panicked)
		end_panicked(s);
	else if (passed(s->gone_by, now) && s->machine.pid != 0)
		end_failed(s, STATUS_BROKEN,
		     "the guest did not power off after its exit; last line "
		     "of the log: %s",
		     last_words(s));
	else if (passed(s->ready_by, now))
		end_timed_out(s, "the guest is not ready",
			      s->set->ready_seconds);
}

