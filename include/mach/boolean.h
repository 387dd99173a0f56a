/* SPDX-License-Identifier: BSD-2-Clause */
/* The manual's truth values. */
#ifndef MACH_BOOLEAN_H
#define MACH_BOOLEAN_H

typedef int boolean_t;

#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

#endif
