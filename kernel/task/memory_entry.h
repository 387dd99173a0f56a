/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports of memory entries and of objects' names. Both die with their last
 * send right.
 */
#pragma once

#include <ipc/right.h>

struct vm_entry_port;
struct vm_object;

void memory_entry_init(void);

/* A send right for a new entry; consumes the reference. NULL right: no memory
 * (the entry is released). */
struct ipc_right memory_entry_right(struct vm_entry_port *entry);

/* A send right to the object's name port; consumes the reference; NULL is
 * legal and gives the null right. */
struct ipc_right object_name_right(struct vm_object *object);
