/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory objects: life, finding and making a page. object_copy.c copies them.
 * Locks: the object's own; under it pmap and page allocator.
 */
#include <vm/object.h>

#include <kern/panic.h>
#include <kern/zone.h>

static struct zone object_zone;

static const struct lock_class object_class = {
	.name = "vm object",
	.rank = RANK_OBJECT,
	.nests = true, /* an object before its backing */
};

static void object_free(struct kobject *k)
{
	struct vm_object *o = container_of(k, struct vm_object, kobject);
	struct vm_garbage garbage = {};

	vm_tree_clear(&o->tree, &garbage);
	vm_garbage_release(&garbage);
	if (o->backing != NULL)
		vm_object_unref(o->backing);
	account_credit(o->account, CHARGE_OBJECTS, 1);
	zone_free(&object_zone, o);
}

struct kobject_ops vm_object_ops = {.free = object_free};

void vm_object_init(void)
{
	zone_init(&object_zone, "vm object", sizeof(struct vm_object), 0);
	vm_tree_init_zone();
}

struct vm_object *vm_object_create(struct account *account)
{
	struct vm_object *o;

	if (!account_charge(account, CHARGE_OBJECTS, 1))
		return NULL;
	o = zone_alloc_zeroed(&object_zone);
	if (o == NULL) {
		account_credit(account, CHARGE_OBJECTS, 1);
		return NULL;
	}
	ref_init(&o->kobject.ref);
	o->kobject.ops = &vm_object_ops;
	spin_init(&o->lock, &object_class);
	o->account = account;
	return o;
}

void vm_object_unref(struct vm_object *o)
{
	if (o != NULL)
		kobject_unref(&o->kobject);
}

static bool physical_frames(struct vm_object *o, uint64_t index,
			    struct paddr *pa)
{
	if (index >= o->pages)
		return false;
	pa->raw = o->start.raw + (index << vm_page_shift);
	return true;
}

static const struct vm_pager physical_pager = { physical_frames, 0 };
static const struct vm_pager uncached_pager = { physical_frames,
						PMAP_UNCACHED };

struct vm_object *vm_object_create_physical(struct account *account,
					    struct paddr start, uint64_t pages,
					    bool uncached)
{
	struct vm_object *o = vm_object_create(account);

	if (o == NULL)
		return NULL;
	o->pager = uncached ? &uncached_pager : &physical_pager;
	o->start = start;
	o->pages = pages;
	o->shared = true;
	return o;
}

void vm_object_set_shared(struct vm_object *o)
{
	spin_lock(&o->lock);
	o->shared = true;
	spin_unlock(&o->lock);
}

static enum kr find_in_pager(struct vm_object *o, uint64_t index,
			     struct vm_found *f)
{
	if (!o->pager->frames(o, index, &f->pa))
		return KR_MEMORY_ERROR;
	f->writable = true;
	f->pmap_flags = o->pager->pmap_flags;
	return KR_SUCCESS;
}

/* A new page in an exclusive leaf, filled from pa, or with zeroes. */
static enum kr make_page(struct vm_object *o, uint64_t index,
			 const struct paddr *from, struct vm_found *f)
{
	struct vm_node *leaf = vm_tree_leaf(&o->tree, index);
	struct page *p;

	if (leaf == NULL)
		return KR_RESOURCE_SHORTAGE;
	p = vm_page_alloc(from != NULL ? 0 : PAGE_ZEROED);
	if (p == NULL)
		return KR_RESOURCE_SHORTAGE;
	f->page = p;
	f->pa = page_to_paddr(p);
	f->writable = true;
	f->filled = from == NULL;
	f->copied = from != NULL;
	if (from != NULL)
		pmap_copy(f->pa, *from, vm_page_size());
	f->replaced = vm_leaf_set(leaf, index, p);
	return KR_SUCCESS;
}

/* Not in the tree. */
static enum kr find_absent(struct vm_object *o, uint64_t index, bool write,
			   struct vm_found *f)
{
	struct paddr pa;
	enum kr kr;

	if (o->pager != NULL)
		return find_in_pager(o, index, f);
	if (o->backing == NULL)
		return make_page(o, index, NULL, f);
	kr = find_in_pager(o->backing, index, f);
	if (kr != KR_SUCCESS || !write) {
		f->writable = false;
		return kr;
	}
	pa = f->pa;
	f->pmap_flags = 0;
	kr = make_page(o, index, &pa, f);
	/* Other maps that share this object showed the backing until now. */
	if (kr == KR_SUCCESS && o->shared)
		pmap_page_protect(pa, vm_page_size(), ACCESS_NONE);
	return kr;
}

/* In the tree: a writer needs a page that only this tree leads to. */
static enum kr find_present(struct vm_object *o, uint64_t index, bool write,
			    struct page *p, struct vm_found *f)
{
	struct paddr pa = page_to_paddr(p);

	f->page = p;
	f->pa = pa;
	f->writable = vm_tree_hinted(&o->tree, index) && vm_page_sole(p);
	if (f->writable || !write)
		return KR_SUCCESS;
	if (vm_tree_leaf(&o->tree, index) == NULL)
		return KR_RESOURCE_SHORTAGE;
	f->writable = vm_page_sole(p);
	if (f->writable)
		return KR_SUCCESS;
	/* A copy in progress has not lowered all sharers' mappings yet: what
	 * one of them writes now must be in the page that he gets next. */
	if (o->shared)
		pmap_page_protect(pa, vm_page_size(),
				  ACCESS_READ | ACCESS_EXECUTE);
	return make_page(o, index, &pa, f);
}

enum kr vm_object_find(struct vm_object *o, uint64_t index, bool write,
		       struct vm_found *f)
{
	struct page *p = vm_tree_lookup(&o->tree, index);
	enum kr kr;

	*f = (struct vm_found){};
	if (p != NULL)
		kr = find_present(o, index, write, p, f);
	else
		kr = find_absent(o, index, write, f);
	if (kr == KR_SUCCESS && f->replaced != NULL && o->shared)
		pmap_page_protect(page_to_paddr(f->replaced), vm_page_size(),
				  ACCESS_NONE);
	return kr;
}

void vm_found_done(struct vm_object *o, struct vm_found *f)
{
	(void)o;
	if (f->replaced != NULL)
		vm_page_unref(f->replaced);
	f->replaced = NULL;
}

bool vm_object_is_empty(struct vm_object *o, uint64_t first, uint64_t end)
{
	bool empty;

	if (o->pager != NULL || o->backing != NULL)
		return false;
	spin_lock(&o->lock);
	empty = vm_tree_next(&o->tree, &first, end) == NULL;
	spin_unlock(&o->lock);
	return empty;
}

bool vm_object_forget(struct vm_object *o, uint64_t first, uint64_t end,
		      struct vm_garbage *garbage)
{
	bool done;

	spin_lock(&o->lock);
	assert(!o->shared);
	done = vm_tree_cut(&o->tree, first, end, garbage);
	if (!done)
		o->stale = true;
	spin_unlock(&o->lock);
	return done;
}

bool vm_object_replace(struct vm_object *o, uint64_t index, struct page *page)
{
	struct vm_node *leaf;
	struct page *old;

	spin_lock(&o->lock);
	if (page == NULL && vm_tree_lookup(&o->tree, index) == NULL) {
		spin_unlock(&o->lock);
		return true;
	}
	leaf = vm_tree_leaf(&o->tree, index);
	if (leaf == NULL) {
		spin_unlock(&o->lock);
		return false;
	}
	old = vm_leaf_set(leaf, index, page);
	if (old != NULL && o->shared)
		pmap_page_protect(page_to_paddr(old), vm_page_size(),
				  ACCESS_NONE);
	spin_unlock(&o->lock);
	if (old != NULL)
		vm_page_unref(old);
	return true;
}
