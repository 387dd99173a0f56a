/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot, threads, and the small traps of ipc.
 */
#include <ipc/message_i.h>
#include <ipc/space_i.h>
#include <ipc/stat.h>
#include <ipc/trace.h>
#include <kern/thread.h>

void ipc_init(void)
{
	ipc_space_zone_init();
	ipc_port_zone_init();
	ipc_set_zone_init();
	ipc_message_zone_init();
	ipc_request_zone_init();
	ipc_message_lend_init();
	ipc_transit_init();
	ipc_prepared_init();
	ipc_trace_init();
}

uint64_t ipc_counter_total(enum ipc_counter c)
{
	return processor_count_total(c);
}

/* --- threads --- */

static _Atomic uint32_t last_causal_id;

void ipc_thread_init(struct thread *t)
{
	t->ipc.from = t->ipc.to = &ipc_no_entry; /* the rest is zero already */
	if (CONFIG_PROVENANCE)
		t->ipc.causal_id = atomic_add(&last_causal_id, 1) + 1;
}

void ipc_thread_exit(struct thread *t)
{
	assert(!t->ipc.message && !t->ipc.place);
	ipc_kernel_rpc_exit(t);
	ipc_request_exit(t);
	if (t->ipc.spare)
		ipc_message_free(t->ipc.spare);
	t->ipc.spare = NULL;
	if (t->space) {
		atomic_add(&t->space->sent, t->ipc.sent);
		atomic_add(&t->space->received, t->ipc.received);
		t->ipc.sent = t->ipc.received = 0;
	}
}

/* --- traps --- */

int64_t ipc_trap_mach_reply_port(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
				 uint64_t e, uint64_t f)
{
	mach_port_name_t name = MACH_PORT_NULL;
	(void)a, (void)b, (void)c, (void)d, (void)e, (void)f;
	enum kr kr = ipc_port_op_allocate(thread_self()->space,
					  MACH_PORT_RIGHT_RECEIVE, &name);
	return kr == KR_SUCCESS ? name : MACH_PORT_NULL;
}
