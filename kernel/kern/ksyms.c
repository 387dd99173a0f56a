/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Look-up in the table of kernel symbols.
 *
 * The table is read-only and sorted by address, each entry an offset from
 * ksyms_base and an offset into ksyms_names; the last entry is the end of
 * text, with an empty name.  No locks.  Does not know data symbols.
 */
#include "kern/ksyms.h"

#include <stdbool.h>
#include <stddef.h>

struct ksym {
	uint32_t offset; /* from ksyms_base */
	uint32_t name;   /* index into ksyms_names */
};

extern const uint64_t ksyms_base;
extern const uint32_t ksyms_count;
extern const struct ksym ksyms_table[];
extern const char ksyms_names[];

/* The last entry at or below offset; the table has one such. */
static const struct ksym *find(uint32_t offset)
{
	uint32_t low = 0;
	uint32_t high = ksyms_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ksyms_table[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return &ksyms_table[low];
}

const char *ksym_lookup(uintptr_t addr, uintptr_t *offset)
{
	const struct ksym *sym;

	if (ksyms_count < 2 || addr < ksyms_base)
		return NULL;
	if (addr - ksyms_base >= ksyms_table[ksyms_count - 1].offset)
		return NULL;
	sym = find((uint32_t)(addr - ksyms_base));
	*offset = addr - ksyms_base - sym->offset;
	return &ksyms_names[sym->name];
}

static bool same_name(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

uintptr_t ksym_address(const char *name)
{
	for (uint32_t i = 0; i + 1 < ksyms_count; i++)
		if (same_name(name, &ksyms_names[ksyms_table[i].name]))
			return ksyms_base + ksyms_table[i].offset;
	return 0;
}
