/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child's map, by inheritance. The child begins without page tables: its
 * faults fill them.
 *	NONE	not in the child
 *	SHARE	the same object in both
 *	COPY	a copy of the object; both are mapped read-only until written
 * Neighbours that show parts of one private object are a group and get one
 * copy together. Device registers are not copied: such a child has none.
 * Locks: the parent's map->lock for writing; the child is ours alone.
 */
#include <vm/map_i.h>

#include <kern/panic.h>
#include <kern/thread.h>

struct fork {
	struct vm_map *parent, *child;
	struct vm_map_entry *last; /* in the child */
	struct vm_object *source;  /* object of the group, borrowed */
	struct vm_object *copy;	   /* its copy, held by the child's entries */
	uint64_t group_end;
};

/* The last of the neighbours that show parts of e's private object and are to
 * be copied too; lowers the mappings of all of them. */
static struct vm_map_entry *lower_group(struct fork *f, struct vm_map_entry *e,
					size_t *count)
{
	struct vm_object *o = atomic_get(&e->object);
	struct vm_map_entry *next = e;

	for (*count = 0; next != NULL && atomic_get(&next->object) == o &&
			 next->inherit == VM_INHERIT_COPY;
	     ++*count, next = vm_map_next(f->parent, e)) {
		e = next;
		vm_map_lower(f->parent, e, e->start, e->end);
		preempt_point();
	}
	return e;
}

/* Copies the object for the group that begins at e. */
static enum kr copy_group(struct fork *f, struct vm_map_entry *e)
{
	struct vm_object *o = atomic_get(&e->object);
	struct vm_map_entry *last = e;
	uint64_t first = vm_map_index(e, e->start), end;
	size_t count = 0;
	enum kr kr;

	if (!o->shared)
		last = lower_group(f, e, &count);
	end = vm_map_index(last, last->end);
	if (count + 1 == vm_object_refs(o)) { /* all there is, and c */
		first = 0;
		end = UINT64_MAX;
	}
	kr = vm_object_copy(o, first, end, f->child->account, &f->copy);
	if (kr != KR_SUCCESS)
		return kr;
	f->source = o;
	f->group_end = last->end;
	return KR_SUCCESS;
}

/* c, so far like e, gets a copy of e's memory. */
static enum kr inherit_copy(struct fork *f, struct vm_map_entry *e,
			    struct vm_map_entry *c)
{
	struct vm_object *o = atomic_get(&e->object);
	enum kr kr;

	c->shared = false;
	if (o == NULL)
		return KR_SUCCESS;
	if (o == f->source && e->start < f->group_end) {
		vm_object_ref(f->copy);
	} else {
		kr = copy_group(f, e);
		if (kr != KR_SUCCESS)
			return kr;
	}
	atomic_set(&c->object, f->copy);
	vm_object_unref(o); /* the reference that made them alike */
	return KR_SUCCESS;
}

static bool not_inherited(const struct vm_map_entry *e)
{
	struct vm_object *o = atomic_get(&e->object);

	return e->inherit == VM_INHERIT_NONE ||
	       (e->inherit == VM_INHERIT_COPY && o != NULL &&
		!vm_object_can_copy(o));
}

static enum kr inherit_entry(struct fork *f, struct vm_map_entry *e)
{
	struct vm_map_entry *c;
	enum kr kr = KR_SUCCESS;

	if (not_inherited(e))
		return KR_SUCCESS;
	if (e->inherit == VM_INHERIT_SHARE)
		kr = vm_map_entry_share(f->parent, e);
	if (kr != KR_SUCCESS)
		return kr;
	c = vm_map_entry_create(f->child);
	if (c == NULL)
		return KR_RESOURCE_SHORTAGE;
	vm_map_entry_like(c, e);
	if (e->inherit == VM_INHERIT_COPY)
		kr = inherit_copy(f, e, c);
	if (kr != KR_SUCCESS) {
		vm_map_entry_destroy(f->child, c);
		return kr;
	}
	vm_map_link(f->child, f->last, c);
	f->last = c;
	return KR_SUCCESS;
}

struct vm_map *vm_map_fork(struct vm_map *parent, struct account *account)
{
	struct fork f = { .parent = parent, .child = vm_map_create(account) };
	struct vm_map_entry *e;
	enum kr kr;

	if (f.child == NULL)
		return NULL;
	f.last = &f.child->sentinel;
	rwlock_write(&parent->lock);
	kr = parent->dead ? KR_INVALID_ARGUMENT : KR_SUCCESS;
	for (e = vm_map_next(parent, &parent->sentinel);
	     e != NULL && kr == KR_SUCCESS; e = vm_map_next(parent, e)) {
		kr = inherit_entry(&f, e);
		preempt_point();
	}
	rwlock_write_done(&parent->lock);
	if (kr == KR_SUCCESS)
		return f.child;
	vm_map_unref(f.child);
	return NULL;
}
