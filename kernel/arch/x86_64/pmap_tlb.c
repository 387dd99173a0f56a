/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which pmap a processor has loaded, and making processors forget
 * translations. There is no set of processors in the pmap: struct cpu_head
 * says what is loaded where, and who changes tables looks at all of them. That
 * makes a switch one store, and a flush one look per processor.
 *
 * Each processor writes its own word before it loads cr3; the flusher reads
 * the words after its change, a full fence in between: one of the two sees
 * the other.
 */
#include "kmap.h"
#include "percpu.h"
#include "pmap_i.h"

#include <machine/x86.h>

/* Above this a whole flush is cheaper. */
#define FLUSH_PAGES_MAX 32

static struct pmap *loaded_on(const struct cpu *cpu)
{
	return *(struct pmap *const volatile *)&cpu->head.pmap;
}

static void flush_local_range(vaddr_t start, vaddr_t end)
{
	if (end - start > FLUSH_PAGES_MAX * PAGE_SIZE_4K) {
		write_cr3(read_cr3());
		return;
	}
	for (; start < end; start += PAGE_SIZE_4K)
		invlpg(start);
}

static void flush_local(void *arg)
{
	const struct flush *f = arg;
	struct pmap *mine = loaded_on(cpu_self());

	if (!mine)
		return;
	if (f->count > FLUSH_MAX) {
		write_cr3(read_cr3());
		return;
	}
	for (unsigned i = 0; i < f->count; i++)
		if (f->range[i].pmap == mine)
			flush_local_range(f->range[i].start, f->range[i].end);
}

static bool flush_concerns(const struct flush *f, const struct pmap *pmap)
{
	if (!pmap)
		return false;
	if (f->count > FLUSH_MAX)
		return true;
	for (unsigned i = 0; i < f->count; i++)
		if (f->range[i].pmap == pmap)
			return true;
	return false;
}

void flush_now(struct flush *f)
{
	unsigned self = cpu_number(), n = cpus_started;
	uint64_t mask = 0;

	if (f->count == 0)
		return;
	flush_local(f);
	if (n == 1)
		return;
	atomic_thread_fence(memory_order_seq_cst);
	for (unsigned i = 0; i < n; i++)
		if (i != self && cpus[i] && flush_concerns(f, loaded_on(cpus[i])))
			mask |= 1ull << i;
	if (mask)
		cpu_call(mask, flush_local, f);
}

void flush_range(struct pmap *pmap, vaddr_t start, vaddr_t end)
{
	struct flush f = { .count = 0 };

	flush_add(&f, pmap, start, end);
	flush_now(&f);
}

bool pmap_loaded_elsewhere(const struct pmap *pmap)
{
	unsigned self = cpu_number(), n = cpus_started;

	if (n == 1)
		return false;
	atomic_thread_fence(memory_order_seq_cst);
	for (unsigned i = 0; i < n; i++)
		if (i != self && cpus[i] && loaded_on(cpus[i]) == pmap)
			return true;
	return false;
}

static void unload_local(void *arg)
{
	struct cpu *cpu = cpu_self();
	bool on = cpu_irq_save();

	/* The word last: whoever sees it clear may free the tables. */
	if (cpu->head.pmap == arg) {
		write_cr3(kernel_cr3);
		*(struct pmap *volatile *)&cpu->head.pmap = NULL;
	}
	cpu_irq_restore(on);
}

void pmap_unload(struct pmap *pmap)
{
	unload_local(pmap);
	if (pmap_loaded_elsewhere(pmap))
		cpu_call(~0ull, unload_local, pmap);
}

void pmap_activate(struct pmap *pmap)
{
	bool on = cpu_irq_save();
	struct cpu *cpu = cpu_self();

	if (pmap)
		pmap_load(&cpu->head, pmap);
	else
		unload_local(cpu->head.pmap);
	cpu_irq_restore(on);
}
