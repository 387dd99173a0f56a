/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raised errors: each thread has a stack of handlers, linked through their
 * NX_DURING's frames. Raising takes the innermost off before it jumps, so that
 * a handler's own errors go outward.
 */
#include <mach/nx_error.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

static _Thread_local NXHandler *innermost;
static NXUncaughtExceptionHandler *uncaught; /* atomic */

void nx_handler_enter(NXHandler *handler)
{
	handler->outer = innermost;
	innermost = handler;
}

void nx_handler_leave(NXHandler *handler)
{
	innermost = handler->outer;
}

static void say_uncaught(int code, const void *data1, const void *data2)
{
	char line[160];
	int n = snprintf(line, sizeof line,
			 "nx_error: uncaught exception %d (%p, %p) in thread "
			 "%.40s\n",
			 code, data1, data2, cthread_name(cthread_self()));

	(void)!write(STDERR_FILENO, line, (size_t)n);
}

void NXSetUncaughtExceptionHandler(NXUncaughtExceptionHandler *handler)
{
	__atomic_store_n(&uncaught, handler, __ATOMIC_RELEASE);
}

NXUncaughtExceptionHandler *NXGetUncaughtExceptionHandler(void)
{
	return __atomic_load_n(&uncaught, __ATOMIC_ACQUIRE);
}

void NX_RAISE(int code, const void *data1, const void *data2)
{
	NXHandler *handler = innermost;
	NXUncaughtExceptionHandler *last = NXGetUncaughtExceptionHandler();

	if (handler == NULL) {
		(last != NULL ? last : say_uncaught)(code, data1, data2);
		abort();
	}
	innermost = handler->outer;
	handler->code = code;
	handler->data1 = data1;
	handler->data2 = data2;
	longjmp(handler->state, 1);
}
