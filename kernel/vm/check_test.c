/* SPDX-License-Identifier: BSD-2-Clause */
/* The walker of maps passes over what is right and fires on what is wrong. */
#include "check.h"
#include "vm_user.h"

#include <host.h>
#include <kern/charge.h>
#include <kern/panic.h>
#include <vm/map_i.h>

#define AT ((uint64_t)0x10000000)

static uint64_t page;

/* Three ranges of two pages, written. */
static struct vm_map *some_map(void)
{
	struct account *account = account_create(NULL);
	struct vm_map *map = vm_map_create(account);

	page = vm_page_bytes();
	panic_unless(map != NULL);
	account_unref(account); /* the map has its own reference */
	for (uint64_t n = 1; n <= 3; n++) {
		uint64_t addr = n * AT;

		panic_unless(vm_map_allocate(map, &addr, 2 * page, false) ==
			     KR_SUCCESS);
		vm_user_set(map, addr, n);
		vm_user_set(map, addr + page, n);
	}
	return map;
}

static struct vm_map_entry *second(struct vm_map *map)
{
	return vm_map_floor(map, 2 * AT);
}

static void good(void)
{
	struct vm_map *map = some_map();

	vm_check_map(map);
	CHECK_EQ(vm_map_protect(map, 2 * AT, page, false, VM_PROT_READ),
		 KR_SUCCESS);
	CHECK_EQ(vm_map_deallocate(map, AT + page, page), KR_SUCCESS);
	vm_check_map(map);
	CHECK(vm_check_all() >= 4);
	vm_map_unref(map);
}

static void wrong_count(struct vm_map *map)
{
	map->count++;
}

static void wrong_size(struct vm_map *map)
{
	map->size -= page;
}

static void overlap(struct vm_map *map)
{
	second(map)->end = 3 * AT + page;
}

static void wrong_gap(struct vm_map *map)
{
	second(map)->gap -= page;
}

static void wrong_offset(struct vm_map *map)
{
	second(map)->offset++;
}

static void more_than_its_maximum(struct vm_map *map)
{
	second(map)->max_prot = VM_PROT_READ;
}

static void no_such_inheritance(struct vm_map *map)
{
	second(map)->inherit = VM_INHERIT_NONE + 1;
}

static void shared_alone(struct vm_map *map)
{
	second(map)->shared = true;
}

static void wrong_max_gap(struct vm_map *map)
{
	map->root->max_gap++;
}

static void not_a_heap(struct vm_map *map)
{
	for (struct vm_map_entry *e = second(map); e != NULL; e = e->parent)
		if (e->parent != NULL) {
			e->parent->priority = 0;
			e->priority = 1;
			return;
		}
	map->root->priority = 0;
	map->root->left->priority = 1;
}

static void not_in_the_tree(struct vm_map *map)
{
	map->root->right = NULL;
}

static void other_frame(struct vm_map *map)
{
	struct paddr pa;
	unsigned prot;

	panic_unless(pmap_extract(map->pmap, AT, &pa, &prot));
	panic_unless(pmap_enter(map->pmap, 2 * AT, pa, page, ACCESS_READ, 0) ==
		     KR_SUCCESS);
}

static void writable_still(struct vm_map *map)
{
	second(map)->prot = VM_PROT_READ;
}

static void readable_still(struct vm_map *map)
{
	pmap_protect(map->pmap, 2 * AT, 2 * AT + 2 * page, ACCESS_READ);
	second(map)->prot = VM_PROT_NONE;
}

static const struct damage {
	const char *name;
	void (*fn)(struct vm_map *map);
	const char *expected;
} damages[] = {
	{ "wrong_count", wrong_count, "w->count == w->map->count" },
	{ "wrong_size", wrong_size, "w->size == w->map->size" },
	{ "overlap", overlap, "e->end <= end && e->gap" },
	{ "wrong_gap", wrong_gap, "e->end <= end && e->gap" },
	{ "wrong_offset", wrong_offset, "!(e->offset & " },
	{ "more_than_its_maximum", more_than_its_maximum, "~e->max_prot" },
	{ "no_such_inheritance", no_such_inheritance, "e->inherit <= " },
	{ "shared_alone", shared_alone, "!e->shared || " },
	{ "wrong_max_gap", wrong_max_gap, "n->max_gap == max" },
	{ "not_a_heap", not_a_heap, "->priority <= n->priority" },
	{ "not_in_the_tree", not_in_the_tree, "kernel/vm/check.c:" },
	{ "other_frame", other_frame, "pa.raw == want.raw" },
	{ "writable_still", writable_still, "(e->prot & " },
	{ "readable_still", readable_still, "e->prot != " },
};

static const struct damage *damage;

static void damaged(void *arg)
{
	struct vm_map *map = some_map();

	(void)arg;
	damage->fn(map);
	vm_check_map(map);
}

static void is_noticed(void)
{
	CHECK(host_panics(damaged, NULL, damage->expected));
}

static void body(void *arg)
{
	(void)arg;
	RUN(good);
}

int main(void)
{
	host_options.boot = vm_init;
	host_options.memory = (uint64_t)32 << 20;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		damage = &damages[i];
		check_run(damage->name, is_noticed);
	}
	host_kernel_run(body, NULL);
	return check_done();
}
