/* SPDX-License-Identifier: BSD-2-Clause */
/* The serial console's set-up: private to arch/x86_64. */
#pragma once

void console_init(void);

/* Received bytes come by interrupt from now on. */
void console_input_enable(void);
