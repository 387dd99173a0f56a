/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: an RPC from the kernel, in the victim's name, to a handler.
 */
#pragma once

#include <stdint.h>

/*
 * The calling thread raised an exception in user mode. Its thread's exception port is
 * asked first, then its task's; if neither handles it one line goes to the log
 * and the task is terminated. Never returns: the victim leaves the kernel when
 * a handler replied success, or dies.
 */
[[gnu::noreturn]] void exception_raise(int exception, int64_t code, int64_t subcode);
