/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of names. One thread. Results are NETNAME_* codes. */
#ifndef TABLE_H
#define TABLE_H

#include <mach/mach_types.h>
#include <servers/netname_defs.h>

/* An entry as a crash leaves it to the successor; table_enter writes it. */
#define NAME_RECORD_VERSION 1
#define NAME_ENTRIES_MAX    65536 /* it cannot be made to eat all memory */
struct name_record {
	netname_name_t name; /* folded, zeroes after its end */
	mach_port_t port, signature;
};

/* Binds name, or replaces its port if the signature is the same. On success
 * the table keeps one reference of port and one of signature. */
kern_return_t table_enter(const char *name, mach_port_t signature,
			  mach_port_t port);

/* A name of a send right the table keeps, or MACH_PORT_NULL. */
mach_port_t table_find(const char *name);

/* Gives the entry's references up. */
kern_return_t table_remove(const char *name, mach_port_t signature);

/* Removes the entries whose port or signature this was. */
void table_port_died(mach_port_t name);

#endif
