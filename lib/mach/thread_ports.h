/* SPDX-License-Identifier: BSD-2-Clause */
/* The ports each thread keeps: its own, and one for replies. */
#ifndef THREAD_PORTS_H
#define THREAD_PORTS_H

/* In a forked child: the calling thread's ports were the parent's. */
void thread_ports_forget(void);

#endif
