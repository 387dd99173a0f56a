/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks over lists whose nodes go meanwhile. */
#include "check.h"

#include <kern/walk.h>

#define COUNT 5

static struct walk_node node[COUNT];
static struct list list;

static void fill(void)
{
	list_init(&list);
	for (int i = 0; i < COUNT; i++)
		walk_insert(&list, &node[i]);
}

/* A walker's step as the users do it; true in *off: prev was unlinked. */
static struct walk_node *step(struct walk_node *prev, bool *off)
{
	struct walk_node *n = walk_next(&list, prev);

	*off = prev && walk_unpin(prev);
	return n;
}

static void unpinned_goes_at_once(void)
{
	fill();
	CHECK(walk_remove(&node[2]));
	CHECK(!list_linked(&node[2].link));
}

/* Whoever stands on a node that goes is not thrown back, nor forward. */
static void goes_under_a_walker(void)
{
	bool off;

	fill();
	struct walk_node *at = step(NULL, &off);
	CHECK(at == &node[0]);
	CHECK(!walk_remove(&node[0]));
	at = step(at, &off);
	CHECK(at == &node[1] && off);
	CHECK(!list_linked(&node[0].link));
	at = step(at, &off);
	CHECK(at == &node[2] && !off);
	CHECK(walk_remove(&node[3]));
	at = step(at, &off);
	CHECK(at == &node[4] && !off);
	CHECK(step(at, &off) == NULL && !off);
}

static void last_of_two_walkers_unlinks(void)
{
	bool off;

	fill();
	struct walk_node *a = step(NULL, &off), *b = step(NULL, &off);
	CHECK(!walk_remove(&node[0]));
	a = step(a, &off);
	CHECK(!off && a == &node[1]);
	struct walk_node *late = step(NULL, &off);
	CHECK(late == &node[0] && late->gone);
	b = step(b, &off);
	CHECK(!off && b == &node[1]);
	late = step(late, &off);
	CHECK(off && late == &node[1]);
	CHECK(!walk_unpin(a) && !walk_unpin(b) && !walk_unpin(late));
	CHECK(node[1].pins == 0);
}

/* What comes at the end while a walk goes on is met. */
static void newcomers(void)
{
	static struct walk_node late;
	struct walk_node *at = NULL;
	unsigned met = 0;
	bool off;

	fill();
	while ((at = step(at, &off)) != NULL)
		if (++met == COUNT)
			walk_insert(&list, &late);
	CHECK_EQ(met, COUNT + 1);
}

int main(void)
{
	RUN(unpinned_goes_at_once);
	RUN(goes_under_a_walker);
	RUN(last_of_two_walkers_unlinks);
	RUN(newcomers);
	return check_done();
}
