/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages on their way, and requests that become messages.
 *
 * A message owns its rights and its memory. In its body a right or a region is
 * 0, MACH_PORT_DEAD, or 1 + an index into items[] (kmig.h draws it); the bytes
 * that the user sees are written at copy-out.
 *
 * Life: allocated -> copied in -> queued, waiting for room, or handed straight
 * to a thread -> copied out, answered by the kernel, given back, or destroyed.
 * At each moment one party owns it; nothing counts references to it.
 */
#pragma once

#include <ipc/kmig.h>
#include <ipc/port_i.h>
#include <ipc/space.h>
#include <kern/sched.h>

struct vm_map;

struct ipc_message {
	struct list_node link;	  /* port->queue or port->waiting (p) */
	struct ipc_right dest;	  /* NONE once taken from the queue */
	struct ipc_right reply;
	struct thread *sender;	  /* blocked until there is room, or NULL */
	struct ipc_request *accept; /* to fire when there is room, or NULL */
	struct ipc_item *items;
	uint32_t item_count;
	uint32_t capacity;	  /* bytes at head */
	struct account *account;  /* pays charged units of charge; or NULL */
	size_t charged;		  /* not yet paid: bytes beside the message */
	uint8_t charge;		  /* enum charge_kind */
	bool moves_receive;	  /* has a receive right among its items */
	bool circular;		  /* carries a receive right that could only
				     be taken out by itself */
	uint8_t addressed;	  /* MACH_MSG_TYPE_PORT_SEND or _SEND_ONCE */
	uint32_t causal;	  /* the causal id of the sender */
	mach_port_name_t local_name; /* receiver's name for the destination */
	uint32_t home; /* 1 + the processor whose reply memory this is, or 0 */
	struct ipc_prepared *prepared; /* whose memory this is, or NULL */
	mach_msg_header_t head;	  /* the body follows */
};

#define MESSAGE_TINY_BODY  64
#define MESSAGE_SMALL_BODY 512
#define MESSAGE_SMALL_SIZE \
	(MESSAGE_SMALL_BODY + (uint32_t)sizeof(mach_msg_header_t))
/* Replies of the kernel: the largest register state and then some. */
#define MESSAGE_REPLY_BODY 6000
#define MESSAGE_REPLY_SIZE (MESSAGE_REPLY_BODY + sizeof(mach_msg_header_t))

static inline uint8_t *ipc_message_body(struct ipc_message *m)
{
	return (uint8_t *)(&m->head + 1);
}

void ipc_message_zone_init(void);

/* Room for size bytes (header included), nothing in it; NULL: no memory. */
struct ipc_message *ipc_message_alloc(uint32_t size);
/* The same before there are threads. */
struct ipc_message *ipc_message_alloc_as(uint32_t size, uint32_t causal);
/* Room for count items, all nothing: behind the body if there is space, so that
 * the head's size must be right. False: no memory. */
[[nodiscard]] bool ipc_message_add_items(struct ipc_message *m, uint32_t count);
/* Where that many items may lie inside the message, after its bytes; or NULL. */
static inline struct ipc_item *ipc_message_tail(struct ipc_message *m,
						uint32_t count)
{
	size_t at = (m->head.msgh_size + sizeof(uint64_t) - 1) &
		    ~(sizeof(uint64_t) - 1);
	return at + count * sizeof(struct ipc_item) <= m->capacity ?
		       (struct ipc_item *)((uint8_t *)&m->head + at) :
		       NULL;
}
void ipc_message_free_items(struct ipc_message *m);
/* Everything in m, which is freed, moves to to: empty, with room for the bytes and
 * for as many items. What m paid for its larger memory comes back. */
void ipc_message_move(struct ipc_message *to, struct ipc_message *m);
/* ipc_message_alloc and its way back, through the thread's spare one. */
struct ipc_message *ipc_message_get(uint32_t size);
void ipc_message_put(struct ipc_message *m);
/* The memory of an empty message (no rights, no items with anything). */
void ipc_message_free(struct ipc_message *m);
/* MESSAGE_REPLY_SIZE bytes for a message that is gone soon: memory of the
 * processor's own if it is at hand (ipc_message_free puts it back). */
static inline struct ipc_message *ipc_message_borrow(void)
{
	struct processor *p = cpu_processor();
	struct ipc_message *m = atomic_get_acq(&p->lent);
	if (__builtin_expect(m == NULL, 0))
		return ipc_message_alloc(MESSAGE_REPLY_SIZE);
	atomic_set(&p->lent, NULL);
	return m;
}
/* That memory, once at boot. */
void ipc_message_lend_init(void);
/* ipc_message_free for one that holds nothing any more and was never queued. */
static inline void ipc_message_return(struct ipc_message *m)
{
	struct processor *p = cpu_processor();
	if (__builtin_expect(m->home == p->number + 1, 1))
		atomic_set_rel(&p->lent, m);
	else
		ipc_message_free(m);
}
/* ipc_message_put for one that came by the fast path, or a request that the kernel
 * has answered: its rights are gone, it has no items, and nobody was charged. */
static inline void ipc_message_keep(struct ipc_message *m)
{
	struct thread *self = thread_self();
	assert(!m->account && !m->prepared && !m->charged && !m->moves_receive);
	assert(!m->dest.port && !m->reply.port && !m->items && !m->item_count);
	if (__builtin_expect(!self->ipc.spare, 1) &&
	    __builtin_expect(m->capacity == MESSAGE_SMALL_SIZE, 1))
		self->ipc.spare = m;
	else
		ipc_message_return(m);
}
/* The same for one with items, which lie inside it. */
static inline void ipc_message_retire(struct ipc_message *m)
{
	m->items = NULL;
	m->item_count = 0;
	ipc_message_keep(m);
}
/* Bytes are charged to the account until the message is freed. False: over. */
[[nodiscard]] bool ipc_message_charge(struct ipc_message *m,
				      struct account *account,
				      enum charge_kind kind, size_t amount);
/* For what stays with the kernel. Its sender pays, but for an answer whoever wanted
 * it: or clients that take none could use up what their server has. False: over.
 * m has a destination. */
[[nodiscard]] bool ipc_message_pay(struct ipc_message *m);
/* Releases everything in it, then its memory. Never recurses: what a dying
 * port's queue holds is destroyed by the outermost call. No locks. */
void ipc_message_destroy(struct ipc_message *m);
/* Only the body's rights and memory. */
void ipc_message_drop_items(struct ipc_message *m);
void ipc_item_release(struct ipc_item *item);

/* For a census: how many messages threads keep, and requests that they keep. */
void ipc_message_note_kept(size_t spare, size_t requests);
void ipc_request_note_kept(size_t requests);

/* --- requests (request.c) --- */

enum request_kind {
	REQUEST_DEAD_NAME,	/* entry->request, port->requests */
	REQUEST_COMPAT,		/* the same: the entry is the manual's */
	REQUEST_NO_SENDERS,
	REQUEST_PORT_DESTROYED, /* native, or the manual's backup */
	REQUEST_ACCEPTED,
	REQUEST_KOBJECT,	/* a kernel object's own no-senders call */
};

struct ipc_request {
	struct list_node link;	     /* port->requests (p), or a list to fire */
	enum request_kind kind;
	struct ipc_space *space;     /* +1 who asked */
	mach_port_name_t name;	     /* (p) the entry's */
	struct ipc_right notify;     /* NONE: the space's notify port */
	struct ipc_message *message; /* made beforehand: firing cannot fail */
	int32_t event;		     /* MACH_NOTIFY_*; 0: nothing to tell */
	uint32_t value;
	struct ipc_right carried;    /* PORT_DESTROYED */
	struct ipc_port *port;	     /* KOBJECT: +1 while firing */
	struct kobject *object;	     /* KOBJECT: +1 while firing */
};

/* Charged to the space. Takes over notify on success only. KR_RESOURCE_SHORTAGE. */
enum kr ipc_request_create(struct ipc_space *s, enum request_kind kind,
			   mach_port_name_t name, struct ipc_right notify,
			   struct ipc_request **request);
/* For kernel ports whose object wants to know; NULL: no memory. */
struct ipc_request *ipc_request_create_kobject(void);
/* Sends the notification of each request on the list and frees it. No locks. */
void ipc_requests_fire_all(struct list *after);
static inline void ipc_requests_fire(struct list *after)
{
	if (!list_empty(after))
		ipc_requests_fire_all(after);
}
void ipc_request_fire(struct ipc_request *r);
/* Gives a request up without a word; the right comes back. */
struct ipc_right ipc_request_cancel(struct ipc_request *r);
/* The same for a manual's entry whose right was used: nothing comes back. */
void ipc_request_used(struct ipc_request *r);
void ipc_request_zone_init(void);
/* What the thread keeps goes. */
void ipc_request_exit(struct thread *t);

/* A send-once right dies unused: its holder's peer hears of it. Consumes. */
void ipc_notify_send_once(struct ipc_right right);
/* Fills a message the kernel sends: header, one type word, one value. */
void ipc_notify_fill(struct ipc_message *m, int32_t id, uint32_t type_word,
		     uint32_t value);

/* --- transit (transit.c) --- */

void ipc_transit_init(void);
/* The receive right of port is in a message to dest. False: dest's queue can
 * only be drained by port itself. */
[[nodiscard]] bool ipc_transit_enter(struct ipc_port *port,
				     struct ipc_port *dest);
void ipc_transit_leave(struct ipc_port *port);
/* Enters all receive rights of a message to its destination; sets circular. */
void ipc_message_enter_transit(struct ipc_message *m);

/* --- queue (queue.c) --- */

/* REQUIRES port->lock, port alive. Gives the message to a waiting receiver
 * (the result, claimed) or queues it (NULL). Ignores the limit. */
struct thread *ipc_port_deliver(struct ipc_port *port, struct ipc_message *m);
/* The first half alone: NULL, nothing happened: nobody waits for it. */
struct thread *ipc_port_hand(struct ipc_port *port, struct ipc_message *m);
/* REQUIRES port->lock. The next message, stamped; or NULL. size_limit: one
 * that is larger stays where it is and *too_large tells its size. Lets waiting
 * messages in; a request to fire for that goes to after. */
struct ipc_message *ipc_port_take(struct ipc_port *port, uint32_t size_limit,
				  uint32_t *too_large, struct list *after);
/* REQUIRES port->lock. The port just joined a set: threads that wait there
 * take what is queued. Requests to fire go to after. */
void ipc_port_offer(struct ipc_port *port, struct list *after);
/* REQUIRES port->lock. There may be room for waiting messages. */
void ipc_port_admit(struct ipc_port *port, struct list *after);
static inline bool ipc_port_full(const struct ipc_port *port)
{
	return port->count >= port->qlimit || !list_empty(&port->waiting);
}
/* REQUIRES port->lock. The message is being received: number, names. */
void ipc_port_stamp(struct ipc_port *port, struct ipc_message *m);
/* REQUIRES port->lock. Tells its set whether it has messages, and gives them to
 * threads that wait there. */
void ipc_port_pump(struct ipc_port *port);
/* REQUIRES port->lock. */
void ipc_port_append(struct ipc_port *port, struct ipc_message *m);

/* Sends from the kernel: to dest whatever the limit, never blocks. Consumes
 * the message. */
void ipc_message_post(struct ipc_message *m);
/* The kernel's answers: destroyed if nobody can pay (unless it is paid for), or if
 * it goes by a send right and the queue is full. */
void ipc_message_post_answer(struct ipc_message *m, bool paid);

/* --- copyin.c --- */

/* One typed item of a body. */
struct msg_item {
	uint32_t name;	   /* MACH_MSG_TYPE_* or 5, 6 */
	uint32_t bits;	   /* of one datum */
	uint64_t number;
	uint64_t bytes;	   /* of all data */
	bool in_line, deallocate, longform;
	uint32_t word;	   /* offset of the type word in the body */
	uint32_t data;	   /* offset of the data or the pointer */
	uint32_t next;	   /* offset of the next item */
};
/* REQUIRES offset < size. */
mach_msg_return_t ipc_body_next(const uint8_t *body, uint32_t size,
				uint32_t offset, struct msg_item *item);
static inline bool msg_item_is_port(const struct msg_item *item)
{
	return MACH_MSG_TYPE_PORT_ANY(item->name) || item->name == 5 ||
	       item->name == 6;
}

struct msg_send {
	uint64_t buffer;
	uint32_t size, option;
	mach_port_name_t notify;
	uint64_t deadline; /* of waiting for room */
	mach_port_name_t dest_name; /* as the user called it */
};
/* The bytes alone: no rights yet. Codes without effect. */
mach_msg_return_t ipc_message_fetch(uint64_t buffer, uint32_t size,
				    uint32_t option,
				    struct ipc_message **message);
/* Rights and memory of a fetched message, from the calling thread's space and
 * map. Consumes the message on failure. */
mach_msg_return_t ipc_message_copyin(struct ipc_message *m,
				     struct msg_send *send);

/* --- copyout.c --- */

struct msg_receive {
	uint64_t buffer;
	uint32_t size, option;
	mach_port_name_t name, notify;
};
/* A message taken from a queue, to the calling thread. Consumes. */
mach_msg_return_t ipc_message_copyout(struct ipc_message *m,
				      const struct msg_receive *to);
/* The same for one that the fast path hands over: it fits, its destination is
 * used up, nobody was charged for it; option has neither MACH_RCV_25 nor
 * MACH_RCV_NOTIFY. */
mach_msg_return_t ipc_message_land(struct ipc_message *m,
				   const struct msg_receive *to);
/* A message that could not be sent goes back where it came from; returns code
 * with shortage bits or-ed in. Consumes. */
mach_msg_return_t ipc_message_giveback(struct ipc_message *m,
				       const struct msg_send *from,
				       mach_msg_return_t code);
/* Names and addresses instead of items, for the body. */
mach_msg_return_t ipc_body_copyout(struct ipc_message *m, struct ipc_space *s,
				   struct vm_map *map, bool compat);

/* --- how a thread receives that waits --- */

#define OPTIONS_RPC (MACH_SEND_MSG | MACH_RCV_MSG)
/* It wants more than the bytes of a message as they lie. */
#define RECEIVE_MORE 0x80000000u

static inline void ipc_receive_as(struct thread *t, uint64_t buffer,
				  uint32_t option, uint32_t size)
{
	bool plain = (option & ~MACH_SEND_MSG) == MACH_RCV_MSG;
	t->ipc.buffer = buffer;
	t->ipc.room = plain ? (int64_t)size :
			      (int64_t)((uint64_t)(option | RECEIVE_MORE) << 32 |
					size);
}

/* Of a call of the kernel, which has no buffer. */
static inline void ipc_receive_answer(struct thread *t)
{
	t->ipc.room = (int64_t)((uint64_t)RECEIVE_MORE << 32 | UINT32_MAX);
}

static inline uint32_t ipc_receive_option(const struct thread *t)
{
	return t->ipc.more ? t->ipc.more & ~RECEIVE_MORE : OPTIONS_RPC;
}

/* --- receive.c --- */

/* The calling thread receives. next, if any, is a claimed thread that is made
 * ready or gets the processor. Does not return if it has to wait: the thread
 * then leaves the kernel by itself. */
mach_msg_return_t ipc_receive(const struct msg_receive *to, uint64_t deadline,
			      struct thread *next);
/* A reply that needs no queue: to is where its reader waits. False: it does
 * not; nothing happened. */
bool ipc_receive_direct(struct ipc_message *m, const struct msg_receive *to,
			mach_msg_return_t *result);
/* The wait of the calling thread is over: off the list it waited on. */
void ipc_wait_leave(struct thread *self);

/* --- send.c --- */

/* A message copied in. Success: it went; *next: a claimed receiver to be made
 * ready or handed the processor. Otherwise it was given back. */
mach_msg_return_t ipc_message_send(struct ipc_message *m, struct msg_send *from,
				   struct thread **next);

/* --- prepared.c --- */
struct ipc_prepared;
void ipc_prepared_init(void);
/* Its message has been received or destroyed. */
void ipc_prepared_returned(struct ipc_prepared *p);

/* --- krpc.c --- */

/* The thread will raise no more exceptions. */
void ipc_kernel_rpc_exit(struct thread *t);

/* --- kcall.c --- */

/* A message to a kernel port is answered. Consumes; the reply, unaddressed to
 * anybody but m's reply right, or NULL. */
struct ipc_message *ipc_kernel_call(struct ipc_message *m);

/* The same for a simple request (borrowed, no rights taken) to dest by a thread
 * that waits for the answer at port, which it calls from, as wait_with was told.
 * Consumes the caller's pins of both ports; mostly leaves the kernel by itself,
 * with the answer or to wait for it. */
mach_msg_return_t ipc_kernel_rpc_simple(struct ipc_message *m,
					struct ipc_port *dest,
					struct ipc_port *port,
					mach_port_name_t from);
