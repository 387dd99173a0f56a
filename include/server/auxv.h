/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries of the initial stack's auxiliary vector that are ours. */
#ifndef SERVER_AUXV_H
#define SERVER_AUXV_H

#define AT_MACH_OUTPUT 0x4d01 /* name of the port for descriptors 1 and 2 */

#endif
