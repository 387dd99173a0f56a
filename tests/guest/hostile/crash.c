/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash KIND: does one thing that no program may do, and dies of it alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void null_read(void)
{
	*(volatile int *)0;
}

static void illegal(void)
{
	__asm__ volatile("ud2");
}

static void privileged(void)
{
	__asm__ volatile("cli");
}

static void halt(void)
{
	__asm__ volatile("hlt");
}

static void port_io(void)
{
	__asm__ volatile("inb $0x70, %%al" : : : "rax");
}

static void divide(void)
{
	volatile int zero = 0, many = 1000;

	printf("%d\n", many / zero);
}

static void quotient(void)
{
	volatile int most = -2147483647 - 1, minus = -1;

	printf("%d\n", most / minus);
}

/* With its exception unmasked; QEMU's TCG has none for vector instructions. */
static void x87_divide(void)
{
	unsigned short control = 0x037b;

	__asm__ volatile("fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(control));
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
}

static void load_cr3(void)
{
	__asm__ volatile("movq %0, %%cr3" : : "r"(0ul));
}

static void write_msr(void)
{
	__asm__ volatile("wrmsr" : : "c"(0xc0000082), "a"(0), "d"(0));
}

static void load_gdt(void)
{
	static char table[10];

	__asm__ volatile("lgdt %0" : : "m"(table));
}

static void kernel_jump(void)
{
	__asm__ volatile("jmp *%0" : : "r"(0xffffffff80100000ul));
}

static void wild_jump(void)
{
	__asm__ volatile("jmp *%0" : : "r"(0x800000000000ul));
}

static void null_jump(void)
{
	__asm__ volatile("jmp *%0" : : "r"(0ul));
}

/* The address after it is not canonical: sysret would fault in the kernel. */
static void last_syscall(void)
{
	unsigned char *page = mmap((void *)0x7ffffffff000, 4096,
				   PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
				   0);

	if (page == MAP_FAILED)
		*(volatile int *)0 = 1; /* refused: as good */
	page[4094] = 0x0f;
	page[4095] = 0x05;
	__asm__ volatile("jmp *%0" : : "r"(page + 4094), "a"(39));
}

/* Wants a breakpoint between the load of ss and the interrupt. */
static void mov_ss_int3(void)
{
	__asm__ volatile("movw %%ss, %%ax; movw %%ax, %%ss; int3" : : : "rax");
}

static void iret_null_ss(void)
{
	__asm__ volatile("movq %%rsp, %%rax; pushq $0; pushq %%rax; pushfq; "
			 "pushq $0x33; leaq 1f(%%rip), %%rax; pushq %%rax; "
			 "iretq; 1:" : : : "rax", "memory");
}

static void iret_kernel_cs(void)
{
	__asm__ volatile("movq %%rsp, %%rax; pushq $0x10; pushq %%rax; pushfq; "
			 "pushq $0x08; leaq 1f(%%rip), %%rax; pushq %%rax; "
			 "iretq; 1:" : : : "rax", "memory");
}

static int deeper(volatile char *above)
{
	volatile char here[4096];

	here[0] = above[0];
	return deeper(here) + here[1];
}

static void stack(void)
{
	char c = 1;

	deeper(&c);
}

static void kernel_write(void)
{
	*(volatile int *)0xffffffff80100000ul = 1;
}

static void direct_map_read(void)
{
	*(volatile int *)0xffff800000000000ul;
}

static void non_canonical(void)
{
	*(volatile int *)0x8000000000000000ul = 1;
}

static void text_write(void)
{
	*(volatile char *)(uintptr_t)text_write = 0;
}

static void data_execute(void)
{
	static unsigned char code[] = {0xc3};

	((void (*)(void))(uintptr_t)code)();
}

static void bad_selector(void)
{
	__asm__ volatile("movw %0, %%ds" : : "r"((uint16_t)0x10));
}

static void interrupt(void)
{
	__asm__ volatile("int $0x20");
}

static void single_step(void)
{
	__asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; nop" : : : "cc");
}

static void wild_stack(void)
{
	__asm__ volatile("movq $0x800000000000, %rsp; pushq %rax");
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{"null", null_read},	   {"illegal", illegal},
	{"privileged", privileged}, {"halt", halt},
	{"port_io", port_io},
	{"divide", divide},	   {"quotient", quotient},
	{"x87_divide", x87_divide},
	{"breakpoint", breakpoint},
	{"load_cr3", load_cr3},	   {"write_msr", write_msr},
	{"load_gdt", load_gdt},	   {"kernel_jump", kernel_jump},
	{"wild_jump", wild_jump},  {"null_jump", null_jump},
	{"last_syscall", last_syscall}, {"mov_ss_int3", mov_ss_int3},
	{"iret_null_ss", iret_null_ss}, {"iret_kernel_cs", iret_kernel_cs},
	{"stack", stack},	   {"kernel_write", kernel_write},
	{"direct_map", direct_map_read},
	{"non_canonical", non_canonical},
	{"text_write", text_write}, {"data_execute", data_execute},
	{"bad_selector", bad_selector},
	{"interrupt", interrupt},  {"single_step", single_step},
	{"wild_stack", wild_stack},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (argc < 2)
			puts(kinds[i].name);
		else if (!strcmp(argv[1], kinds[i].name))
			kinds[i].run();
	}
	return 0; /* alive: the test fails, unless it only asked for names */
}
