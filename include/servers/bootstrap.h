/* SPDX-License-Identifier: BSD-2-Clause */
/* The bootstrap server's calls; docs/bootstrap.md tells what they do. */
#ifndef SERVERS_BOOTSTRAP_H
#define SERVERS_BOOTSTRAP_H

#include <mach/bootstrap.h> /* generated from defs/bootstrap.defs */
#include <mach/mach_init.h>
#include <servers/bootstrap_defs.h>

#endif
