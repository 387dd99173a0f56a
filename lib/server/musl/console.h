/* SPDX-License-Identifier: BSD-2-Clause */
/* Where descriptors 1 and 2 go. */
#ifndef MUSL_CONSOLE_H
#define MUSL_CONSOLE_H

/* Tells the holder of the output port, if there is one, how the task ended. */
void musl_console_exit(int status);

#endif
