/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything the machine layer keeps per processor: private to arch/x86_64.
 */
#pragma once

#include <arch/atomic.h>
#include <arch/cpu.h>
#include <stdint.h>

#define CPU_MAX 64

/* Stacks of the interrupt stack table, by index. */
enum { IST_NMI = 1, IST_DEBUG, IST_FATAL, IST_COUNT = 3 };
#define IST_SIZE 8192

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));

#define GDT_ENTRIES 10

struct cpu {
	struct cpu_head head; /* first: gs points here */
	struct tss tss;
	uint64_t gdt[GDT_ENTRIES];
	uint32_t apic_id;
	_Atomic bool online;
	_Atomic bool stopped; /* has answered cpu_stop_others */
	bool from_user;	      /* what is interrupted now */
	uint64_t deadline;    /* of its timer, clock_now() time */

	/* cpu_call: what this one asks of others, and who asks it. */
	void (*call_fn)(void *);
	void *call_arg;
	_Atomic uint64_t call_pending; /* those that have not done it yet */
	_Atomic uint64_t call_from;    /* those that ask this one */
};

/* Up to cpus_started, NULL where one was given up. */
extern struct cpu *cpus[CPU_MAX];
extern unsigned cpus_started;

static inline struct cpu *cpu_self(void)
{
	return (struct cpu *)CPU_FIELD(struct cpu_head *, self);
}

/* Boot processor: segments, gs, interrupt table. */
void percpu_init_boot(void);

/* Memory for another one; NULL: none. */
struct cpu *percpu_create(unsigned number, uint32_t apic_id);

/* On the processor itself: segments, gs, interrupt table, system calls. */
void percpu_load(struct cpu *cpu);
