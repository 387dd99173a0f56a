/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of processors. The boot processor's structure is static, since the
 * page allocator needs it; the others are made by sched_init. Fixed after
 * boot: no lock.
 */
#include <kern/processor_i.h>

#include <arch/boot.h>
#include <kern/panic.h>
#include <kern/zone.h>

static struct processor_private boot_processor = {
	.public = { .p = &boot_processor },
};

static struct processor **table;

unsigned processor_possible(void)
{
	return boot_info.cpu_count != 0 ? boot_info.cpu_count : 1;
}

struct processor *processor_by_number(unsigned n)
{
	if (n == 0)
		return &boot_processor.public;
	return table != NULL && n < processor_possible() ? table[n] : NULL;
}

uint64_t processor_count_total(unsigned c)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < processor_possible(); i++) {
		const struct processor *p = processor_by_number(i);

		if (p != NULL)
			total += p->counts[c];
	}
	return total;
}

void processor_init_boot(void)
{
	if (cpu_processor() == NULL)
		cpu_set_processor(0, &boot_processor.public);
}

static struct processor *create(unsigned number)
{
	struct processor_private *p = kalloc_zeroed(sizeof(*p));

	if (p == NULL)
		panic("no memory for processor %u", number);
	p->public.p = p;
	p->public.number = number;
	return &p->public;
}

void processor_init_others(void)
{
	struct processor **t = kalloc_zeroed(processor_possible() * sizeof(*t));

	if (t == NULL)
		panic("no memory for the table of processors");
	t[0] = &boot_processor.public;
	for (unsigned i = 1; i < processor_possible(); i++) {
		t[i] = create(i);
		cpu_set_processor(i, t[i]);
	}
	table = t;
}
