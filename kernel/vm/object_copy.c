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
 * the nodes above it are shared already. Nor does the copy let its pages be
 * mapped for writing while it is there, so what is clear stays clear.
 */
static void lower_mappings(struct vm_object *copy, uint64_t first, uint64_t end)
{
	struct page *p;

	for (uint64_t i = first;
	     (p = vm_tree_next(&copy->tree, &i, end)) != NULL; i++) {
		_Atomic uint32_t *writable = &vm_page_part(p)->writable;

		preempt_point();
		if (!atomic_get_acq(writable))
			continue;
		pmap_page_protect(page_to_paddr(p), vm_page_size(),
				  ACCESS_READ | ACCESS_EXECUTE);
		atomic_set_rel(writable, 0);
	}
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
	spin_unlock(&o->lock);
	if (kr != KR_SUCCESS) {
		vm_object_unref(c);
		return kr;
	}
	if (o->shared)
		lower_mappings(c, first, end);
	*copy = c;
	return KR_SUCCESS;
}
