/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing messages.
 *
 * A trace has two buffers: records go into one of them while the other is
 * read. What finds no room is counted and lost: nobody ever waits for a reader.
 * While any trace is on, every task's messages take the general way, where each
 * passes here twice at most.
 *
 * Lock: trace_lock guards all; nothing is allocated or released under it.
 */
#include <ipc/trace.h>

#include <arch/clock.h>
#include <ipc/fast.h>
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <mach/msg_trace.h>

#define TRACES_MAX   4
#define SPACES_MAX   64
#define BUFFER_BYTES ((size_t)256 * 1024)

struct traced {
	struct ipc_space *space; /* +1 */
	uint64_t task;
};

struct ipc_trace {
	struct list_node link;
	struct account *account; /* +1 */
	char *buffer[2];
	size_t used;	   /* of buffer[filling] */
	unsigned filling;
	bool reading, follow;
	uint64_t lost;
	unsigned count;
	struct traced traced[SPACES_MAX];
};

static const struct lock_class trace_class = {"trace", RANK_OBJECT, false,
					      false};
static struct spinlock trace_lock;
static struct list traces;
_Atomic unsigned ipc_tracing;
void (*ipc_trace_name)(char *name);

void ipc_trace_init(void)
{
	spin_init(&trace_lock, &trace_class);
	list_init(&traces);
}

/* --- making and ending --- */

static void free_trace(struct ipc_trace *t)
{
	for (unsigned i = 0; i < t->count; i++)
		ipc_space_unref(t->traced[i].space);
	for (unsigned i = 0; i < 2; i++)
		if (t->buffer[i])
			kfree(t->buffer[i], BUFFER_BYTES);
	account_credit(t->account, CHARGE_MESSAGES, 2 * BUFFER_BYTES);
	account_unref(t->account);
	kfree(t, sizeof(*t));
}

static struct ipc_trace *alloc_trace(struct account *account)
{
	if (!account_charge(account, CHARGE_MESSAGES, 2 * BUFFER_BYTES))
		return NULL;
	struct ipc_trace *t = kalloc(sizeof(*t));
	if (!t) {
		account_credit(account, CHARGE_MESSAGES, 2 * BUFFER_BYTES);
		return NULL;
	}
	memset(t, 0, sizeof(*t));
	account_ref(account);
	t->account = account;
	t->buffer[0] = kalloc(BUFFER_BYTES);
	t->buffer[1] = kalloc(BUFFER_BYTES);
	if (t->buffer[0] && t->buffer[1])
		return t;
	free_trace(t);
	return NULL;
}

enum kr ipc_trace_create(struct account *account, struct ipc_space *space,
			 uint64_t task, bool follow, struct ipc_trace **trace,
			 bool *first)
{
	struct ipc_trace *t = alloc_trace(account);
	if (!t)
		return KR_RESOURCE_SHORTAGE;
	ipc_space_ref(space);
	t->traced[t->count++] = (struct traced){space, task};
	t->follow = follow;
	spin_lock(&trace_lock);
	unsigned on = atomic_get(&ipc_tracing);
	if (on < TRACES_MAX) {
		list_push_back(&traces, &t->link);
		atomic_set(&ipc_tracing, on + 1);
	}
	spin_unlock(&trace_lock);
	if (on == TRACES_MAX) {
		free_trace(t);
		return KR_RESOURCE_SHORTAGE;
	}
	*first = on == 0;
	*trace = t;
	return KR_SUCCESS;
}

bool ipc_trace_destroy(struct ipc_trace *t)
{
	spin_lock(&trace_lock);
	list_remove(&t->link);
	unsigned left = atomic_get(&ipc_tracing) - 1;
	atomic_set(&ipc_tracing, left);
	spin_unlock(&trace_lock);
	free_trace(t);
	return left == 0;
}

/* --- whom --- */

static bool is_active(struct ipc_space *s)
{
	spin_lock(&s->lock);
	bool active = s->active;
	spin_unlock(&s->lock);
	return active;
}

static struct traced *find(struct ipc_trace *t, const struct ipc_space *s)
	REQUIRES(&trace_lock)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->traced[i].space == s)
			return &t->traced[i];
	return NULL;
}

/* A place for one more: a new one, or that of a space that is dead, which is
 * then the caller's to let go. NULL: all live. */
static struct traced *place(struct ipc_trace *t, struct ipc_space **old)
	REQUIRES(&trace_lock)
{
	*old = NULL;
	if (t->count < SPACES_MAX)
		return &t->traced[t->count++];
	for (unsigned i = 0; i < t->count; i++)
		if (!is_active(t->traced[i].space)) {
			*old = t->traced[i].space;
			return &t->traced[i];
		}
	return NULL;
}

void ipc_trace_inherit(struct ipc_space *parent, struct ipc_space *child,
		       uint64_t task)
{
	struct ipc_space *old[TRACES_MAX];
	unsigned n = 0;
	struct ipc_trace *t;
	spin_lock(&trace_lock);
	list_for_each (&traces, t, link) {
		if (!t->follow || !find(t, parent))
			continue;
		struct traced *to = place(t, &old[n]);
		if (!to) {
			t->lost++; /* at least one message of its */
			continue;
		}
		n++;
		ipc_space_ref(child);
		*to = (struct traced){child, task};
	}
	spin_unlock(&trace_lock);
	while (n-- > 0)
		if (old[n])
			ipc_space_unref(old[n]);
}

/* --- what --- */

static void append(struct ipc_trace *t, const struct msg_trace_record *r,
		   const void *message) REQUIRES(&trace_lock)
{
	if (r->size > BUFFER_BYTES - t->used) {
		t->lost++;
		return;
	}
	char *to = t->buffer[t->filling] + t->used;
	memset(to, 0, r->size);
	memcpy(to, r, sizeof(*r));
	if (r->captured)
		memcpy(to + sizeof(*r), message, r->captured);
	t->used += r->size;
}

void ipc_trace_note(uint16_t what, const mach_msg_header_t *message,
		    int32_t code)
{
	struct ipc_space *s = thread_self()->space;
	uint32_t bytes = message ? message->msgh_size : 0;
	if (bytes > MSG_TRACE_BYTES)
		bytes = MSG_TRACE_BYTES;
	struct msg_trace_record r = {
		.size = (uint32_t)(sizeof(r) + bytes + 7) & ~7u,
		.what = what,
		.captured = (uint16_t)bytes,
		.time = clock_now(),
		.code = code,
	};
	struct ipc_trace *t;
	if (ipc_trace_name)
		ipc_trace_name(r.name);
	spin_lock(&trace_lock);
	list_for_each (&traces, t, link) {
		const struct traced *of = find(t, s);
		if (!of)
			continue;
		r.task = of->task;
		append(t, &r, message);
	}
	spin_unlock(&trace_lock);
}

/* --- reading --- */

enum kr ipc_trace_read(struct ipc_trace *t, struct ipc_trace_read *read)
{
	spin_lock(&trace_lock);
	bool busy = t->reading;
	if (!busy) {
		*read = (struct ipc_trace_read){
			.records = t->buffer[t->filling],
			.bytes = t->used,
			.lost = t->lost,
		};
		t->reading = true;
		t->filling ^= 1;
		t->used = 0;
		t->lost = 0;
		for (unsigned i = 0; i < t->count; i++)
			read->live += is_active(t->traced[i].space);
	}
	spin_unlock(&trace_lock);
	return busy ? KR_FAILURE : KR_SUCCESS;
}

void ipc_trace_read_done(struct ipc_trace *t)
{
	spin_lock(&trace_lock);
	t->reading = false;
	spin_unlock(&trace_lock);
}

/* --- the trap --- */

int64_t ipc_trap_mach_msg_traced(uint64_t buffer, uint64_t option,
				 uint64_t send_size, uint64_t rcv_size,
				 uint64_t rcv_name, uint64_t timeout)
{
	uint64_t notify = machine_trap_seventh(&thread_self()->machine);
	struct ipc_message *m = NULL;
	mach_msg_return_t r = MACH_MSG_SUCCESS;
	if (option & MACH_SEND_MSG)
		r = ipc_message_fetch(buffer, (uint32_t)send_size,
				      (uint32_t)option, &m);
	if (m)
		ipc_trace_note(MSG_TRACE_SENT, &m->head, 0);
	if (r == MACH_MSG_SUCCESS)
		r = ipc_mach_msg(m, buffer, option, send_size, rcv_size,
				 rcv_name, timeout, notify);
	if (r != MACH_MSG_SUCCESS)
		ipc_trace_note(MSG_TRACE_FAILED, NULL, r);
	return r;
}
