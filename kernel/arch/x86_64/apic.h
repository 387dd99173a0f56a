/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Local and I/O APICs (apic.c, ioapic.c): private to arch/x86_64.
 */
#pragma once

#include <arch/types.h>

/* Boot processor: finds it, silences the old controllers. */
void apic_init_boot(void);
/* Each processor. */
void apic_enable(void);
uint32_t apic_id(void);
void apic_eoi(void);

/* Interrupt command: to one processor, by APIC id. */
void apic_send(uint32_t apic_id, unsigned vector);
void apic_send_nmi(uint32_t apic_id);
void apic_send_init(uint32_t apic_id);
void apic_send_start(uint32_t apic_id, unsigned page);

/* The timer. ticks 0 stops it. */
void apic_timer_start(uint32_t ticks);
uint32_t apic_timer_left(void);

/* I/O APIC lines. */
void ioapic_init(void);
unsigned ioapic_line_count(void);
/* An ISA line's place on the I/O APIC and wiring; others: level, low. */
void ioapic_route(unsigned line, unsigned vector, uint32_t apic_id);
void ioapic_mask(unsigned line, bool masked);
