/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive: cpio in the "newc" format, possibly several one after the
 * other. The kernel looks up one file in it and hands the whole to the first
 * task.
 */
#pragma once

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

/* NULL if every member lies whole inside the archive, else what is wrong. */
const char *archive_check(const struct archive *a);

/* The last member of that name. False: there is none. */
bool archive_find(const struct archive *a, const char *name,
		  struct archive_file *file);
