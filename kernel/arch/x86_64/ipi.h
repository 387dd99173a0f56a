/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts between processors (ipi.c): private to arch/x86_64. */
#pragma once

/* Does what other processors ask of this one. Interrupts off. */
void ipi_serve(void);
