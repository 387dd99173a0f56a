/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of operations. */
#include "dispatch.h"

#include <errno.h>

#define UX_OP_ENTRY(upper, lower) [UX_##upper] = op_##lower,
static int64_t (*const operations[UX_OP_COUNT])(struct call *) = {
	UX_OPS(UX_OP_ENTRY)};

int64_t dispatch_operation(struct call *c)
{
	if (c->op < 0 || c->op >= UX_OP_COUNT)
		return -ENOSYS;
	return operations[c->op](c);
}

#define UX_OP_NAME(upper, lower) [UX_##upper] = #lower,
static const char *const names[UX_OP_COUNT] = {UX_OPS(UX_OP_NAME)};

const char *dispatch_name(int op)
{
	return op < 0 || op >= UX_OP_COUNT ? "?" : names[op];
}
