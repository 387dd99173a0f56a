/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing the region: contents first, the commit word last. */
#include "state_i.h"

#include <mach/mach.h>
#include <stdatomic.h>

struct state_format state_format;

static struct state_header *header;
static uint32_t first_free = STATE_NONE; /* among those ever used */

static struct state_record *record_at(unsigned record)
{
	return (struct state_record *)((uint8_t *)(header + 1) +
				       record *
					       state_stride(state_format.payload));
}

static uint8_t *copy_of(struct state_record *r, unsigned copy)
{
	return r->copy + copy * state_copy_bytes(state_format.payload);
}

kern_return_t state_create(const struct state_format *f)
{
	vm_address_t at = STATE_BASE;
	vm_size_t size = state_bytes(f->payload, f->records);

	if (f->payload == 0 || f->payload > STATE_PAYLOAD_MAX ||
	    f->records == 0 || f->records > STATE_RECORDS_MAX)
		return KERN_INVALID_ARGUMENT;
	if (header != NULL)
		return KERN_NO_SPACE;
	if (vm_allocate(mach_task_self(), &at, round_page(size), FALSE) !=
	    KERN_SUCCESS)
		return KERN_RESOURCE_SHORTAGE;
	/* A child is no successor. */
	vm_inherit(mach_task_self(), at, round_page(size), VM_INHERIT_NONE);
	state_format = *f;
	header = (struct state_header *)at;
	header->payload = f->payload;
	header->records = f->records;
	header->used = state_used_word(0);
	atomic_thread_fence(memory_order_release);
	*(volatile uint64_t *)&header->magic = STATE_MAGIC;
	return KERN_SUCCESS;
}

/* Commits the contents of one copy: from this store on they count. */
static void commit(struct state_record *r, uint64_t word)
{
	atomic_store_explicit((_Atomic uint64_t *)&r->commit, word,
			      memory_order_release);
}

static void write_copy(unsigned record, unsigned copy, const void *payload)
{
	struct state_record *r = record_at(record);

	memcpy(copy_of(r, copy), payload, state_format.payload);
	commit(r, state_commit_word(&state_format, record, payload, copy));
}

/* One that was never used; a successor must look at it from now on. */
static unsigned record_new(void)
{
	uint32_t used = (uint32_t)header->used;

	if (used == state_format.records)
		return STATE_NONE;
	atomic_store_explicit((_Atomic uint64_t *)&header->used,
			      state_used_word(used + 1), memory_order_release);
	return used;
}

unsigned state_add(const void *payload)
{
	unsigned record = first_free;

	if (header == NULL)
		return STATE_NONE;
	if (record != STATE_NONE)
		first_free = record_at(record)->next_free;
	else
		record = record_new();
	if (record != STATE_NONE)
		write_copy(record, 0, payload);
	return record;
}

void state_set(unsigned record, const void *payload)
{
	unsigned now = record_at(record)->commit & COMMIT_COPY;

	write_copy(record, now ^ COMMIT_COPY, payload);
}

void state_remove(unsigned record)
{
	struct state_record *r = record_at(record);

	commit(r, 0);
	r->next_free = first_free;
	first_free = record;
}

static struct state_service *service_slot(const char *name)
{
	struct state_service *free = NULL;

	for (unsigned i = 0; i < STATE_SERVICES_MAX; i++) {
		struct state_service *s = &header->service[i];

		if (s->check == 0)
			free = free != NULL ? free : s;
		else if (strcmp(s->name, name) == 0)
			return s;
	}
	return free;
}

void state_service_note(const char *name, mach_port_t port)
{
	struct state_service *s = header != NULL ? service_slot(name) : NULL;

	if (s == NULL)
		return; /* it comes back through bootstrap, as others do */
	*(volatile uint32_t *)&s->check = 0;
	strncpy(s->name, name, sizeof s->name - 1);
	s->port = port;
	atomic_thread_fence(memory_order_release);
	*(volatile uint32_t *)&s->check = state_service_check(s);
}
