/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log: whole lines to the console, and the last 64 KiB kept for
 * readers that come later. Lock: log_lock, RANK_CONSOLE, interrupt class; it
 * is held over the write to the serial line so that lines never mix. A panic
 * does not take it: its holder may have been stopped.
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

static void write_line(const char *line, size_t n)
{
	bool on;

	if (atomic_get(&panicking)) {
		ring_put(line, n);
		console_write(line, n);
		return;
	}
	on = spin_lock_irq(&log_lock);
	ring_put(line, n);
	console_write(line, n);
	spin_unlock_irq(&log_lock, on);
}

void kvlog(const char *format, va_list args)
{
	char line[KLOG_LINE];
	int n = kvsnprintf(line, sizeof(line) - 1, format, args);

	if (n > KLOG_LINE - 2)
		n = KLOG_LINE - 2;
	if (n == 0 || line[n - 1] != '\n')
		line[n++] = '\n';
	write_line(line, (size_t)n);
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
	bool on = spin_lock_irq(&log_lock);
	size_t n = 0;

	if (written > KLOG_BYTES && *position < written - KLOG_BYTES)
		*position = written - KLOG_BYTES;
	while (n < size && *position < written)
		buf[n++] = ring[(*position)++ % KLOG_BYTES];
	spin_unlock_irq(&log_lock, on);
	return n;
}
