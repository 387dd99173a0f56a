/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table grows and shrinks with what is in it, so that chains stay short;
 * without memory for that they get longer.
 */
#include <server/index.h>

#include <mach/mach.h>
#include <mach/mach_ext.h>
#include <mach/mach_host.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 64u /* a power of two */

static struct link *first_buckets[BUCKETS_MIN];
static struct link **buckets = first_buckets;
static size_t bucket_count = BUCKETS_MIN, entries;
static uint64_t key;
uint64_t index_work;

void link_insert(struct link **head, struct link *l)
{
	l->next = *head;
	l->back = head;
	if (*head != NULL)
		(*head)->back = &l->next;
	*head = l;
}

void link_remove(struct link *l)
{
	if (l->back == NULL)
		return;
	*l->back = l->next;
	if (l->next != NULL)
		l->next->back = l->back;
	l->back = NULL;
}

void index_init(void)
{
	mach_msg_type_number_t size = sizeof key;
	char bytes[sizeof key] = {0};

	(void)host_get_entropy(mach_host_self(), bytes, &size);
	memcpy(&key, bytes, sizeof key);
}

/* Every bit of x in every bit of the result. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15;
	x ^= x >> 29;
	x *= 0xd1342543de82ef95;
	return x ^ x >> 32;
}

uint64_t hash_of_port(unsigned kind, mach_port_t port)
{
	return mix(mix(key ^ port) + kind);
}

uint64_t hash_of_name(const void *context, const char *name)
{
	uint64_t hash = mix(key ^ (uintptr_t)context);

	while (*name != '\0')
		hash = mix(hash ^ (unsigned char)*name++);
	return hash;
}

static struct link **bucket_of(uint64_t hash)
{
	return &buckets[hash & (bucket_count - 1)];
}

static void index_resize(size_t count)
{
	struct link **old = buckets, **new = calloc(count, sizeof(*new));
	size_t old_count = bucket_count;

	if (new == NULL)
		return;
	buckets = new;
	bucket_count = count;
	for (size_t i = 0; i < old_count; i++)
		while (old[i] != NULL) {
			struct index_link *l =
				entry_of(old[i], struct index_link, link);

			index_work++;
			link_remove(&l->link);
			link_insert(bucket_of(l->hash), &l->link);
		}
	if (old != first_buckets)
		free(old);
}

struct index_link *index_first(uint64_t hash)
{
	struct link *link = *bucket_of(hash);

	index_work++;
	for (; link != NULL; link = link->next) {
		struct index_link *l = entry_of(link, struct index_link, link);

		index_work++;
		if (l->hash == hash)
			return l;
	}
	return NULL;
}

struct index_link *index_next(struct index_link *l)
{
	index_work++;
	return entry_of(l->first ? l->same : l->link.next, struct index_link,
			link);
}

void index_insert(struct index_link *l, uint64_t hash)
{
	struct index_link *first = index_first(hash);

	l->hash = hash;
	l->same = NULL;
	l->first = first == NULL;
	link_insert(l->first ? bucket_of(hash) : &first->same, &l->link);
	if (++entries > bucket_count)
		index_resize(bucket_count * 2);
}

/* The next of the same hash takes the first one's place. */
static void succeed(struct index_link *l)
{
	struct index_link *heir = entry_of(l->same, struct index_link, link);

	link_remove(&heir->link);
	heir->first = true;
	heir->same = l->same;
	if (heir->same != NULL)
		heir->same->back = &heir->same;
	link_insert(bucket_of(l->hash), &heir->link);
}

void index_remove(struct index_link *l)
{
	if (l->link.back == NULL)
		return;
	link_remove(&l->link);
	if (l->first && l->same != NULL)
		succeed(l);
	if (--entries < bucket_count / 8 && bucket_count > BUCKETS_MIN)
		index_resize(bucket_count / 2);
}
