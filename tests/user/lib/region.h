/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state that a name server keeps for its successor, read and made wrong from
 * outside: region.c.
 */
#ifndef REGION_H
#define REGION_H

#include "../../../lib/server/state_i.h"

#include <mach/mach.h>
#include <servers/netname.h>

struct region {
	task_t task;
	struct state_header header;
	size_t stride;
};

/* Of a server that stands still. */
struct region region_open(task_t task);
void region_write(const struct region *r, vm_address_t to, const void *from,
		  size_t size);

enum wrong { TORN, VERSION, WILD, NO_PORT, NO_END, TWICE };

/* The record of this name made wrong; the last three are committed as they
 * should be. */
void record_spoil(const struct region *r, const char *name, enum wrong how);

#endif
