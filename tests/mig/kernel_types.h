/* SPDX-License-Identifier: BSD-2-Clause */
/* The object behind golden/gold.defs. */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

struct ipc_port;

struct object {
	int refs;
};

struct object *object_of_port(struct ipc_port *port);
void object_release(struct object *object);

#endif
