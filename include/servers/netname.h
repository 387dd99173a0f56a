/* SPDX-License-Identifier: BSD-2-Clause */
/* The name server's calls; the server is name_server_port. */
#ifndef SERVERS_NETNAME_H
#define SERVERS_NETNAME_H

#include <mach/mach_init.h>
#include <mach/netname.h> /* generated from defs/netname.defs */
#include <servers/netname_defs.h>

#endif
