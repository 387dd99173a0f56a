/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors that are raised and handled (library -lcthreads), in any number of
 * threads at once:
 *
 *	NX_DURING
 *		...			NX_RAISE(code, data1, data2) anywhere below
 *	NX_HANDLER
 *		...			NXLocalHandler.code, .data1, .data2
 *	NX_ENDHANDLER
 *
 * What is raised goes to the innermost NX_DURING of the same thread that has
 * not been left; in the handler itself that is the next one outward. Without
 * any, the uncaught-exception handler is called, and then the program ends.
 *
 * The block behind NX_DURING is left by running off its end, NX_RAISE,
 * NX_VALRETURN or NX_VOIDRETURN only: no return, goto, break out of it. Local
 * variables that it changes and the handler reads must be volatile (setjmp).
 */
#ifndef MACH_NX_ERROR_H
#define MACH_NX_ERROR_H

#include <setjmp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Codes below are the library's, the program's own begin there. */
#define NX_APPBASE 100000

typedef struct nx_handler {
	struct nx_handler *outer;
	int code;
	const void *data1, *data2;
	jmp_buf state;
} NXHandler;

/* Each thread's stack of handlers; for the macros only. */
void nx_handler_enter(NXHandler *handler);
void nx_handler_leave(NXHandler *handler);

/* Never returns. The compiler must not know: it would take it that nobody can
 * see afterwards what the arguments point to. */
void NX_RAISE(int code, const void *data1, const void *data2);

typedef void NXUncaughtExceptionHandler(int code, const void *data1,
					const void *data2);
/* All threads' together. NULL: the usual one, which says what was raised. */
void NXSetUncaughtExceptionHandler(NXUncaughtExceptionHandler *handler);
NXUncaughtExceptionHandler *NXGetUncaughtExceptionHandler(void);

#define NX_DURING                                             \
	{                                                     \
		NXHandler NXLocalHandler;                     \
		nx_handler_enter(&NXLocalHandler);            \
		if (setjmp(NXLocalHandler.state) == 0) {

#define NX_HANDLER                                            \
			nx_handler_leave(&NXLocalHandler);    \
		} else {

#define NX_ENDHANDLER                                         \
		}                                             \
	}

/* In the handler: the same once more, to the next one outward. */
#define NX_RERAISE()                                          \
	NX_RAISE(NXLocalHandler.code, NXLocalHandler.data1,   \
		 NXLocalHandler.data2)

/* Instead of return, between NX_DURING and NX_HANDLER. The value is computed
 * while the handler still stands. */
#define NX_VALRETURN(value)                                   \
	do {                                                  \
		__typeof__(value) nx_value = (value);         \
		nx_handler_leave(&NXLocalHandler);            \
		return nx_value;                              \
	} while (0)

#define NX_VOIDRETURN                                         \
	do {                                                  \
		nx_handler_leave(&NXLocalHandler);            \
		return;                                       \
	} while (0)

#ifdef __cplusplus
}
#endif

#endif
