/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the region of a predecessor, and pulling its rights. The predecessor
 * crashed: everything it left may be wrong, so every number is checked before
 * it is used, and what is read is a copy that nobody else can change.
 */
#include "state_i.h"

#include <mach/mach.h>
#include <mach/mach_ext.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <stdlib.h>

#define LINES_MAX 8 /* about single records; then only their number */

static task_t corpse;		    /* while there is one */
static struct state_header *left;   /* its header, or NULL */
static const uint8_t *left_records; /* a copy of its records */
static unsigned dropped;

static void refuse(const char *why)
{
	fprintf(stderr, "%s: the predecessor's state %s: dropped\n",
		state_format.server, why);
}

static void refuse_record(unsigned record, const char *why)
{
	if (++dropped <= LINES_MAX)
		fprintf(stderr, "%s: record %u of the predecessor %s: dropped\n",
			state_format.server, record, why);
}

static const char *header_wrong(const struct state_header *h)
{
	if (h->magic != STATE_MAGIC)
		return "is of another layout or was never finished";
	if (h->payload != state_format.payload)
		return "has records of another size";
	if (h->records == 0 || h->records > STATE_RECORDS_MAX ||
	    (uint32_t)h->used > h->records ||
	    h->used != state_used_word((uint32_t)h->used))
		return "has an impossible length";
	return NULL;
}

static bool header_read(void)
{
	vm_address_t at = 0;
	mach_msg_type_number_t size;
	const char *wrong;

	if (vm_read(corpse, STATE_BASE, sizeof *left, (pointer_t *)&at,
		    &size) != KERN_SUCCESS) {
		refuse("is not there");
		return false;
	}
	left = malloc(sizeof *left);
	if (left != NULL)
		memcpy(left, (void *)at, sizeof *left);
	vm_deallocate(mach_task_self(), at, size);
	wrong = left != NULL ? header_wrong(left) : "finds no memory";
	if (wrong == NULL)
		return true;
	refuse(wrong);
	free(left);
	left = NULL;
	return false;
}

/* The memory object itself, mapped here as a copy. */
static bool records_map(void)
{
	vm_size_t size = round_page(state_bytes(left->payload, left->records));
	vm_size_t want = size;
	vm_address_t at = 0;
	mach_port_t entry;
	kern_return_t kr;

	kr = mach_make_memory_entry(corpse, &size, STATE_BASE, VM_PROT_READ,
				    &entry);
	if (kr == KERN_SUCCESS) {
		kr = size < want ? KERN_INVALID_ARGUMENT :
				   vm_map(mach_task_self(), &at, want, 0, TRUE,
					  entry, 0, TRUE, VM_PROT_READ,
					  VM_PROT_READ, VM_INHERIT_NONE);
		mach_port_deallocate(mach_task_self(), entry);
	}
	if (kr == KERN_SUCCESS)
		left_records = (const uint8_t *)at + sizeof *left;
	else
		refuse("cannot be mapped");
	return kr == KERN_SUCCESS;
}

static void records_unmap(void)
{
	vm_deallocate(mach_task_self(),
		      (vm_address_t)(left_records - sizeof *left),
		      round_page(state_bytes(left->payload, left->records)));
	left_records = NULL;
}

/* What is wrong with a record that is in use; NULL and the contents. */
static const char *record_wrong(unsigned record, const struct state_record *r,
				uint8_t *payload)
{
	unsigned copy = r->commit & COMMIT_COPY;

	if (!(r->commit & COMMIT_USED))
		return "has a wild commit word";
	if ((uint16_t)(r->commit >> 16) != state_format.version)
		return "has another version";
	memcpy(payload, r->copy + copy * state_copy_bytes(state_format.payload),
	       state_format.payload);
	if (r->commit !=
	    state_commit_word(&state_format, record, payload, copy))
		return "is torn";
	return NULL;
}

static unsigned records_visit(bool (*visit)(const void *, void *),
			      void *context)
{
	_Alignas(8) uint8_t payload[STATE_PAYLOAD_MAX];
	unsigned taken = 0;

	for (unsigned i = 0; i < (uint32_t)left->used; i++) {
		const struct state_record *r =
			(const void *)(left_records +
				       i * state_stride(left->payload));
		const char *wrong;

		if (r->commit == 0)
			continue;
		wrong = record_wrong(i, r, payload);
		if (wrong == NULL && !visit(payload, context))
			wrong = "makes no sense";
		if (wrong == NULL)
			taken++;
		else
			refuse_record(i, wrong);
	}
	return taken;
}

unsigned state_adopt(mach_port_t bootstrap,
		     bool (*visit)(const void *payload, void *context),
		     void *context)
{
	unsigned taken = 0;

	if (bootstrap_corpse(bootstrap, &corpse) != BOOTSTRAP_SUCCESS) {
		corpse = TASK_NULL;
		return 0;
	}
	if (!header_read() || !records_map())
		return 0;
	taken = records_visit(visit, context);
	records_unmap();
	if (dropped > LINES_MAX)
		fprintf(stderr, "%s: %u more records dropped\n",
			state_format.server, dropped - LINES_MAX);
	return taken;
}

/* A right of the corpse; MACH_PORT_NULL: it has none such. */
static mach_port_t extract(mach_port_name_t name, int disposition)
{
	mach_port_t port = MACH_PORT_NULL;
	mach_msg_type_name_t type;

	if (!MACH_PORT_VALID(name) ||
	    mach_port_extract_right(corpse, name, disposition, &port, &type) !=
		    KERN_SUCCESS)
		return MACH_PORT_NULL;
	return port == MACH_PORT_DEAD ? MACH_PORT_NULL : port;
}

mach_port_t state_pull(mach_port_name_t name)
{
	return extract(name, MACH_MSG_TYPE_COPY_SEND);
}

static mach_port_name_t name_there(const char *service)
{
	for (unsigned i = 0; left != NULL && i < STATE_SERVICES_MAX; i++) {
		const struct state_service *s = &left->service[i];

		if (s->check != 0 && s->check == state_service_check(s) &&
		    strncmp(s->name, service, sizeof s->name) == 0)
			return s->port;
	}
	return MACH_PORT_NULL;
}

/* The receive right, if what the corpse calls so is that service's port. */
static mach_port_t receive_pull(mach_port_t bootstrap, const char *service)
{
	mach_port_name_t there = name_there(service);
	mach_port_t known = MACH_PORT_NULL, same, port = MACH_PORT_NULL;

	if (there == MACH_PORT_NULL ||
	    bootstrap_look_up(bootstrap, service, &known) != BOOTSTRAP_SUCCESS)
		return MACH_PORT_NULL;
	same = extract(there, MACH_MSG_TYPE_MAKE_SEND);
	if (same == known)
		port = extract(there, MACH_MSG_TYPE_MOVE_RECEIVE);
	if (same != MACH_PORT_NULL)
		mach_port_deallocate(mach_task_self(), same);
	mach_port_deallocate(mach_task_self(), known);
	return port;
}

kern_return_t state_check_in(mach_port_t bootstrap, const char *name,
			     mach_port_t *port)
{
	mach_port_t pulled = receive_pull(bootstrap, name);
	kern_return_t kr = BOOTSTRAP_SUCCESS;

	if (pulled != MACH_PORT_NULL) {
		*port = pulled;
	} else {
		state_adopted(bootstrap); /* what it had comes back */
		kr = bootstrap_check_in(bootstrap, name, port);
	}
	if (kr == BOOTSTRAP_SUCCESS)
		state_service_note(name, *port);
	return kr;
}

void state_adopted(mach_port_t bootstrap)
{
	if (corpse == TASK_NULL)
		return;
	bootstrap_corpse_done(bootstrap);
	mach_port_deallocate(mach_task_self(), corpse);
	corpse = TASK_NULL;
	free(left);
	left = NULL;
}
