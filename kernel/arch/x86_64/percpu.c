/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments, task state and interrupt table of each processor.
 *
 * Non-maskable interrupts, debug exceptions, double faults and machine checks
 * have stacks of their own (IST), since they can come while rsp is still the
 * user's. The two words above each of these stacks hold the processor's
 * struct cpu, so that their entry code needs no trust in gs.
 */
#include "percpu.h"
#include "layout.h"
#include "traps.h"

#include <kern/kva.h>
#include <kern/panic.h>
#include <kern/string.h>
#include <kern/zone.h>
#include <machine/x86.h>

struct cpu *cpus[CPU_MAX];
unsigned cpus_started = 1;
static struct cpu boot_cpu;
static uint8_t boot_ist[IST_COUNT][IST_SIZE] __attribute__((aligned(16)));

struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
};

static struct gate idt[256] __attribute__((aligned(16)));

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static void gate_set(unsigned vector, uint64_t handler)
{
	bool user = vector == TRAP_BREAKPOINT || vector == TRAP_OVERFLOW;

	idt[vector] = (struct gate){
		.offset0 = (uint16_t)handler,
		.selector = SEL_KCODE,
		.type = user ? 0xee : 0x8e, /* interrupt gate */
		.offset1 = (uint16_t)(handler >> 16),
		.offset2 = (uint32_t)(handler >> 32),
	};
}

static void idt_init(void)
{
	for (unsigned i = 0; i < 256; i++)
		gate_set(i, trap_stubs[i]);
	idt[TRAP_NMI].ist = IST_NMI;
	idt[TRAP_DEBUG].ist = IST_DEBUG;
	idt[TRAP_DOUBLE_FAULT].ist = IST_FATAL;
	idt[TRAP_MACHINE_CHECK].ist = IST_FATAL;
}

static void ist_set(struct cpu *cpu, unsigned index, void *stack)
{
	uint64_t *top = (uint64_t *)((char *)stack + IST_SIZE - 16);

	top[0] = (uint64_t)cpu;
	cpu->tss.ist[index - 1] = (uint64_t)top;
}

static void gdt_set(struct cpu *cpu)
{
	uint64_t tss = (uint64_t)&cpu->tss;
	uint64_t *gdt = cpu->gdt;

	gdt[SEL_KCODE / 8] = 0x00af9b000000ffff;
	gdt[SEL_KDATA / 8] = 0x00cf93000000ffff;
	gdt[SEL_UDATA / 8] = 0x00cff3000000ffff;
	gdt[SEL_UCODE / 8] = 0x00affb000000ffff;
	gdt[SEL_TSS / 8] = 0x0000890000000000 | (sizeof(struct tss) - 1) |
			   (tss & 0xffffff) << 16 | (tss >> 24 & 0xff) << 56;
	gdt[SEL_TSS / 8 + 1] = tss >> 32;
	cpu->tss.io_map = sizeof(struct tss);
}

static void syscall_enable(void)
{
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | 1);
	wrmsr(MSR_STAR, (uint64_t)SEL_SYSRET << 48 | (uint64_t)SEL_KCODE << 32);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_CSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_SFMASK, RFLAGS_IF | RFLAGS_TF | RFLAGS_DF | RFLAGS_AC |
				  RFLAGS_NT);
}

static void segments_load(void)
{
	__asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq\n"
			 "1: movl %1, %%ss; movl %2, %%ds; movl %2, %%es\n"
			 "movl %2, %%fs; movl %2, %%gs"
			 :
			 : "i"(SEL_KCODE), "r"(SEL_KDATA), "r"(0)
			 : "rax", "memory");
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS));
	/* Reset leaves a local table of 64 KiB at address 0. */
	__asm__ volatile("lldt %w0" : : "r"(0));
}

void percpu_load(struct cpu *cpu)
{
	struct table_pointer gdtr = { sizeof(cpu->gdt) - 1,
				      (uint64_t)cpu->gdt };
	struct table_pointer idtr = { sizeof(idt) - 1, (uint64_t)idt };

	__asm__ volatile("lgdt %0" : : "m"(gdtr));
	segments_load();
	__asm__ volatile("lidt %0" : : "m"(idtr));
	wrmsr(MSR_GS_BASE, (uint64_t)cpu);
	wrmsr(MSR_KERNEL_GS, 0);
	syscall_enable();
}

static void cpu_setup(struct cpu *cpu, unsigned number, uint32_t apic_id)
{
	cpu->head.self = &cpu->head;
	cpu->head.number = number;
	cpu->apic_id = apic_id;
	cpu->deadline = UINT64_MAX;
	gdt_set(cpu);
}

void percpu_init_boot(void)
{
	extern char boot_stack_top[];

	cpu_setup(&boot_cpu, 0, cpuid(1, 0).b >> 24);
	for (unsigned i = 1; i <= IST_COUNT; i++)
		ist_set(&boot_cpu, i, boot_ist[i - 1]);
	boot_cpu.head.stack_top = (uint64_t)boot_stack_top;
	boot_cpu.online = true;
	cpus[0] = &boot_cpu;
	idt_init();
	percpu_load(&boot_cpu);
}

struct cpu *percpu_create(unsigned number, uint32_t apic_id)
{
	struct cpu *cpu = kalloc_zeroed(sizeof(*cpu));

	if (!cpu)
		return NULL;
	cpu_setup(cpu, number, apic_id);
	for (unsigned i = 1; i <= IST_COUNT; i++) {
		void *stack = kva_alloc(IST_SIZE);

		if (!stack)
			return NULL; /* given up at boot: never freed */
		ist_set(cpu, i, stack);
	}
	return cpu;
}
