/* SPDX-License-Identifier: BSD-2-Clause */
/* From an operation number to the function that does it. */
#ifndef UX_DISPATCH_H
#define UX_DISPATCH_H

#include "call.h"

/* Runs c->op for c->lwp. Unknown numbers: -ENOSYS. */
int64_t dispatch_operation(struct call *c);
/* What an operation is called. */
const char *dispatch_name(int op);

#define UX_OP_DECLARE(upper, lower) int64_t op_##lower(struct call *c);
UX_OPS(UX_OP_DECLARE)
#undef UX_OP_DECLARE

#endif
