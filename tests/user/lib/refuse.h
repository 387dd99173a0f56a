/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that no server can want: what they carry must be gone afterwards.
 * refuse.c.
 */
#ifndef REFUSE_H
#define REFUSE_H

#include <mach/mach.h>

/* Ports whose rights the messages carry and to which replies go. */
void refuse_begin(void);

/* Every shape of wrong body with this id, with and without a reply port. It
 * returns when the server has taken them, not when it has answered. */
void refuse_send(mach_port_t to, int id);

/* The test fails if anybody but us still has a right from those messages. */
void refuse_end(void);

#endif
