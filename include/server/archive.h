/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the boot archive (cpio, "newc"), mapped read-only. Where a name
 * occurs twice the later one counts.
 */
#ifndef SERVER_ARCHIVE_H
#define SERVER_ARCHIVE_H

#include <mach/port.h>
#include <stdbool.h>
#include <stddef.h>

struct archive {
	const char *start;
	size_t size;
};

struct archive_file {
	const char *data;
	size_t size;
};

/* Maps a memory entry that holds an archive of size bytes. NULL, or what went
 * wrong. */
const char *archive_map(struct archive *a, mach_port_t entry, size_t size);

/* NULL, or what is wrong with it: "is truncated". */
const char *archive_check(const struct archive *a);

/* name without leading slash. */
bool archive_find(const struct archive *a, const char *name,
		  struct archive_file *file);

#endif
