/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CTHREADS_DEBUG=1: who holds what, and in which order.
 *
 * "A was held when B was locked" is an edge from A to B. If B leads back to A
 * over edges seen before, some interleaving deadlocks, even if this run did
 * not. Each pair is reported once. The table of edges is bounded; when it is
 * full, new ones are not watched.
 */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EDGES_MAX 1024

bool cthreads_debug;

struct edge {
	mutex_t before, after;
};

static spin_lock_t lock; /* of all below */
static struct edge edges[EDGES_MAX];
static unsigned edge_count;

[[gnu::constructor]] static void ask(void)
{
	const char *value = getenv("CTHREADS_DEBUG");

	cthreads_debug = value != NULL && strcmp(value, "1") == 0;
}

__attribute__((format(printf, 1, 2))) static void report(const char *format,
							 ...)
{
	char line[256] = "cthreads: ";
	size_t n = strlen(line);
	va_list args;

	va_start(args, format);
	vsnprintf(line + n, sizeof line - n - 1, format, args);
	va_end(args);
	n = strlen(line);
	line[n] = '\n';
	(void)!write(STDERR_FILENO, line, n + 1);
}

static bool edge_known(mutex_t before, mutex_t after)
{
	for (unsigned i = 0; i < edge_count; i++)
		if (edges[i].before == before && edges[i].after == after)
			return true;
	return false;
}

/* Can edge i be entered: from the start, or from an edge already reached? */
static bool entered(unsigned i, mutex_t from, const bool *reached)
{
	if (edges[i].before == from)
		return true;
	for (unsigned j = 0; j < edge_count; j++)
		if (reached[j] && edges[j].after == edges[i].before)
			return true;
	return false;
}

/* Is there a way from one to the other? Each pass goes one edge further. */
static bool leads_to(mutex_t from, mutex_t to)
{
	static bool reached[EDGES_MAX];
	bool more = true;

	memset(reached, 0, sizeof reached);
	while (more) {
		more = false;
		for (unsigned i = 0; i < edge_count; i++) {
			if (reached[i] || !entered(i, from, reached))
				continue;
			if (edges[i].after == to)
				return true;
			reached[i] = more = true;
		}
	}
	return false;
}

/* True: the two were locked the other way round before. */
static bool edge_add(mutex_t before, mutex_t after)
{
	bool inversion = false;

	spin_lock(&lock);
	if (!edge_known(before, after) && edge_count < EDGES_MAX) {
		inversion = leads_to(after, before);
		edges[edge_count++] = (struct edge){before, after};
	}
	spin_unlock(&lock);
	return inversion;
}

void debug_before_lock(mutex_t m)
{
	struct cthread *t = cthread_self();

	if (m->owner == t) {
		report("self-deadlock: thread %s locks mutex %s, which it holds",
		       cthread_name(t), mutex_name(m));
		return;
	}
	for (unsigned i = 0; i < t->held_count; i++)
		if (edge_add(t->held[i], m))
			report("lock order: thread %s locks mutex %s after %s, "
			       "which were locked in the other order before",
			       cthread_name(t), mutex_name(m),
			       mutex_name(t->held[i]));
}

void debug_locked(mutex_t m)
{
	struct cthread *t = cthread_self();

	m->owner = t;
	if (t->held_count < HELD_MAX)
		t->held[t->held_count++] = m;
}

void debug_unlock(mutex_t m)
{
	struct cthread *t = cthread_self();

	m->owner = NULL;
	for (unsigned i = 0; i < t->held_count; i++) {
		if (t->held[i] != m)
			continue;
		t->held[i] = t->held[--t->held_count];
		return;
	}
}

void debug_forget(mutex_t m)
{
	unsigned kept = 0;

	spin_lock(&lock);
	for (unsigned i = 0; i < edge_count; i++)
		if (edges[i].before != m && edges[i].after != m)
			edges[kept++] = edges[i];
	edge_count = kept;
	spin_unlock(&lock);
}
