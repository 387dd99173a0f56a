/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds which right to whom: the rights of all tasks put together. The
 * kernel is asked task by task while everything runs on, so a right that moves
 * meanwhile may be seen twice or not at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "watch.h"

struct graph_port {
	int64_t id;	     /* as in RIGHT_STAT_PORT */
	unsigned number;     /* for people: 1, 2, 3 ... */
	int receiver;	     /* index of a task; -1: in transit or a kernel's */
	int64_t kind;	     /* HOST_OBJECT_* */
	int about;	     /* the task that a kernel port is about, or -1 */
	bool is_set;
	int64_t queued, qlimit;
	unsigned holders;    /* names other than the receiver's own */
	int set;	     /* index of the set it is in, or -1 */
};

struct graph_right {
	int holder;	     /* index of a task */
	int port;	     /* index, or -1: a dead name */
	struct watch_right right;
};

struct graph {
	struct watch_task *tasks;
	size_t task_count;
	struct graph_port *ports;
	size_t port_count;
	struct graph_right *rights; /* by holder, then as the kernel told */
	size_t right_count;
};

struct graph *graph_make(host_priv_t host);

/* "task sh[2]", "p3 of unix", "p9 in transit": returns out. */
#define GRAPH_LABEL 64
const char *graph_label(const struct graph *g, int port, char *out);
/* "send", "receive, send" ...: returns out. */
#define GRAPH_KIND 32
const char *graph_kind(int64_t type, char *out);
/* Is it about task t: held by it, received by it, or a port for it? t -1: yes. */
bool graph_concerns(const struct graph *g, const struct graph_right *r, int t);

/* The picture, an SVG document, on standard output. */
void graph_draw(const struct graph *g, int only);
