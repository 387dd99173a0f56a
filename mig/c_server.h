/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server stubs, in the order of a call: what comes in (c_serve_in.c), the call
 * and the demultiplexer (c_server.c), what goes out (c_serve_out.c).
 *
 * Values live in locals named like the arguments, never in the packed message;
 * arrays and strings are used where they lie, unless their elements need more
 * alignment than a message has: then in NAMEBuf.
 */
#ifndef MIG_C_SERVER_H
#define MIG_C_SERVER_H

#include "c.h"

/* The item of an argument in a message; NULL: it is not there. */
const struct item *c_item_of(const struct message *message,
			     const struct arg *arg);
/* In the kernel a right or a region stands in the request's table. */
bool c_is_kernel_item(const struct c_file *f, const struct arg *arg);

void c_serve_in_locals(struct c_file *f, const struct routine *routine);
void c_serve_in(struct c_file *f, const struct routine *routine);
/* The expression passed to the routine. */
const char *c_serve_value(const struct c_file *f, const struct routine *routine,
			  const struct arg *arg, enum c_param param);
/* After the call, whatever it returned: destructors. */
void c_serve_destroy(struct c_file *f, const struct routine *routine);
/* After success: memory of array[] arguments that arrived out of line. */
void c_serve_release(struct c_file *f, const struct routine *routine);
bool c_serve_has_release(const struct routine *routine);

void c_serve_out_locals(struct c_file *f, const struct routine *routine);
/* Before the call: capacities, cleared fields. */
void c_serve_prepare(struct c_file *f, const struct routine *routine);
void c_serve_out(struct c_file *f, const struct routine *routine);
bool c_serve_has_reply(const struct routine *routine);

#endif
