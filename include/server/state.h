/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State that outlives a crash: what a server must know about its clients it
 * keeps as records in a region of memory; when it crashes, bootstrap keeps the
 * corpse (the suspended task, rights and memory and all), starts a successor,
 * and the successor pulls records and rights out of the corpse.
 *
 * A successor begins so (the configuration says "state" for the server):
 *
 *	state_create(&format)           its own region, empty
 *	state_adopt(bp, visit, context) each record the predecessor left
 *	state_check_in(bp, name, &port) its services, with all that is queued
 *	state_adopted(bp)               the corpse may go
 *
 * A first life and one after task_terminate, exit or a refused state do exactly
 * the same: there is no corpse then, and no record. Until state_adopted nothing
 * that is pulled changes the corpse but the receive rights, and those come back
 * to bootstrap if the successor ends meanwhile: another one may try again.
 *
 * A record is written commit-last: it has two copies of its contents and one
 * word that says which of them counts, with a version and a checksum. A server
 * that stops at any instruction leaves each record old or new, never mixed.
 * The reader trusts nothing of what it finds; a record that is not as it should
 * be is dropped with one line on standard error.
 *
 * Not locked: one thread, or the caller's lock. One region in a task.
 */
#ifndef SERVER_STATE_H
#define SERVER_STATE_H

#include <mach/mach_types.h>
#include <servers/bootstrap_defs.h>
#include <stdbool.h>
#include <stdint.h>

#define STATE_PAYLOAD_MAX 512	    /* bytes of a record's contents */
#define STATE_RECORDS_MAX (1u << 20)
#define STATE_SERVICES_MAX 16
#define STATE_NONE	  (~0u)

struct state_format {
	const char *server; /* for lines: "name" */
	uint16_t version;   /* of the contents; others are dropped */
	uint32_t payload;   /* bytes */
	uint32_t records;   /* at most so many at once */
};

/* The region; memory is taken as records are written. KERN_INVALID_ARGUMENT,
 * KERN_NO_SPACE (there is one already), KERN_RESOURCE_SHORTAGE. */
kern_return_t state_create(const struct state_format *format);

/* A new record; its number, or STATE_NONE if all are in use. When it returns
 * the record is committed. */
unsigned state_add(const void *payload);
/* Other contents for a record, at one stroke. */
void state_set(unsigned record, const void *payload);
void state_remove(unsigned record);

/*
 * Shows each committed record of the predecessor, in no order. visit pulls
 * rights with state_pull and adds records of its own; false: the contents make
 * no sense (the record is dropped with a line). Returns how many it took.
 */
unsigned state_adopt(mach_port_t bootstrap,
		     bool (*visit)(const void *payload, void *context),
		     void *context);

/* Within visit: the send right (+1) that the predecessor had under this name,
 * MACH_PORT_NULL if it had none or the port is dead. */
mach_port_t state_pull(mach_port_name_t name);

/* The receive right of a declared service, out of the corpse or from bootstrap;
 * what state_check_in gave stands in the region for the next successor. Codes
 * of bootstrap_check_in. */
kern_return_t state_check_in(mach_port_t bootstrap, const char *name,
			     mach_port_t *port);

/* Everything is pulled: the corpse ends. Requests it had received are answered
 * with MIG_SERVER_DIED by that. Nothing to do without a corpse. */
void state_adopted(mach_port_t bootstrap);

#endif
