/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name spaces, as the task and trap layers use them.
 *
 * One function per public call, with its codes; names come unchecked from user
 * space. Traps and RPCs both end here.
 */
#pragma once

#include <ipc/kmig.h>
#include <kern/charge.h>
#include <mach/port.h>

struct ipc_space;
struct thread;

/* +1; charged to the account, which it keeps. NULL: no memory. */
struct ipc_space *ipc_space_create(struct account *account);
void ipc_space_ref(struct ipc_space *s);
void ipc_space_unref(struct ipc_space *s);
/* The task is dying: every right is destroyed; preemptible. */
void ipc_space_terminate(struct ipc_space *s);

/* Notify port of the manual's API (TASK_NOTIFY_PORT). Consumes / returns +1. */
void ipc_space_set_notify(struct ipc_space *s, struct ipc_right right);
struct ipc_right ipc_space_get_notify(struct ipc_space *s);

/* A right into a space: a name (urefs + 1 if it is known), MACH_PORT_NULL /
 * DEAD as themselves. Consumes right on success and on failure. compat: enter
 * it the manual's way. */
enum kr ipc_space_insert(struct ipc_space *s, struct ipc_right right, bool compat,
			 mach_port_name_t *name);
/* The name of a send right the space holds for port, adding no reference: what
 * mach_task_self gives. KR_INVALID_NAME if it holds none. */
enum kr ipc_space_find_send(struct ipc_space *s, struct ipc_port *port,
			    mach_port_name_t *name);
/* *self_name is a name that its task keeps at hand; the space clears it when
 * that name goes. Once, before the space is used. */
void ipc_space_remember(struct ipc_space *s, _Atomic mach_port_name_t *self_name);
/* Takes a right out by disposition (MACH_MSG_TYPE_*), as sending it would. */
enum kr ipc_space_extract(struct ipc_space *s, mach_port_name_t name,
			  mach_msg_type_name_t disposition, struct ipc_right *right);

enum kr ipc_port_op_allocate(struct ipc_space *s, mach_port_right_t right, mach_port_name_t *name);
enum kr ipc_port_op_allocate_name(struct ipc_space *s, mach_port_right_t right, mach_port_name_t name);
enum kr ipc_port_op_deallocate(struct ipc_space *s, mach_port_name_t name);
enum kr ipc_port_op_destroy(struct ipc_space *s, mach_port_name_t name);
enum kr ipc_port_op_get_refs(struct ipc_space *s, mach_port_name_t name, mach_port_right_t right, mach_port_urefs_t *refs);
enum kr ipc_port_op_mod_refs(struct ipc_space *s, mach_port_name_t name, mach_port_right_t right, mach_port_delta_t delta);
enum kr ipc_port_op_type(struct ipc_space *s, mach_port_name_t name, mach_port_type_t *type);
enum kr ipc_port_op_rename(struct ipc_space *s, mach_port_name_t old_name, mach_port_name_t new_name);
/* Two kalloc'ed arrays of *count entries (kfree with *count * 4 bytes each). */
enum kr ipc_port_op_names(struct ipc_space *s, mach_port_name_t **names, mach_port_type_t **types, uint32_t *count);
enum kr ipc_port_op_insert_right(struct ipc_space *s, mach_port_name_t name, struct ipc_right right); /* consumes on success only */
enum kr ipc_port_op_get_receive_status(struct ipc_space *s, mach_port_name_t name, mach_port_status_t *status);
enum kr ipc_port_op_set_qlimit(struct ipc_space *s, mach_port_name_t name, mach_port_msgcount_t qlimit);
enum kr ipc_port_op_set_mscount(struct ipc_space *s, mach_port_name_t name, mach_port_mscount_t mscount);
enum kr ipc_port_op_set_seqno(struct ipc_space *s, mach_port_name_t name, mach_port_seqno_t seqno);
enum kr ipc_port_op_get_set_status(struct ipc_space *s, mach_port_name_t name, mach_port_name_t **members, uint32_t *count);
enum kr ipc_port_op_move_member(struct ipc_space *s, mach_port_name_t member, mach_port_name_t after);
enum kr ipc_port_op_request_notification(struct ipc_space *s, mach_port_name_t name, int32_t id, mach_port_mscount_t sync,
					 struct ipc_right notify, struct ipc_right *previous); /* consumes on success only */
enum kr ipc_port_op_set_exception_form(struct ipc_space *s, mach_port_name_t name, int form);

/* The manual's calls (api-reference of port_*): same shape. */
enum kr ipc_port25_allocate(struct ipc_space *s, mach_port_name_t *name);
enum kr ipc_port25_deallocate(struct ipc_space *s, mach_port_name_t name);
enum kr ipc_port25_names(struct ipc_space *s, mach_port_name_t **names, int **types, uint32_t *count);
enum kr ipc_port25_type(struct ipc_space *s, mach_port_name_t name, int *type);
enum kr ipc_port25_rename(struct ipc_space *s, mach_port_name_t old_name, mach_port_name_t new_name);
enum kr ipc_port25_status(struct ipc_space *s, mach_port_name_t name, mach_port_name_t *enabled, int *num_msgs, int *backlog, boolean_t *owner, boolean_t *receiver);
enum kr ipc_port25_set_backlog(struct ipc_space *s, mach_port_name_t name, int backlog);
enum kr ipc_port25_set_backup(struct ipc_space *s, mach_port_name_t name, struct ipc_right backup, struct ipc_right *previous); /* consumes on success only */
enum kr ipc_port25_set_allocate(struct ipc_space *s, mach_port_name_t *set);
enum kr ipc_port25_set_deallocate(struct ipc_space *s, mach_port_name_t set);
enum kr ipc_port25_set_add(struct ipc_space *s, mach_port_name_t set, mach_port_name_t port);
enum kr ipc_port25_set_remove(struct ipc_space *s, mach_port_name_t port);
enum kr ipc_port25_set_status(struct ipc_space *s, mach_port_name_t set, mach_port_name_t **members, uint32_t *count);
enum kr ipc_port25_insert(struct ipc_space *s, struct ipc_right right, mach_port_name_t name); /* send or receive; consumes on success only */
enum kr ipc_port25_extract(struct ipc_space *s, mach_port_name_t name, bool receive, struct ipc_right *right);

/* Traps that are ipc's own, in the shape of mach_trap_table entries. */
int64_t ipc_trap_mach_msg(uint64_t msg, uint64_t option, uint64_t send_size,
			  uint64_t rcv_size, uint64_t rcv_name,
			  uint64_t timeout);
/* mach_reply_port, thread_reply: a receive right, no send. */
int64_t ipc_trap_mach_reply_port(uint64_t, uint64_t, uint64_t, uint64_t,
				 uint64_t, uint64_t);

/* Messages sent and received so far, but for those that live threads counted
 * for themselves (thread->ipc.sent, received: the fast path). */
void ipc_space_messages(struct ipc_space *s, unsigned *sent, unsigned *received);

void ipc_init(void); /* zones; once at boot */

/* Per-thread parts: called by the task layer. */
void ipc_thread_init(struct thread *t);
void ipc_thread_exit(struct thread *t); /* on the dying thread, with a stack */
