/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting rights for a census: what spaces hold, and what threads and tables
 * only keep for reuse.
 */
#pragma once

#include <stddef.h>

struct ipc_space;
struct thread;

struct ipc_tally {
	size_t names;
	size_t send, receive, send_once, sets, dead; /* rights */
	size_t references;	 /* of users, to send rights and dead names */
	size_t spare_messages, spare_requests;	     /* kept by threads */
	size_t spare_chunks;	 /* of tables, more than the names would fill */
};

/* Adds one space, one thread. Exact only while they rest. No locks held. */
void ipc_tally_space(struct ipc_tally *t, struct ipc_space *space);
void ipc_tally_thread(struct ipc_tally *t, const struct thread *thread);

/* All have been added: the zones' census leaves out what is kept. */
void ipc_tally_note_kept(const struct ipc_tally *t);
