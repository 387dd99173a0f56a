/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own symbols, for backtraces and the debugger.  The table is
 * made from the linked kernel and linked into it (tools/ksyms.c, mk/link-kernel).
 */
#ifndef KERN_KSYMS_H
#define KERN_KSYMS_H

#include <stdint.h>

/*
 * The function that contains addr, or NULL when addr is outside kernel text or
 * the table is empty.  *offset is set to the distance from its start (on
 * success only).  Any context: takes no lock, allocates nothing.
 */
const char *ksym_lookup(uintptr_t addr, uintptr_t *offset);

/* The address of the function called name, or 0.  Any context. */
uintptr_t ksym_address(const char *name);

#endif
