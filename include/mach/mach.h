/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a Mach program includes: types, messages, the traps, libmach, and the
 * prototypes of all calls of the kernel.
 */
#ifndef MACH_MACH_H
#define MACH_MACH_H

#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/notify.h>
#include <mach/mach_traps.h>
#include <mach/mach_init.h>
#include <mach/mach_error.h>
#include <mach/mach_interface.h>
#include <mach/mach_port.h>
#include <mach/mach_host.h>
#include <mach/mach_ext.h>
#include <mach/mig_user.h>

#endif
