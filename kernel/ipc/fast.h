/* SPDX-License-Identifier: BSD-2-Clause */
/* The fast path of mach_msg: see fast.c. */
#pragma once

#include <ipc/message_i.h>
