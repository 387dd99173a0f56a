/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash KIND: does one thing that no program may do, and dies of it alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
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
	volatile int zero = 0;

	printf("%d\n", 1 / zero);
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
	{"port_io", port_io},	   {"divide", divide},
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
