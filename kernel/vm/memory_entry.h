/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries: a range of an object with a maximum protection, named by a
 * port. Private to kernel/vm; the public half is in map.h.
 *
 * Life: the port's kobject reference keeps it; the object lives at least as
 * long. Nothing in it changes.
 */
#pragma once

#include <vm/object.h>

struct vm_entry_port {
	struct kobject kobject;
	struct vm_object *object; /* +1 */
	uint64_t offset, size;	  /* of the range in the object, whole pages */
	uint8_t max_prot;
	struct ipc_port *port; /* task layer's */
	struct account *account; /* charged one CHARGE_OBJECTS */
};

void vm_entry_init(void); /* boot */

/* What the kernel itself makes is charged here. */
extern struct account *vm_kernel_account;
