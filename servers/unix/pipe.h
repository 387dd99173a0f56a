/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes one end of which the server itself holds: standard input, output and
 * error of a command run from the host.
 */
#ifndef UX_PIPE_H
#define UX_PIPE_H

#include <stdbool.h>
#include <stdint.h>

struct file;
struct pipe;

/*
 * A pipe; *user is the program's end, +1. changed is called after the program
 * read, wrote or closed. NULL: no memory.
 */
struct pipe *pipe_server_create(bool server_writes,
				void (*changed)(struct pipe *, void *),
				void *owner, struct file **user);
unsigned pipe_server_put(struct pipe *p, const uint8_t *bytes,
			 unsigned count);
unsigned pipe_server_take(struct pipe *p, uint8_t *bytes, unsigned max);
void pipe_server_close(struct pipe *p, bool server_writes);

unsigned pipe_used(const struct pipe *p);
/* Ends that programs have open. */
unsigned pipe_users(const struct pipe *p, bool server_writes);

#endif
