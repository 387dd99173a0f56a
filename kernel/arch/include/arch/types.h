/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Basic machine types. A physical address is a struct so that it cannot be
 * mixed with a virtual one; it costs nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

struct paddr {
	uint64_t raw;
};

typedef uintptr_t vaddr_t; /* a virtual address, already checked */

/* Kinds of access, also protections: the public VM_PROT_* bits. */
#define ACCESS_NONE    0u
#define ACCESS_READ    1u
#define ACCESS_WRITE   2u
#define ACCESS_EXECUTE 4u
#define ACCESS_ALL     7u
