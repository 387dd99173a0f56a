/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside core files: one that is being written. */
#ifndef UX_CORE_I_H
#define UX_CORE_I_H

#include "core.h"
#include "list.h"
#include "machine.h"

#define PAGE	    4096ull
#define PAGE_UP(x)  (((x) + PAGE - 1) & ~(PAGE - 1))
#define REGIONS_MAX 1024
#define REGION_MAX  (32ull << 20)
#define CORE_MAX    (128ull << 20)

struct core {
	struct list all;
	struct proc *p;
	struct inode *file;	/* +1 */
	uint64_t at, limit;	/* nothing is beyond the limit */
	struct machine_region *regions;
	unsigned nregions;
	unsigned region;	/* being written */
	uint64_t done;		/* bytes of it */
	uint64_t room;		/* of CORE_MAX, behind it */
};

/* False: the limit or the file system's end is reached. */
bool core_put(struct core *c, const void *data, uint64_t size);
/* How many bytes of a region are written; they are taken from *room. */
uint64_t core_region_bytes(const struct machine_region *r, uint64_t *room);

/* core_head.c: all that comes before the memory. l: the thread that dies. */
bool core_put_head(struct core *c, struct lwp *l, int sig);

#endif
