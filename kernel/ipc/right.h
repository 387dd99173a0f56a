/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A right outside any name space: in a message, in a kernel object, on its way.
 *
 * It owns one reference to its port and its share of the port's counts (send
 * rights, send-once rights, or the one receive right). A value that is not
 * handed on must be released. RIGHT_DEAD stands for MACH_PORT_DEAD.
 */
#pragma once

#include <kern/kr.h>
#include <stdbool.h>
#include <stdint.h>

struct ipc_port;

enum right_kind {
	RIGHT_NONE, /* MACH_PORT_NULL */
	RIGHT_SEND,
	RIGHT_SEND_ONCE,
	RIGHT_RECEIVE,
	RIGHT_DEAD,
};

struct ipc_right {
	struct ipc_port *port; /* NULL for NONE and DEAD */
	enum right_kind kind;
};

#define IPC_RIGHT_NULL ((struct ipc_right){NULL, RIGHT_NONE})
#define IPC_RIGHT_DEAD ((struct ipc_right){NULL, RIGHT_DEAD})

/* A new send right to a live port (make-send count + 1); DEAD if it died. */
struct ipc_right ipc_right_make_send(struct ipc_port *port);
/* A new send-once right; DEAD if the port died. */
struct ipc_right ipc_right_make_send_once(struct ipc_port *port);
/* Another send right like this one (NONE and DEAD copy as themselves). */
struct ipc_right ipc_right_copy_send(struct ipc_right right);
/* Gives a right up: fires no-senders / send-once notifications; a receive
 * right destroys its port (or goes to its port-destroyed / backup port). */
void ipc_right_release(struct ipc_right right); /* consumes */
