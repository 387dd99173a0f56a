/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the proc file system: kinds of files, and their text. */
#ifndef UX_PROCFS_H
#define UX_PROCFS_H

#include <stddef.h>

struct proc;

enum procfs_kind {
	PROCFS_ROOT,
	PROCFS_SELF,
	PROCFS_PROCESS,
	PROCFS_FDS,
	PROCFS_FD,
	PROCFS_EXE,
	PROCFS_CWD,
	PROCFS_ROOT_LINK,
	PROCFS_STAT,
	PROCFS_STATM,
	PROCFS_STATUS,
	PROCFS_CMDLINE,
	PROCFS_COMM,
	PROCFS_THREADS,
	PROCFS_MAPS,
	PROCFS_PROCESS_MOUNTS,
	PROCFS_MOUNTS,
	PROCFS_MEMINFO,
	PROCFS_CPUINFO,
	PROCFS_UPTIME,
	PROCFS_LOADAVG,
	PROCFS_VERSION,
	PROCFS_SYSTEM_STAT,
	PROCFS_FILESYSTEMS,
	PROCFS_SYS,
	PROCFS_SYS_VM,
	PROCFS_DROP_CACHES,
	PROCFS_FD_FIRST = 64, /* plus the descriptor */
};

/* Text that grows; failed is set when memory is out. */
struct text {
	char *bytes;
	size_t length, capacity;
	int failed;
};

void text_put(struct text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_put_bytes(struct text *t, const char *bytes, size_t length);

/* procfs_text.c: the contents of one file. p is NULL for system files. */
void procfs_text(struct text *t, enum procfs_kind kind, struct proc *p);

#endif
