/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * zprint [-d]: what the kernel holds now: for each zone the size of an object,
 * how many are live and how many frames the zone has; then the host's
 * counters. -d empties the caches of the UNIX server and of the kernel first (the
 * super-user's right); the other servers keep none.
 *
 * The last line, frames_used, is the number to compare: the frames that no zone
 * and no pool holds. It is all frames, less the free ones, less those of zones,
 * whose objects are counted one by one above, of spare kernel stacks and of the
 * kernel's own page tables, which are as many as the most stacks ever needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <mach/host_counters.h>
#include <mach/mach.h>
#include <mach/mach_ext.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const counter_names[HOST_COUNTER_COUNT] = {
	[HOST_COUNTER_FAULTS] = "faults",
	[HOST_COUNTER_ZERO_FILLS] = "zero_fills",
	[HOST_COUNTER_PAGES_COPIED] = "pages_copied",
	[HOST_COUNTER_COLLAPSES] = "collapses",
	[HOST_COUNTER_BYPASSES] = "bypasses",
	[HOST_COUNTER_LONGEST_CHAIN] = "longest_chain",
	[HOST_COUNTER_PTES_ENTERED] = "ptes_entered",
	[HOST_COUNTER_FRAMES] = "frames",
	[HOST_COUNTER_FRAMES_FREE] = "frames_free",
	[HOST_COUNTER_FRAMES_VM] = "frames_vm",
	[HOST_COUNTER_FRAMES_KERNEL] = "frames_kernel",
	[HOST_COUNTER_FRAMES_TABLES] = "frames_tables",
	[HOST_COUNTER_FRAMES_POOLS] = "frames_pools",
	[HOST_COUNTER_LOCK_WAITS] = "lock_waits",
	[HOST_COUNTER_LOCK_SPINS] = "lock_spins",
};

static const char usage_text[] =
	"usage: zprint [-d]\n"
	"What the kernel holds: objects by zone, then counters of the host.\n"
	"-d  empty the caches first (the super-user's right)\n";

static int failed(const char *what, kern_return_t kr)
{
	fprintf(stderr, "zprint: %s: %s\n", what, mach_error_string(kr));
	return 1;
}

static bool drain_unix(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
	bool done = fd >= 0 && write(fd, "3", 1) == 1;

	if (!done)
		perror("zprint: /proc/sys/vm/drop_caches");
	if (fd >= 0)
		close(fd);
	return done;
}

static int drain(void)
{
	host_priv_t host = host_priv_self();

	if (host == MACH_PORT_NULL) {
		fprintf(stderr, "zprint: only the super-user empties caches\n");
		return 1;
	}
	if (!drain_unix())
		return 1;
	kern_return_t kr = host_drain_caches(host);
	mach_port_deallocate(mach_task_self(), host);
	return kr == KERN_SUCCESS ? 0 : failed("emptying caches", kr);
}

/* One zone, "NAME SIZE LIVE FRAMES", where NAME may have blanks. */
static void print_line(char *line)
{
	unsigned long n[3];
	char *end;

	for (int i = 2; i >= 0; i--) {
		end = strrchr(line, ' ');
		if (!end)
			return;
		n[i] = strtoul(end + 1, NULL, 10);
		*end = '\0';
	}
	printf("%-20s %8lu %8lu %8lu\n", line, n[0], n[1], n[2]);
}

static int print_census(void)
{
	mach_msg_type_number_t size = 0;
	char *lines = NULL;
	kern_return_t kr = host_census(host_self(), &lines, &size);

	if (kr != KERN_SUCCESS)
		return failed("census", kr);
	printf("%-20s %8s %8s %8s\n", "zone", "size", "live", "frames");
	for (char *at = lines, *end; at < lines + size; at = end + 1) {
		end = memchr(at, '\n', (size_t)(lines + size - at));
		if (!end)
			break;
		*end = '\0';
		print_line(at);
	}
	vm_deallocate(mach_task_self(), (vm_address_t)lines, size);
	return 0;
}

static int print_counters(void)
{
	mach_msg_type_number_t count = HOST_COUNTER_COUNT;
	int64_t counters[HOST_COUNTER_COUNT];
	kern_return_t kr = host_counters(host_self(), counters, &count);

	if (kr != KERN_SUCCESS)
		return failed("counters", kr);
	for (unsigned i = 0; i < count && i < HOST_COUNTER_COUNT; i++)
		printf("%-20s %17lld\n", counter_names[i],
		       (long long)counters[i]);
	printf("%-20s %17lld\n", "frames_used",
	       (long long)(counters[HOST_COUNTER_FRAMES] -
			   counters[HOST_COUNTER_FRAMES_FREE] -
			   counters[HOST_COUNTER_FRAMES_POOLS]));
	return 0;
}

int main(int argc, char **argv)
{
	bool empty = argc == 2 && !strcmp(argv[1], "-d");

	if (argc == 2 && !strcmp(argv[1], "--help"))
		return fputs(usage_text, stdout) < 0;
	if (argc > 1 && !empty) {
		fprintf(stderr, "zprint: what is \"%s\"?\n%s",
			argv[argc - 1], usage_text);
		return 2;
	}
	if (empty && drain())
		return 1;
	return print_census() || print_counters();
}
