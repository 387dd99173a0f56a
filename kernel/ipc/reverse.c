/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a port to the entry that names it by a plain send right: a linear hash
 * whose buckets are as many as the indices ever used. (A receive right's entry
 * is found through the port itself.)
 *
 * Buckets 0 .. n-1 where n = s->high. With L the largest power of two <= n, a
 * port hashes to h mod 2L if that bucket exists already, else to h mod L
 * (ipc_reverse_head). Adding bucket n splits bucket n - L.
 */
#include <ipc/space_i.h>

struct ipc_entry *ipc_reverse_lookup(struct ipc_space *s,
				     const struct ipc_port *port)
{
	struct ipc_entry **head;
	return ipc_reverse_find(s, port, &head);
}

void ipc_reverse_insert(struct ipc_space *s, struct ipc_entry *e)
{
	ipc_reverse_push(ipc_reverse_head(s, e->port), e);
}

void ipc_reverse_remove(struct ipc_space *s, struct ipc_entry *e)
{
	ipc_reverse_unlink(s, e);
}

void ipc_reverse_grow(struct ipc_space *s)
{
	uint32_t fresh = s->high - 1;
	s->reverse_mask = (2u << (31 - __builtin_clz(s->high))) - 1;
	struct ipc_entry **to = &ipc_table_slot(s, fresh)->hash_head;
	*to = NULL;
	if (fresh == 0)
		return;
	uint32_t level = 1u << (31 - __builtin_clz(fresh));
	struct ipc_entry **p =
		&ipc_table_slot(s, fresh & (level - 1))->hash_head;
	while (*p) {
		struct ipc_entry *e = *p;
		if (ipc_reverse_bucket(s, e->port) != fresh) {
			p = &e->hash_next;
			continue;
		}
		*p = e->hash_next;
		e->hash_next = *to;
		*to = e;
	}
}

struct ipc_entry *ipc_space_name_of(struct ipc_space *s,
				    const struct ipc_port *port)
{
	if (port->receiver == s)
		return ipc_entry_lookup(s, port->receiver_name);
	return ipc_reverse_lookup(s, port);
}
