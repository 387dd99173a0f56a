/* SPDX-License-Identifier: BSD-2-Clause */
/* The first task: mach/bootstrap from the boot archive. */
#pragma once

/* Starts it. On failure says what is wrong in one line and ends the machine. */
void first_task_start(void);
