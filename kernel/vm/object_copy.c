/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of objects. Locks: the source's; the copy is ours alone until it is
 * returned.
 */
#include <vm/object.h>

#include <kern/panic.h>
#include <kern/thread.h>

_Atomic unsigned vm_chain_max;

/* Objects on the way from c to where its pages come from, c included. */
static void note_chain(const struct vm_object *c)
{
	unsigned length = 0;

	for (; c != NULL; c = c->backing)
		length++;
	if (length > atomic_get(&vm_chain_max))
		atomic_set(&vm_chain_max, length);
}

/* +1. An empty object that shows what o shows where nothing was written. */
static struct vm_object *copy_create(struct vm_object *o,
				     struct account *account)
{
	struct vm_object *c = vm_object_create(account);

	if (c == NULL)
		return NULL;
	c->backing = o->pager != NULL ? o : o->backing;
	if (c->backing != NULL)
		vm_object_ref(c->backing);
	c->stale = o->stale;
	note_chain(c);
	return c;
}

/*
 * Nobody may write a page of the copy any more. The copy's tree is walked, not
 * the source's: a page that a sharer wrote meanwhile was copied first, since
 * the nodes above it are shared already.
 */
static void lower_mappings(struct vm_object *copy, uint64_t first, uint64_t end)
{
	struct page *p;

	for (uint64_t i = first;
	     (p = vm_tree_next(&copy->tree, &i, end)) != NULL; i++) {
		pmap_page_protect(page_to_paddr(p), vm_page_size(),
				  ACCESS_READ | ACCESS_EXECUTE);
		preempt_point();
	}
}

/*
 * The part of a shared source whose mappings are to be lowered; others than it
 * has marked cannot be written. While somebody else is lowering, that is not
 * known; and what is wired keeps its writable mappings.
 */
static struct vm_span to_lower(struct vm_object *o, uint64_t first, uint64_t end)
	REQUIRES(&o->lock)
{
	struct vm_span *w = &o->written;
	struct vm_span part = { first, end };

	if (o->pager != NULL || o->lowering > 0 || o->wirings > 0)
		return part;
	part.first = first > w->first ? first : w->first;
	part.end = end < w->end ? end : w->end;
	if (part.first >= part.end)
		return (struct vm_span){ 0, 0 };
	if (part.first == w->first)
		w->first = part.end;
	else if (part.end == w->end)
		w->end = part.first;
	return part;
}

/* Gives the copy a page of its own in place of a wired one: the source keeps
 * its page. */
static enum kr own_page(struct vm_object *c, uint64_t i, struct page *wired)
{
	struct vm_node *leaf = vm_tree_leaf(&c->tree, i);
	struct page *p = leaf != NULL ? vm_page_alloc(0) : NULL;

	if (p == NULL)
		return KR_RESOURCE_SHORTAGE;
	pmap_copy(page_to_paddr(p), page_to_paddr(wired), vm_page_size());
	vm_page_unref(vm_leaf_set(leaf, i, p));
	return KR_SUCCESS;
}

static enum kr own_wired(struct vm_object *c, uint64_t first, uint64_t end)
{
	enum kr kr = KR_SUCCESS;
	struct page *p;

	for (uint64_t i = first; kr == KR_SUCCESS; i++) {
		p = vm_tree_next(&c->tree, &i, end);
		if (p == NULL)
			break;
		if (atomic_get(&vm_page_part(p)->wired) > 0)
			kr = own_page(c, i, p);
	}
	return kr;
}

enum kr vm_object_copy(struct vm_object *o, uint64_t first, uint64_t end,
		       struct account *account, struct vm_object **copy)
{
	struct vm_span lower = { 0, 0 };
	struct vm_object *c;
	enum kr kr;

	if (!vm_object_can_copy(o))
		return KR_PROTECTION_FAILURE;
	c = copy_create(o, account);
	if (c == NULL)
		return KR_RESOURCE_SHORTAGE;
	spin_lock(&o->lock);
	kr = vm_tree_share(&o->tree, first, end, &c->tree);
	if (kr == KR_SUCCESS && o->wirings > 0)
		kr = own_wired(c, first, end);
	if (kr == KR_SUCCESS && o->shared)
		lower = to_lower(o, first, end);
	if (lower.first < lower.end)
		o->lowering++;
	spin_unlock(&o->lock);
	if (kr != KR_SUCCESS) {
		vm_object_unref(c);
		return kr;
	}
	if (lower.first < lower.end) {
		lower_mappings(c, lower.first, lower.end);
		spin_lock(&o->lock);
		o->lowering--;
		spin_unlock(&o->lock);
	}
	*copy = c;
	return KR_SUCCESS;
}
