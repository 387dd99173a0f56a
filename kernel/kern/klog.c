/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log: whole lines to the console, and the last 64 KiB kept for
 * readers that come later. Lock: log_lock, RANK_CONSOLE, interrupt class; it
 * is held over the write to the serial line so that lines never mix. A panic
 * does not take it: its holder may have been stopped.
 *
 * An interrupt that cannot be masked may come while its own processor holds the
 * lock. Its line is left in one place beside the ring; whoever frees the lock
 * looks there afterwards.
 */
#include <kern/panic.h>

#include <arch/console.h>
#include <kern/lock.h>
#include <kern/string.h>

#define KLOG_BYTES (64 * 1024)
#define KLOG_LINE  400

[[maybe_unused]] static const struct lock_class log_class = {
	.name = "log",
	.rank = RANK_CONSOLE,
	.interrupt = true,
};
static struct spinlock log_lock = SPINLOCK_INIT(&log_class);

static char ring[KLOG_BYTES];
static uint64_t written; /* bytes ever; the ring holds the last ones */

static void ring_put(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ring[(written + i) % KLOG_BYTES] = text[i];
	written += n;
}

static void put_line(const char *line, size_t n)
{
	ring_put(line, n);
	console_write(line, n);
}

/* --- a line left by an interrupt that cannot be masked --- */

enum { LEFT_NONE, LEFT_HALF, LEFT_WHOLE };
static _Atomic uint32_t left_state;
static char left_line[KLOG_LINE];
static size_t left_length;

/* Writes it if the lock is free. Both sides change their own word first and then
 * look at the other's, so that one of them sees the line. Without the lock's
 * bookkeeping, which the interrupt may have cut in two. */
static void write_left(void) NO_LOCK_ANALYSIS
{
	while (atomic_load(&left_state) == LEFT_WHOLE && spin_take(&log_lock)) {
		if (atomic_load(&left_state) == LEFT_WHOLE) {
			put_line(left_line, left_length);
			atomic_set_rel(&left_state, LEFT_NONE);
		}
		atomic_exchange(&log_lock.held, 0);
	}
}

static bool log_begin(void) ACQUIRES(&log_lock)
{
	return spin_lock_irq(&log_lock);
}

static void log_end(bool on) RELEASES(&log_lock)
{
	spin_unlock(&log_lock);
	atomic_thread_fence(memory_order_seq_cst);
	write_left();
	cpu_irq_restore(on);
}

/* --- writing and reading --- */

static void write_line(const char *line, size_t n)
{
	bool on;

	if (atomic_get(&panicking)) {
		put_line(line, n);
		return;
	}
	on = log_begin();
	put_line(line, n);
	log_end(on);
}

static size_t format_line(char line[KLOG_LINE], const char *format,
			  va_list args)
{
	int n = kvsnprintf(line, KLOG_LINE - 1, format, args);

	if (n > KLOG_LINE - 2)
		n = KLOG_LINE - 2;
	if (n == 0 || line[n - 1] != '\n')
		line[n++] = '\n';
	return (size_t)n;
}

void kvlog(const char *format, va_list args)
{
	char line[KLOG_LINE];

	write_line(line, format_line(line, format, args));
}

void klog_nmi(const char *format, ...)
{
	uint32_t none = LEFT_NONE;
	va_list args;

	if (!atomic_compare_exchange_strong(&left_state, &none, LEFT_HALF))
		return;
	va_start(args, format);
	left_length = format_line(left_line, format, args);
	va_end(args);
	atomic_exchange(&left_state, LEFT_WHOLE);
	write_left();
}

void klog(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	kvlog(format, args);
	va_end(args);
}

size_t klog_read(uint64_t *position, char *buf, size_t size)
{
	bool on = log_begin();
	size_t n = 0;

	if (written > KLOG_BYTES && *position < written - KLOG_BYTES)
		*position = written - KLOG_BYTES;
	while (n < size && *position < written)
		buf[n++] = ring[(*position)++ % KLOG_BYTES];
	log_end(on);
	return n;
}
