/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stopping this processor for a panic elsewhere (ipi.c): private to
 * arch/x86_64.
 */
#pragma once

#include <machine/thread.h>

bool stop_requested(void);
[[gnu::noreturn]] void stop_processor(const struct user_frame *f);
