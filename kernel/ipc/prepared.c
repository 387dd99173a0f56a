/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages made beforehand, for interrupts.
 *
 * An interrupt handler may take no port lock: it puts the message on a list
 * under a lock of interrupt class and wakes a kernel thread, which sends it.
 * The message's memory comes back when its receiver frees it.
 *
 *   idle --ipc_prepared_send--> pending --worker--> queued --freed--> idle
 *
 * A send while it is pending or queued is covered by that instance.
 * References: the creator's, and one while pending or queued.
 */
#include <arch/clock.h>
#include <ipc/krpc.h>
#include <ipc/message_i.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <kern/zone.h>

struct ipc_prepared {
	struct ref ref;
	struct list_node link; /* (i) on pending */
	bool busy;	       /* (i) pending or queued */
	bool dead;	       /* (i) destroyed by its creator */
	struct ipc_right dest;	 /* (f) */
	int32_t id;		 /* (f) */
	uint32_t word;		 /* (f) */
	struct ipc_message *message;
};

static const struct lock_class class = {"ipc prepared", RANK_RUNQ, true, false};
static struct spinlock lock; /* (i) */
static struct list pending;  /* (i) */
static bool idle;	     /* (i) the worker waits */
static struct thread *worker;

#define TYPE_WORD_INT (MACH_MSG_TYPE_INTEGER_32 | 32u << 8 | 1u << 16 | 1u << 28)

static void unref(struct ipc_prepared *p)
{
	if (!ref_put(&p->ref))
		return;
	p->message->prepared = NULL;
	ipc_message_free(p->message);
	ipc_right_release(p->dest);
	kfree(p, sizeof(*p));
}

void ipc_prepared_returned(struct ipc_prepared *p)
{
	bool on = spin_lock_irq(&lock);
	p->busy = false;
	spin_unlock_irq(&lock, on);
	unref(p);
}

/* Consumes the pending reference. */
static void post(struct ipc_prepared *p)
{
	struct ipc_right dest = ipc_right_copy_send(p->dest);
	if (p->dead || dest.kind != RIGHT_SEND) {
		ipc_right_release(dest);
		ipc_prepared_returned(p);
		return;
	}
	ipc_notify_fill(p->message, p->id, TYPE_WORD_INT, p->word);
	p->message->dest = dest;
	ipc_message_post(p->message);
}

static struct ipc_prepared *next_pending(void)
{
	bool on = spin_lock_irq(&lock);
	struct ipc_prepared *p = NULL;
	struct list_node *n = list_pop_front(&pending);
	if (n)
		p = container_of(n, struct ipc_prepared, link);
	else
		thread_wait_begin(WAIT_UNINTERRUPTIBLE);
	idle = !n;
	spin_unlock_irq(&lock, on);
	return p;
}

[[gnu::noreturn]] static void work(void *arg)
{
	(void)arg;
	for (;;) {
		struct ipc_prepared *p = next_pending();
		if (p)
			post(p);
		else
			thread_block(CLOCK_NEVER, NULL);
	}
}

void ipc_prepared_init(void)
{
	spin_init(&lock, &class);
	list_init(&pending);
	worker = thread_create_kernel("interrupt messages", work, NULL,
				      PRIORITY_MAX);
	panic_unless(worker != NULL);
}

struct ipc_prepared *ipc_prepared_create(struct ipc_right dest, int32_t id,
					 uint32_t word)
{
	struct ipc_prepared *p = kalloc_zeroed(sizeof(*p));
	struct ipc_message *m = ipc_message_alloc(sizeof(mach_notification_t));
	if (!p || !m) {
		if (p)
			kfree(p, sizeof(*p));
		if (m)
			ipc_message_free(m);
		ipc_right_release(dest);
		return NULL;
	}
	ref_init(&p->ref);
	p->dest = dest;
	p->message = m;
	m->prepared = p;
	p->id = id;
	p->word = word;
	return p;
}

void ipc_prepared_send(struct ipc_prepared *p)
{
	bool wake = false;
	bool on = spin_lock_irq(&lock);
	if (!p->busy && !p->dead) {
		ref_get(&p->ref);
		p->busy = true;
		list_push_back(&pending, &p->link);
		wake = idle;
		idle = false;
	}
	spin_unlock_irq(&lock, on);
	if (wake)
		thread_wake(worker, WAIT_OK);
}

void ipc_prepared_destroy(struct ipc_prepared *p)
{
	bool on = spin_lock_irq(&lock);
	p->dead = true;
	spin_unlock_irq(&lock, on);
	unref(p);
}
