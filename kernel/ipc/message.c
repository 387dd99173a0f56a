/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of messages, and their destruction.
 *
 * Destroying a message can kill ports, whose queues hold more messages, and so
 * on: the outermost call on a thread works off a list, inner calls only add
 * to it.
 */
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <kern/sched.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <kern/zone.h>
#include <vm/copy.h>

static struct zone tiny_zone, small_zone, large_zone;

void ipc_message_zone_init(void)
{
	size_t fixed = sizeof(struct ipc_message);
	zone_init(&tiny_zone, "ipc message tiny", fixed + MESSAGE_TINY_BODY, 0);
	zone_init(&small_zone, "ipc message small", fixed + MESSAGE_SMALL_BODY,
		  0);
	zone_init(&large_zone, "ipc message large", fixed + MESSAGE_REPLY_BODY,
		  0);
}

void ipc_message_note_kept(size_t spare, size_t requests)
{
	zone_set_kept(&small_zone, spare);
	zone_set_kept(&tiny_zone, requests);
}

static struct ipc_message *alloc_raw(uint32_t body, uint32_t *room)
{
	if (body <= MESSAGE_TINY_BODY) {
		*room = MESSAGE_TINY_BODY;
		return zone_alloc(&tiny_zone);
	}
	if (body <= MESSAGE_SMALL_BODY) {
		*room = MESSAGE_SMALL_BODY;
		return zone_alloc(&small_zone);
	}
	if (body <= MESSAGE_REPLY_BODY) {
		*room = MESSAGE_REPLY_BODY;
		return zone_alloc(&large_zone);
	}
	*room = body;
	return kalloc(sizeof(struct ipc_message) + body);
}

struct ipc_message *ipc_message_alloc_as(uint32_t size, uint32_t causal)
{
	uint32_t room;
	struct ipc_message *m =
		alloc_raw(size - (uint32_t)sizeof(mach_msg_header_t), &room);
	if (!m)
		return NULL;
	m->link.next = NULL;
	m->dest = m->reply = IPC_RIGHT_NULL;
	m->sender = NULL;
	m->accept = NULL;
	m->items = NULL;
	m->item_count = 0;
	m->capacity = room + (uint32_t)sizeof(mach_msg_header_t);
	m->account = NULL;
	m->charged = 0;
	m->moves_receive = m->circular = false;
	m->home = 0;
	m->prepared = NULL;
	m->causal = causal;
	return m;
}

struct ipc_message *ipc_message_alloc(uint32_t size)
{
	return ipc_message_alloc_as(
		size, CONFIG_PROVENANCE ? thread_self()->ipc.causal_id : 0);
}

/*
 * Each processor lends the memory of one large message to whoever runs there;
 * it is given back from wherever its borrower then is. Only the processor
 * itself takes and only the borrower gives back, so a load and a store will do.
 */
void ipc_message_lend_init(void)
{
	struct processor *p;
	for (unsigned i = 0; (p = processor_by_number(i)) != NULL; i++) {
		struct ipc_message *m =
			ipc_message_alloc_as(MESSAGE_REPLY_SIZE, 0);
		panic_unless(m != NULL);
		m->home = i + 1;
		atomic_set(&p->lent, m);
	}
}

static void give_back(struct ipc_message *m)
{
	m->dest = m->reply = IPC_RIGHT_NULL;
	m->account = NULL;
	m->charged = 0;
	m->moves_receive = m->circular = false;
	atomic_set_rel(&processor_by_number(m->home - 1)->lent, m);
}

struct ipc_message *ipc_message_get(uint32_t size)
{
	struct thread *self = thread_self();
	struct ipc_message *m = self->ipc.spare;
	if (size > MESSAGE_SMALL_SIZE)
		return ipc_message_alloc(size);
	if (!m)
		return ipc_message_alloc(MESSAGE_SMALL_SIZE);
	self->ipc.spare = NULL;
	if (CONFIG_PROVENANCE)
		m->causal = self->ipc.causal_id;
	return m;
}

void ipc_message_put(struct ipc_message *m)
{
	struct thread *self = thread_self();
	if (self->ipc.spare || m->capacity != MESSAGE_SMALL_SIZE ||
	    m->account || m->prepared) {
		ipc_message_free(m);
		return;
	}
	assert(!list_linked(&m->link) && !m->accept);
	if (m->items)
		ipc_message_free_items(m);
	m->dest = m->reply = IPC_RIGHT_NULL;
	m->charged = 0;
	m->moves_receive = m->circular = false;
	self->ipc.spare = m;
}

bool ipc_message_add_items(struct ipc_message *m, uint32_t count)
{
	size_t bytes = count * sizeof(*m->items);
	assert(!m->items);
	m->items = ipc_message_tail(m, count);
	if (!m->items)
		m->items = kalloc(bytes);
	if (!m->items)
		return false;
	m->item_count = count;
	for (uint32_t i = 0; i < count; i++) {
		m->items[i].kind = ITEM_NONE;
		m->items[i].rights = NULL;
	}
	return true;
}

void ipc_message_free_items(struct ipc_message *m)
{
	uint8_t *items = (uint8_t *)m->items, *head = (uint8_t *)&m->head;
	if (items && (items < head || items >= head + m->capacity))
		kfree(items, m->item_count * sizeof(*m->items));
	m->items = NULL;
	m->item_count = 0;
}

void ipc_message_move(struct ipc_message *to, struct ipc_message *m)
{
	size_t less = m->capacity - to->capacity;
	assert(!to->items == !m->item_count && !m->prepared && !m->sender);
	memcpy(&to->head, &m->head, m->head.msgh_size);
	for (uint32_t i = 0; i < m->item_count; i++) {
		to->items[i] = m->items[i];
		m->items[i].kind = ITEM_NONE;
	}
	to->dest = m->dest;
	to->reply = m->reply;
	to->moves_receive = m->moves_receive;
	to->circular = m->circular;
	to->causal = m->causal;
	to->charged = m->charged;
	if (m->account) {
		to->account = m->account;
		to->charge = m->charge;
		to->charged -= less;
		m->charged = less;
		if (!less)
			m->account = NULL;
	}
	ipc_message_free(m);
}

bool ipc_message_charge(struct ipc_message *m, struct account *account,
			enum charge_kind kind, size_t amount)
{
	assert(!m->account);
	if (!account_charge(account, kind, amount))
		return false;
	m->account = account;
	m->charge = (uint8_t)kind;
	m->charged = amount;
	return true;
}

bool ipc_message_pay(struct ipc_message *m)
{
	struct account *payer = NULL;
	if (m->account)
		return true;
	if (m->dest.kind == RIGHT_SEND_ONCE)
		payer = m->dest.port->account;
	if (!payer)
		payer = thread_self()->space->account;
	return ipc_message_charge(m, payer, CHARGE_MESSAGES,
				  sizeof(*m) + m->capacity + m->charged);
}

void ipc_message_free(struct ipc_message *m)
{
	uint32_t body = m->capacity - (uint32_t)sizeof(mach_msg_header_t);
	assert(!list_linked(&m->link) && !m->accept);
	if (m->prepared) {
		ipc_prepared_returned(m->prepared);
		return;
	}
	ipc_message_free_items(m);
	if (m->account)
		account_credit(m->account, m->charge, m->charged);
	if (m->home)
		give_back(m);
	else if (body == MESSAGE_TINY_BODY)
		zone_free(&tiny_zone, m);
	else if (body == MESSAGE_SMALL_BODY)
		zone_free(&small_zone, m);
	else if (body == MESSAGE_REPLY_BODY)
		zone_free(&large_zone, m);
	else
		kfree(m, sizeof(*m) + body);
}

void ipc_item_release(struct ipc_item *item)
{
	enum ipc_item_kind kind = item->kind;
	item->kind = ITEM_NONE;
	switch (kind) {
	case ITEM_NONE:
		break;
	case ITEM_RIGHT:
		ipc_right_release(item->right);
		break;
	case ITEM_MEMORY:
		vm_copy_discard(item->copy);
		break;
	case ITEM_RIGHTS:
		ipc_rights_destroy(item->rights);
		break;
	}
}

void ipc_message_drop_items(struct ipc_message *m)
{
	for (uint32_t i = 0; i < m->item_count; i++) {
		ipc_item_release(&m->items[i]);
		preempt_point();
	}
}

static void destroy_one(struct ipc_message *m)
{
	ipc_message_drop_items(m);
	ipc_right_release(m->reply);
	ipc_right_release(m->dest);
	ipc_message_free(m);
}

void ipc_message_destroy(struct ipc_message *m)
{
	struct thread *self = thread_self();
	struct list doomed;
	assert(!m->accept && !list_linked(&m->link));
	if (self->ipc.doomed) {
		list_push_back(self->ipc.doomed, &m->link);
		return;
	}
	list_init(&doomed);
	list_push_back(&doomed, &m->link);
	self->ipc.doomed = &doomed;
	struct list_node *n;
	while ((n = list_pop_front(&doomed)) != NULL)
		destroy_one(container_of(n, struct ipc_message, link));
	self->ipc.doomed = NULL;
}
