/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random sequences of calls on several maps against a naive model: each page
 * of each task is a byte array, shared pages are the same array. Every call's
 * result and every byte must agree; the walkers run all the time.
 */
#include "check.h"
#include "vm_user.h"

#include <host.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <stdlib.h>
#include <vm/map_i.h>

#define TASKS 4
#define PAGES 48u
#define AT    ((uint64_t)0x10000000 - 8 * page)

struct cell { /* the contents of a page */
	unsigned refs;
	uint8_t data[];
};

struct slot { /* a page of a task */
	struct cell *cell; /* NULL: not mapped */
	int prot, max_prot, inherit;
};

struct task {
	struct vm_map *map;
	struct slot slot[PAGES];
};

static struct task tasks[TASKS];
static struct account *account;
static uint64_t page;
static uint8_t *scratch, *expected; /* PAGES pages each */

static unsigned pick(unsigned n)
{
	return (unsigned)((unsigned)rand() % n);
}

/* --- the model */

static struct cell *cell_create(const uint8_t *data)
{
	struct cell *c = malloc(sizeof(*c) + page);

	c->refs = 1;
	if (data != NULL)
		memcpy(c->data, data, page);
	else
		memset(c->data, 0, page);
	return c;
}

static void slot_clear(struct slot *s)
{
	if (s->cell != NULL && --s->cell->refs == 0)
		free(s->cell);
	s->cell = NULL;
}

static void slot_fresh(struct slot *s, struct cell *cell)
{
	*s = (struct slot){ cell, VM_PROT_DEFAULT, VM_PROT_ALL,
			    VM_INHERIT_DEFAULT };
}

/* A random page range [from, to), as addresses that need not be aligned. */
struct range {
	unsigned from, to;
	uint64_t addr, size;
};

static struct range pick_range(void)
{
	struct range r;
	uint64_t head, tail;

	r.from = pick(PAGES);
	r.to = r.from + 1 + pick(pick(4) ? 6 : PAGES);
	if (r.to > PAGES)
		r.to = PAGES;
	head = pick(2) ? 0 : pick((unsigned)page);
	tail = pick(2) ? 0 : pick((unsigned)page);
	if (r.to == r.from + 1 && head + tail >= page)
		head = tail = 0;
	r.addr = AT + r.from * page + head;
	r.size = (r.to - r.from) * page - head - tail;
	return r;
}

/* What a call that needs all pages with these protections says. */
static enum kr range_code(const struct task *t, const struct range *r, int prot,
			  bool max)
{
	enum kr kr = KR_SUCCESS;

	for (unsigned i = r->from; i < r->to; i++) {
		const struct slot *s = &t->slot[i];
		if (s->cell == NULL)
			return KR_INVALID_ADDRESS;
		if (prot & ~(max ? s->max_prot : s->prot))
			kr = KR_PROTECTION_FAILURE;
	}
	return kr;
}

static void model_read(const struct task *t, uint64_t addr, uint64_t size,
		       uint8_t *buf)
{
	for (uint64_t i = 0; i < size; i++) {
		uint64_t at = addr - AT + i;
		buf[i] = t->slot[at / page].cell->data[at % page];
	}
}

static void model_write(struct task *t, uint64_t addr, uint64_t size,
			const uint8_t *buf)
{
	for (uint64_t i = 0; i < size; i++) {
		uint64_t at = addr - AT + i;
		t->slot[at / page].cell->data[at % page] = buf[i];
	}
}

/* --- one random call each, on both */

static bool op_allocate(struct task *t)
{
	struct range r = pick_range();
	enum kr want = KR_SUCCESS, kr;
	uint64_t addr = r.addr;

	for (unsigned i = r.from; i < r.to; i++)
		if (t->slot[i].cell != NULL)
			want = KR_NO_SPACE;
	kr = vm_map_allocate(t->map, &addr, r.size, false);
	if (kr == KR_SUCCESS && want == KR_SUCCESS)
		for (unsigned i = r.from; i < r.to; i++)
			slot_fresh(&t->slot[i], cell_create(NULL));
	return kr == want;
}

static bool op_deallocate(struct task *t)
{
	struct range r = pick_range();

	for (unsigned i = r.from; i < r.to; i++)
		slot_clear(&t->slot[i]);
	return vm_map_deallocate(t->map, r.addr, r.size) == KR_SUCCESS;
}

static bool op_protect(struct task *t)
{
	struct range r = pick_range();
	int prot = (int)pick(8);
	bool set_max = pick(10) == 0;
	enum kr want;

	if (set_max)
		prot |= VM_PROT_READ | VM_PROT_WRITE;
	want = range_code(t, &r, prot, true);
	if (want == KR_SUCCESS)
		for (unsigned i = r.from; i < r.to; i++) {
			struct slot *s = &t->slot[i];
			s->prot = set_max ? s->prot & prot : prot;
			s->max_prot = set_max ? prot : s->max_prot;
		}
	return vm_map_protect(t->map, r.addr, r.size, set_max, prot) == want;
}

static bool op_unprotect(struct task *t)
{
	for (unsigned i = 0; i < PAGES; i++)
		if (t->slot[i].cell != NULL) {
			t->slot[i].prot = VM_PROT_DEFAULT;
			if (vm_map_protect(t->map, AT + i * page, page, false,
					   VM_PROT_DEFAULT) != KR_SUCCESS)
				return false;
		}
	return true;
}

static bool op_inherit(struct task *t)
{
	struct range r = pick_range();
	int inherit = (int)pick(3);

	for (unsigned i = r.from; i < r.to; i++)
		if (t->slot[i].cell != NULL)
			t->slot[i].inherit = inherit;
	return vm_map_inherit(t->map, r.addr, r.size, inherit) == KR_SUCCESS;
}

static void fill_random(uint64_t size)
{
	uint8_t seed = (uint8_t)rand();

	for (uint64_t i = 0; i < size; i++)
		scratch[i] = (uint8_t)(seed + i * 7 + (i >> 8));
}

static bool op_user_write(struct task *t)
{
	struct range r = pick_range();
	enum kr want = range_code(t, &r, VM_PROT_WRITE, false);

	if (want != KR_SUCCESS) /* partial writes are the model's blind spot */
		return true;
	fill_random(r.size);
	model_write(t, r.addr, r.size, scratch);
	return vm_user_write(t->map, r.addr, scratch, r.size) == KR_SUCCESS;
}

static bool op_touch(struct task *t)
{
	unsigned i = pick(PAGES), access = 1u << pick(3);
	struct slot *s = &t->slot[i];
	enum kr want = s->cell == NULL		       ? KR_INVALID_ADDRESS :
		       access & ~(unsigned)s->prot ? KR_PROTECTION_FAILURE :
							       KR_SUCCESS;

	return vm_fault(t->map, AT + i * page, access) == want;
}

static bool op_copy_within(struct task *t)
{
	struct range from = pick_range(), to = pick_range();
	enum kr want = range_code(t, &from, VM_PROT_READ, false);

	if (to.size > from.size)
		to.size = from.size;
	to.to = (unsigned)((to.addr + to.size + page - 1 - AT) / page);
	from.size = to.size;
	from.to = (unsigned)((from.addr + from.size + page - 1 - AT) / page);
	want = range_code(t, &from, VM_PROT_READ, false);
	if (want == KR_SUCCESS)
		want = range_code(t, &to, VM_PROT_WRITE, false);
	if (want == KR_SUCCESS) {
		model_read(t, from.addr, from.size, scratch);
		model_write(t, to.addr, to.size, scratch);
	}
	return vm_map_copy_within(t->map, from.addr, from.size, to.addr) ==
	       want;
}

/* A message to another task: the copy lies anywhere there and is compared. */
static bool op_send(struct task *t)
{
	struct range r = pick_range();
	struct task *to = &tasks[pick(TASKS)];
	bool destroy = pick(4) == 0, same;
	enum kr want = range_code(t, &r, VM_PROT_READ, false);
	struct vm_copy *copy;
	uint64_t addr, low, high;

	if (want == KR_SUCCESS)
		model_read(t, r.addr, r.size, expected);
	if (vm_copy_in(t->map, r.addr, r.size, destroy, &copy) != want)
		return false;
	if (want != KR_SUCCESS)
		return true;
	if (destroy)
		for (unsigned i = r.from; i < r.to; i++)
			slot_clear(&t->slot[i]);
	else if (range_code(t, &r, VM_PROT_WRITE, false) == KR_SUCCESS) {
		fill_random(r.size); /* the sender goes on writing */
		model_write(t, r.addr, r.size, scratch);
		if (vm_user_write(t->map, r.addr, scratch, r.size) !=
		    KR_SUCCESS)
			return false;
	}
	if (vm_copy_out(to->map, copy, &addr) != KR_SUCCESS)
		return false;
	low = vm_trunc(addr);
	high = vm_round(addr + r.size);
	if (vm_user_read(to->map, low, scratch, high - low) != KR_SUCCESS)
		return false;
	same = memcmp(scratch + (addr - low), expected, r.size) == 0;
	for (uint64_t i = low; i < high; i++)
		if (i < addr || i >= addr + r.size)
			same &= scratch[i - low] == 0;
	fill_random(r.size);
	return same &&
	       vm_user_write(to->map, addr, scratch, r.size) == KR_SUCCESS &&
	       vm_map_deallocate(to->map, addr, r.size) == KR_SUCCESS;
}

static bool op_overwrite(struct task *t)
{
	struct range from = pick_range();
	struct task *to = &tasks[pick(TASKS)];
	struct range into = pick_range();
	enum kr want;
	struct vm_copy *copy;

	if (pick(2)) /* alike in their pages */
		into.addr = vm_trunc(into.addr) + (from.addr & (page - 1));
	into.from = (unsigned)((into.addr - AT) / page);
	into.to = (unsigned)((into.addr + from.size + page - 1 - AT) / page);
	if (into.to > PAGES ||
	    range_code(t, &from, VM_PROT_READ, false) != KR_SUCCESS)
		return true;
	want = range_code(to, &into, VM_PROT_WRITE, false);
	if (vm_copy_in(t->map, from.addr, from.size, false, &copy) !=
	    KR_SUCCESS)
		return false;
	if (want == KR_SUCCESS) {
		model_read(t, from.addr, from.size, scratch);
		model_write(to, into.addr, from.size, scratch);
	}
	if (vm_copy_overwrite(to->map, into.addr, copy) != want)
		return false;
	if (want != KR_SUCCESS)
		vm_copy_discard(copy);
	return true;
}

static void end_task(struct task *t)
{
	for (unsigned i = 0; i < PAGES; i++)
		slot_clear(&t->slot[i]);
	vm_map_unref(t->map);
	t->map = NULL;
}

static bool op_fork(struct task *t)
{
	struct task *c = &tasks[pick(TASKS)];

	if (c == t)
		return true;
	end_task(c);
	c->map = vm_map_fork(t->map, account);
	for (unsigned i = 0; i < PAGES; i++) {
		struct slot *s = &t->slot[i];
		if (s->cell == NULL || s->inherit == VM_INHERIT_NONE)
			continue;
		c->slot[i] = *s;
		if (s->inherit == VM_INHERIT_SHARE)
			s->cell->refs++;
		else
			c->slot[i].cell = cell_create(s->cell->data);
	}
	return c->map != NULL;
}

/* Maps an entry for pages of one task into a free place of another. */
static bool map_entry(struct task *t, unsigned from, unsigned count,
		      struct vm_entry_port *entry)
{
	struct task *to = &tasks[pick(TASKS)];
	unsigned at = pick(PAGES - count + 1);
	struct vm_mapping m = { .addr = AT + at * page,
				.size = count * page,
				.copy = pick(2),
				.prot = VM_PROT_DEFAULT,
				.max_prot = VM_PROT_ALL,
				.inherit = VM_INHERIT_COPY };

	for (unsigned i = at; i < at + count; i++)
		if (to->slot[i].cell != NULL)
			return true;
	if (vm_map_enter(to->map, entry, &m) != KR_SUCCESS)
		return false;
	for (unsigned i = 0; i < count; i++) {
		struct cell *cell = t->slot[from + i].cell;
		if (m.copy)
			cell = cell_create(cell->data);
		else
			cell->refs++;
		slot_fresh(&to->slot[at + i], cell);
	}
	return true;
}

static bool op_entry(struct task *t)
{
	struct range r = pick_range();
	struct vm_entry_port *entry;
	uint64_t size = (r.to - r.from) * page;
	bool ok;

	for (unsigned i = r.from; i < r.to; i++)
		if (t->slot[i].cell == NULL ||
		    t->slot[i].max_prot != VM_PROT_ALL)
			return true;
	if (vm_entry_create(t->map, &size, AT + r.from * page, VM_PROT_ALL,
			    &entry) != KR_SUCCESS)
		return false;
	ok = size > 0 && size <= (r.to - r.from) * page && size % page == 0 &&
	     map_entry(t, r.from, (unsigned)(size / page), entry);
	kobject_unref(vm_entry_kobject(entry));
	return ok;
}

static bool op_wire(struct task *t)
{
	struct range r = pick_range();
	int access = pick(2) ? VM_PROT_READ : VM_PROT_NONE;
	enum kr kr = vm_map_wire(t->map, r.addr, r.size, access);

	if (access == VM_PROT_NONE)
		return kr == KR_SUCCESS || kr == KR_FAILURE;
	return kr == (range_code(t, &r, access, false) == KR_SUCCESS ?
			      KR_SUCCESS :
			      KR_FAILURE);
}

static bool op_forget(struct task *t)
{
	pmap_collect(vm_map_pmap(t->map));
	return true;
}

static const struct {
	const char *name;
	bool (*fn)(struct task *t);
	unsigned weight;
} ops[] = {
	{ "allocate", op_allocate, 20 },
	{ "deallocate", op_deallocate, 8 },
	{ "protect", op_protect, 6 },
	{ "unprotect", op_unprotect, 4 },
	{ "inherit", op_inherit, 8 },
	{ "user_write", op_user_write, 25 },
	{ "touch", op_touch, 15 },
	{ "copy_within", op_copy_within, 12 },
	{ "send", op_send, 12 },
	{ "overwrite", op_overwrite, 12 },
	{ "fork", op_fork, 5 },
	{ "entry", op_entry, 4 },
	{ "wire", op_wire, 4 },
	{ "forget", op_forget, 2 },
};

/* --- comparing */

static bool same_memory(struct task *t)
{
	for (unsigned i = 0; i < PAGES; i++) {
		struct slot *s = &t->slot[i];
		uint64_t at = AT + i * page;
		if (s->cell == NULL) {
			if (vm_fault(t->map, at, 1) != KR_INVALID_ADDRESS)
				return false;
			continue;
		}
		if (!(s->prot & VM_PROT_READ))
			continue;
		if (vm_user_read(t->map, at, scratch, page) != KR_SUCCESS ||
		    memcmp(scratch, s->cell->data, page) != 0)
			return false;
	}
	return true;
}

static unsigned pick_op(void)
{
	unsigned sum = 0, at;

	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		sum += ops[i].weight;
	at = pick(sum);
	for (unsigned i = 0;; i++) {
		if (at < ops[i].weight)
			return i;
		at -= ops[i].weight;
	}
}

static void run(unsigned seed, unsigned steps)
{
	struct vm_census before = vm_census_take();

	srand(seed);
	for (unsigned i = 0; i < TASKS; i++)
		tasks[i].map = vm_map_create(account);
	for (unsigned step = 0; step < steps; step++) {
		unsigned op = pick_op();
		if (!ops[op].fn(&tasks[pick(TASKS)]))
			CHECK_FAIL("seed %u step %u: %s", seed, step,
				   ops[op].name);
		for (unsigned i = 0; i < TASKS; i++)
			vm_check_map(tasks[i].map);
		if (step % 16 != 15)
			continue;
		for (unsigned i = 0; i < TASKS; i++)
			if (!same_memory(&tasks[i]))
				CHECK_FAIL("seed %u step %u: task %u after %s",
					   seed, step, i, ops[op].name);
	}
	for (unsigned i = 0; i < TASKS; i++)
		end_task(&tasks[i]);
	pmap_check_all();
	CHECK(vm_census_equal(before));
}

static void agrees_with_the_model(void)
{
	const char *seed = getenv("VM_SEED");

	if (seed != NULL) {
		run((unsigned)atoi(seed), 20000);
		return;
	}
	for (unsigned i = 1; i <= 6 && !check_state.bad; i++)
		run(i, 600);
}

static void body(void *arg)
{
	(void)arg;
	account = account_create(NULL);
	page = vm_page_bytes();
	scratch = malloc(PAGES * page + page);
	expected = malloc(PAGES * page + page);
	RUN(agrees_with_the_model);
	account_unref(account);
	free(scratch);
	free(expected);
}

int main(void)
{
	const char *cmdline = getenv("VM_CMDLINE");

	host_options.boot = vm_init;
	host_options.cmdline = cmdline != NULL ? cmdline : "";
	host_kernel_run(body, NULL);
	return check_done();
}
