/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receiving, from a port or a port set.
 *
 * A thread that has to wait puts what it needs into its ipc part and blocks
 * with a continuation: it keeps no stack. Senders claim it (queue.c) and leave
 * the message in thread->ipc.message, or a code in thread->ipc.state.
 *
 * Set lock: a ready member is picked with a reference, the set is unlocked,
 * the member is locked and asked again.
 */
#include <arch/clock.h>
#include <arch/copy.h>
#include <ipc/fast.h>
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/wait_fast.h>

/* --- after the wait --- */

void ipc_wait_leave(struct thread *self)
{
	struct ipc_set *set = ipc_place_set(self->ipc.place);
	struct ipc_port *port = (struct ipc_port *)self->ipc.place;
	struct spinlock *lock = set ? &set->lock : &port->lock;
	spin_lock(lock);
	if (list_linked(&self->wait_link))
		list_remove(&self->wait_link);
	spin_unlock(lock);
}

static void unpin(struct thread *self)
{
	uintptr_t place = self->ipc.place;
	struct ipc_set *set = ipc_place_set(place);
	self->ipc.place = 0;
	if (set)
		ipc_set_unref(set);
	else
		ipc_port_unref((struct ipc_port *)place);
}

static mach_msg_return_t tell_size(uint64_t buffer, uint32_t size)
{
	uint64_t field = buffer + offsetof(mach_msg_header_t, msgh_size);
	return copy_out(field, &size, sizeof(size)) ? MACH_RCV_TOO_LARGE :
						      MACH_RCV_INVALID_DATA;
}

static mach_msg_return_t received(struct thread *self)
{
	struct msg_receive to = {
		.buffer = self->ipc.buffer,
		.size = self->ipc.receive_size,
		.option = ipc_receive_option(self),
		.notify = self->ipc.notify,
	};
	struct ipc_message *m = self->ipc.message;
	mach_msg_return_t state = (mach_msg_return_t)self->ipc.state;
	self->ipc.message = NULL;
	unpin(self);
	if (state == MACH_RCV_TOO_LARGE)
		return tell_size(to.buffer, to.size);
	if (state != MACH_MSG_SUCCESS)
		return state;
	return ipc_message_copyout(m, &to);
}

mach_msg_return_t ipc_receive_waited(struct thread *self,
				     enum wait_result result)
{
	mach_msg_return_t r;
	if (result == WAIT_OK)
		return received(self);
	ipc_wait_leave(self);
	r = result == WAIT_TIMEDOUT ? MACH_RCV_TIMED_OUT : MACH_RCV_INTERRUPTED;
	unpin(self);
	return r;
}

/* --- before the wait --- */

/* REQUIRES the lock of the list. The thread is on it from now on. */
static void arm(const struct msg_receive *to, struct list *receivers)
{
	struct thread *self = thread_self();
	ipc_receive_as(self, to->buffer, to->option, to->size);
	self->ipc.notify = to->notify;
	wait_begin_abortable(self, !(to->option & MACH_RCV_TIMEOUT));
	list_push_back(receivers, &self->wait_link);
}

static mach_msg_return_t block(uint64_t deadline, struct thread *next)
{
	if (next)
		thread_handoff(next, deadline, ipc_receive_continue);
	else
		thread_block(deadline, ipc_receive_continue);
	__builtin_unreachable();
}

/* What a look at a port or set found. */
struct found {
	struct ipc_message *message;
	uint32_t too_large;
	bool armed;
};

static uint32_t limit_of(const struct msg_receive *to)
{
	return to->option & MACH_RCV_LARGE ? to->size : UINT32_MAX;
}

static bool may_wait(const struct msg_receive *to, uint64_t deadline)
{
	return !(to->option & MACH_RCV_TIMEOUT) || deadline;
}

/* Port locked; unlocks. */
static void look_at_port(struct ipc_port *port, const struct msg_receive *to,
			 bool wait, struct found *f) RELEASES(&port->lock)
{
	struct list after;
	list_init(&after);
	f->message = ipc_port_take(port, limit_of(to), &f->too_large, &after);
	f->armed = !f->message && !f->too_large && wait;
	if (f->armed) {
		ipc_port_ref(port);
		thread_self()->ipc.place = ipc_place_of_port(port);
		arm(to, &port->receivers);
	}
	spin_unlock(&port->lock);
	ipc_requests_fire(&after);
}

/* Set locked; unlocks. True: look again. */
static bool look_at_member(struct ipc_set *set, struct ipc_port *port,
			   const struct msg_receive *to, struct found *f)
	RELEASES(&set->lock)
{
	ipc_port_ref(port);
	spin_unlock(&set->lock);
	spin_lock(&port->lock);
	bool member = port->set == set;
	if (member)
		look_at_port(port, to, false, f);
	else
		spin_unlock(&port->lock);
	ipc_port_unref(port);
	return !f->message && !f->too_large;
}

/* Set locked and pinned by the caller; unlocks. */
static void look_at_set(struct ipc_set *set, const struct msg_receive *to,
			bool wait, struct found *f) RELEASES(&set->lock)
{
	struct ipc_port *port;
	while ((port = list_first_entry(&set->ready, struct ipc_port,
					ready_link))) {
		if (!look_at_member(set, port, to, f))
			return;
		spin_lock(&set->lock);
	}
	f->armed = wait && set->active;
	if (f->armed) {
		ref_get(&set->ref);
		thread_self()->ipc.place = ipc_place_of_set(set);
		arm(to, &set->receivers);
	}
	spin_unlock(&set->lock);
}

/* --- the whole --- */

struct source {
	struct ipc_port *port; /* locked, or NULL */
	struct ipc_set *set;   /* locked and +1, or NULL */
};

/* The lock of the one or of the other, which the analysis cannot express. */
static mach_msg_return_t find_source(mach_port_name_t name, struct source *src)
	NO_LOCK_ANALYSIS
{
	struct ipc_space *s = thread_self()->space;
	mach_msg_return_t r = MACH_RCV_INVALID_NAME;
	*src = (struct source){NULL, NULL};
	spin_lock(&s->lock);
	struct ipc_entry *e = s->active ? ipc_entry_get(s, name) : NULL;
	if (e && e->type & TYPE_RECEIVE) {
		src->port = e->port;
		r = e->port->set ? MACH_RCV_IN_SET : MACH_MSG_SUCCESS;
	} else if (e && e->type & TYPE_SET) {
		src->set = e->set;
		ref_get(&e->set->ref);
		spin_lock(&e->set->lock);
		r = MACH_MSG_SUCCESS;
	} else if (e) {
		ipc_entry_done(e);
	}
	spin_unlock(&s->lock);
	if (r == MACH_RCV_IN_SET)
		spin_unlock(&src->port->lock);
	return r;
}

mach_msg_return_t ipc_receive(const struct msg_receive *to, uint64_t deadline,
			      struct thread *next)
{
	struct source src;
	struct found f = {0};
	mach_msg_return_t r = find_source(to->name, &src);
	if (r == MACH_MSG_SUCCESS) {
		bool wait = may_wait(to, deadline);
		if (src.port) {
			spin_assert_held(&src.port->lock);
			look_at_port(src.port, to, wait, &f);
		} else {
			spin_assert_held(&src.set->lock);
			look_at_set(src.set, to, wait, &f);
		}
	}
	if (src.set)
		ipc_set_unref(src.set);
	if (f.armed)
		return block(deadline, next);
	if (next)
		thread_ready(next);
	if (r != MACH_MSG_SUCCESS)
		return r;
	if (f.message)
		return ipc_message_copyout(f.message, to);
	if (f.too_large)
		return tell_size(to->buffer, f.too_large);
	return may_wait(to, deadline) ? MACH_RCV_PORT_DIED : MACH_RCV_TIMED_OUT;
}

bool ipc_receive_direct(struct ipc_message *m, const struct msg_receive *to,
			mach_msg_return_t *result)
{
	struct ipc_space *s = thread_self()->space;
	struct ipc_port *port = m->dest.port;
	bool large = m->head.msgh_size > to->size &&
		     to->option & MACH_RCV_LARGE;
	spin_lock(&s->lock);
	spin_lock(&port->lock);
	bool here = s->active && port->active && port->receiver == s &&
		    port->receiver_name == to->name && !port->set &&
		    list_empty(&port->queue) && !large;
	if (here)
		ipc_port_stamp(port, m);
	spin_unlock(&port->lock);
	spin_unlock(&s->lock);
	if (here)
		*result = ipc_message_copyout(m, to);
	return here;
}
