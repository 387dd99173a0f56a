/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traces of messages as ports: the last right to one gone, it ends.
 */
#pragma once

#include <ipc/right.h>
#include <kern/kobject.h>

struct ipc_trace_read;
struct msg_trace;
struct task;

/* +1 right. Charged to the account of by. KR_RESOURCE_SHORTAGE. */
enum kr msg_trace_create(struct task *by, struct task *of, bool follow,
			 struct ipc_right *right);
/* As ipc_trace_read and its end. */
enum kr msg_trace_read(struct msg_trace *t, struct ipc_trace_read *read);
void msg_trace_read_done(struct msg_trace *t);

struct msg_trace *msg_trace_from(struct kobject *object);
struct kobject *msg_trace_kobject(struct msg_trace *t);
void msg_trace_init(void);
