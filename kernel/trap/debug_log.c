/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * debug_log: lines of text from any task for the kernel log.
 *
 * So that nobody floods it, lines are taken out of two budgets that fill again
 * with time: the task's, and one that all tasks share, which is several times
 * larger. How many lines were refused is told with the next one that is not.
 * Lock: log_lock, innermost.
 */
#include <trap/traps.h>

#include <arch/clock.h>
#include <arch/copy.h>
#include <kern/lock.h>
#include <kern/panic.h>
#include <mach/kern_return.h>
#include <task/task.h>

#define LOG_TEXT_MAX 256
#define SECOND	     1000000000ull

struct limit {
	uint32_t most;	     /* lines in hand after a rest */
	uint32_t per_second;
};

static const struct limit task_limit = { 64, 16 };
static const struct limit system_limit = { 512, 64 };

static const struct lock_class log_class = { "debug_log", RANK_RANDOM, false,
					     false };
static struct spinlock log_lock = SPINLOCK_INIT(&log_class);
static struct log_budget everybody GUARDED(&log_lock);
static unsigned refused GUARDED(&log_lock);

/* Counts what was used, downwards with time. */
static bool has_line(struct log_budget *b, const struct limit *limit,
		     uint64_t now)
{
	uint64_t step = SECOND / limit->per_second;
	uint64_t steps = (now - b->stamp) / step;

	if (steps > 0) {
		b->used = steps < b->used ? b->used - (uint32_t)steps : 0;
		b->stamp = b->used > 0 ? b->stamp + steps * step : now;
	}
	return b->used < limit->most;
}

/* *lost: lines refused since the last one that was not. */
static bool take_line(struct task *t, unsigned *lost)
{
	uint64_t now = clock_now();
	bool ok;

	spin_lock(&log_lock);
	ok = has_line(&t->log, &task_limit, now) &&
	     has_line(&everybody, &system_limit, now);
	if (ok) {
		t->log.used++;
		everybody.used++;
		*lost = refused;
		refused = 0;
	} else {
		refused++;
	}
	spin_unlock(&log_lock);
	return ok;
}

/* Unprintable bytes become dots. */
static void make_printable(char *text, size_t length)
{
	while (length && text[length - 1] == '\n')
		length--;
	for (size_t i = 0; i < length; i++)
		if ((text[i] < ' ' || text[i] > '~') && text[i] != '\n')
			text[i] = '.';
	text[length] = '\0';
}

TRAP(trap_debug_log)
{
	char text[LOG_TEXT_MAX + 1];
	size_t length = a1 < LOG_TEXT_MAX ? a1 : LOG_TEXT_MAX;
	unsigned lost = 0;

	UNUSED_FROM_2;
	if (!copy_in(text, a0, length))
		return KERN_INVALID_ADDRESS;
	make_printable(text, length);
	if (!take_line(task_self(), &lost))
		return KERN_RESOURCE_SHORTAGE;
	if (lost > 0)
		klog("debug_log: %u lines were too many", lost);
	klog("%s", text);
	return KERN_SUCCESS;
}
