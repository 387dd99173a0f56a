/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing another task's memory, by the layout of lib/server. */
#include "region.h"

#include "test.h"

#define SELF mach_task_self()

/* Mirrors servers/name/table.h: what a name server of any version reads. */
struct name_record {
	netname_name_t name;
	mach_port_t port, signature;
};

static void *peek(task_t task, vm_address_t from, void *to, size_t size)
{
	vm_address_t at = 0;
	mach_msg_type_number_t n = 0;

	OK(vm_read(task, from, size, (pointer_t *)&at, &n));
	memcpy(to, (void *)at, size);
	vm_deallocate(SELF, at, n);
	return to;
}

void region_write(const struct region *r, vm_address_t to, const void *from,
		  size_t size)
{
	OK(vm_write(r->task, to, (pointer_t)from, size));
}

struct region region_open(task_t task)
{
	struct region r = {.task = task};

	peek(task, STATE_BASE, &r.header, sizeof r.header);
	EQUAL(r.header.payload, sizeof(struct name_record));
	r.stride = state_stride(r.header.payload);
	return r;
}

/* Where the record of this name is, and what stands there. */
static vm_address_t record_find(const struct region *r, const char *name,
				struct state_record *head,
				struct name_record *payload)
{
	for (unsigned i = 0; i < 64; i++) {
		vm_address_t at = STATE_BASE + sizeof r->header + i * r->stride;

		peek(r->task, at, head, sizeof *head);
		peek(r->task,
		     at + sizeof *head +
			     (head->commit & COMMIT_COPY) *
				     state_copy_bytes(r->header.payload),
		     payload, sizeof *payload);
		if (head->commit != 0 && strcmp(payload->name, name) == 0)
			return at;
	}
	test_fail(__FILE__, __LINE__, "no record of %s", name);
	return 0;
}

void record_spoil(const struct region *r, const char *name, enum wrong how)
{
	struct state_format f = {.version = 1, .payload = r->header.payload};
	struct state_record head;
	struct name_record p;
	vm_address_t at = record_find(r, name, &head, &p);
	unsigned copy = head.commit & COMMIT_COPY;
	unsigned index = (at - STATE_BASE - sizeof r->header) / r->stride;

	if (at == 0)
		return;
	if (how == TORN)
		p.name[1] ^= 1;
	if (how == NO_PORT)
		p.port = MACH_PORT_DEAD;
	if (how == NO_END)
		memset(p.name, 'A', sizeof p.name);
	if (how == TWICE)
		strcpy(p.name, "WHOLE");
	if (how == VERSION)
		f.version = 9;
	region_write(r,
		     at + sizeof head + copy * state_copy_bytes(f.payload), &p,
		     sizeof p);
	if (how == WILD)
		head.commit = ~0ull & ~(uint64_t)COMMIT_USED;
	else if (how != TORN)
		head.commit = state_commit_word(&f, index, &p, copy);
	region_write(r, at, &head.commit, sizeof head.commit);
}
