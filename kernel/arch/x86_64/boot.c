/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader's start info to boot_info, then machine set-up in order.
 *
 * PVH hands over a struct hvm_start_info at a physical address below 1 GiB
 * (the first page tables reach no further); everything of it is copied before
 * any memory is used.
 */
#include "acpi.h"
#include "apic.h"
#include "console.h"
#include "features.h"
#include "kmap.h"
#include "percpu.h"
#include "shadow.h"
#include "traps.h"
#include "clock.h"

#include <arch/boot.h>
#include <arch/cpu.h>
#include <kern/panic.h>
#include <kern/string.h>

struct boot_info boot_info;

#define PVH_MAGIC   0x336ec578u
#define PVH_RAM	    1
#define RAM_MIN_KIB 12288

struct pvh_start {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, cmdline, rsdp;
	uint64_t map; /* from version 1 on */
	uint32_t map_count, reserved;
};

struct pvh_module {
	uint64_t address, size, cmdline, reserved;
};

struct pvh_range {
	uint64_t address, size;
	uint32_t type, reserved;
};

void boot_main(uint32_t start_info);

/* One clear line, and the end. */
[[gnu::noreturn]] static void boot_fail(const char *what)
{
	klog("mach: cannot start: %s", what);
	machine_end(MACHINE_PANIC);
}

/* What the loader left at [pa, pa+size). */
static const void *boot_data(uint64_t pa, uint64_t size)
{
	if (pa == 0 || pa >= BOOT_MAP_SIZE || size > BOOT_MAP_SIZE - pa)
		boot_fail("the loader's data lie above 1 GiB");
	return direct(pa);
}

static void range_insert(struct boot_range *v, unsigned *count, uint64_t start,
			 uint64_t end)
{
	unsigned i = *count;

	if (start >= end)
		return;
	if (i == BOOT_RANGES_MAX) {
		klog("boot: too many memory ranges, one ignored");
		return;
	}
	for (; i > 0 && v[i - 1].start.raw > start; i--)
		v[i] = v[i - 1];
	v[i].start.raw = start;
	v[i].size = end - start;
	(*count)++;
}

void boot_reserve(uint64_t start, uint64_t end)
{
	range_insert(boot_info.reserved, &boot_info.reserved_count,
		     start & ~0xfffull, (end + 0xfff) & ~0xfffull);
}

/* Overlapping ranges are cut at the earlier one's end. */
static void ram_make_disjoint(void)
{
	struct boot_range *v = boot_info.ram;
	unsigned kept = 0;
	uint64_t end = 0;

	for (unsigned i = 0; i < boot_info.ram_count; i++) {
		struct boot_range r = v[i];
		uint64_t r_end = r.start.raw + r.size;

		if (r_end <= end)
			continue;
		if (r.start.raw < end)
			r.start.raw = end;
		r.size = r_end - r.start.raw;
		end = r_end;
		v[kept++] = r;
	}
	boot_info.ram_count = kept;
}

/* RAM that the processor and the direct map reach, up to *end. */
static bool range_usable(const struct pvh_range *r, uint64_t *end)
{
	if (r->type != PVH_RAM ||
	    __builtin_add_overflow(r->address, r->size, end))
		return false;
	*end &= ~0xfffull;
	return *end != 0 && *end - 1 <= cpu_features.phys_mask &&
	       *end <= KVA_BASE - DIRECT_BASE;
}

static void read_memory_map(const struct pvh_start *s)
{
	const struct pvh_range *map =
		boot_data(s->map, s->map_count * sizeof(*map));

	for (unsigned i = 0; i < s->map_count; i++) {
		uint64_t end;

		if (range_usable(&map[i], &end))
			range_insert(boot_info.ram, &boot_info.ram_count,
				     (map[i].address + 0xfff) & ~0xfffull, end);
	}
	ram_make_disjoint();
}

static void read_cmdline(uint64_t pa)
{
	const char *from = boot_data(pa, BOOT_CMDLINE_MAX);
	size_t n = 0;

	while (n < BOOT_CMDLINE_MAX - 1 && from[n] != '\0') {
		boot_info.cmdline[n] = from[n];
		n++;
	}
	if (from[n] != '\0')
		klog("boot: command line cut after %zu bytes", n);
}

/* The end of the range of memory that holds pa; pa if there is none. */
static uint64_t ram_end(uint64_t pa)
{
	for (unsigned i = 0; i < boot_info.ram_count; i++) {
		const struct boot_range *r = &boot_info.ram[i];

		if (pa >= r->start.raw && pa - r->start.raw < r->size)
			return r->start.raw + r->size;
	}
	return pa;
}

/* Ranges may meet. */
static bool is_ram(uint64_t start, uint64_t size)
{
	uint64_t at = start, end;

	if (__builtin_add_overflow(start, size, &end))
		return false;
	while (at < end) {
		uint64_t next = ram_end(at);

		if (next == at)
			return false;
		at = next;
	}
	return true;
}

static void read_archive(const struct pvh_start *s)
{
	const struct pvh_module *m = boot_data(s->modules, sizeof(*m));

	if (!is_ram(m->address, m->size))
		boot_fail("the boot archive does not lie in memory");
	boot_info.archive.start.raw = m->address;
	boot_info.archive.size = m->size;
	boot_reserve(m->address, m->address + m->size);
}

static void read_start_info(uint32_t pa)
{
	const struct pvh_start *s = boot_data(pa, sizeof(*s));

	if (s->magic != PVH_MAGIC || s->version < 1 || s->map == 0)
		boot_fail("the loader does not speak PVH version 1");
	read_memory_map(s);
	if (s->cmdline != 0)
		read_cmdline(s->cmdline);
	if (s->module_count > 0)
		read_archive(s);
	boot_info.rsdp.raw = s->rsdp;
	boot_reserve(0, PAGE_SIZE_4K);
	boot_reserve(AP_START_PAGE, AP_START_PAGE + PAGE_SIZE_4K);
	boot_reserve(image_to_phys(kernel_start), image_to_phys(kernel_end));
}

static void check_memory(void)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < boot_info.ram_count; i++)
		total += boot_info.ram[i].size;
	if (total / 1024 >= RAM_MIN_KIB)
		return;
	klog("mach: cannot start: too little memory: %llu KiB, %u are needed",
	     (unsigned long long)total / 1024, RAM_MIN_KIB);
	machine_end(MACHINE_PANIC);
}

/* --- frames for the first tables: one run of free memory below 1 GiB */

static uint64_t frame_next, frame_end;

/* Enough for a direct map without 1 GiB pages, with ragged ends. */
static uint64_t frames_needed(void)
{
	uint64_t n = 16 + (kernel_end - kernel_start) / PAGE_SIZE_2M;

	for (unsigned i = 0; i < boot_info.ram_count; i++) {
		uint64_t gib = boot_info.ram[i].size / PAGE_SIZE_1G;

		n += 6 + gib + gib / TABLE_ENTRIES;
	}
	if (CONFIG_KASAN)
		n += shadow_tables_needed();
	return n;
}

static bool overlaps_reserved(uint64_t start, uint64_t end, uint64_t *next)
{
	for (unsigned i = 0; i < boot_info.reserved_count; i++) {
		const struct boot_range *r = &boot_info.reserved[i];

		if (start < r->start.raw + r->size && end > r->start.raw) {
			*next = r->start.raw + r->size;
			return true;
		}
	}
	return false;
}

static bool frames_find_in(const struct boot_range *r, uint64_t size)
{
	uint64_t limit = r->start.raw + r->size;
	uint64_t at = r->start.raw;

	if (limit > BOOT_MAP_SIZE)
		limit = BOOT_MAP_SIZE;
	while (at < limit && limit - at >= size) {
		if (overlaps_reserved(at, at + size, &at))
			continue;
		frame_next = at;
		frame_end = at + size;
		return true;
	}
	return false;
}

static void frames_find(void)
{
	uint64_t size = frames_needed() * PAGE_SIZE_4K;

	for (unsigned i = 0; i < boot_info.ram_count; i++)
		if (frames_find_in(&boot_info.ram[i], size))
			return;
	boot_fail("no room for page tables below 1 GiB");
}

uint64_t boot_frame_take(void)
{
	uint64_t pa = frame_next;

	if (pa == frame_end)
		boot_fail("page tables need more room than was counted");
	frame_next += PAGE_SIZE_4K;
	memset(direct(pa), 0, PAGE_SIZE_4K);
	return pa;
}

/* --- larger runs, anywhere */

static bool run_find(const struct boot_range *r, uint64_t size, uint64_t align,
		     uint64_t rest, uint64_t *found)
{
	uint64_t limit = r->start.raw + r->size;
	uint64_t at = r->start.raw;

	for (;;) {
		at += (rest - at) & (align - 1);
		if (at >= limit || limit - at < size)
			return false;
		if (!overlaps_reserved(at, at + size, &at)) {
			*found = at;
			return true;
		}
	}
}

uint64_t boot_memory_take(uint64_t size, uint64_t align, uint64_t rest,
			  unsigned wish)
{
	uint64_t at;
	unsigned n = boot_info.ram_count;

	/* The wish, then all from the last. */
	for (unsigned i = 0; i <= n; i++) {
		if (!run_find(&boot_info.ram[i == 0 ? wish : n - i], size,
			      align, rest, &at))
			continue;
		boot_reserve(at, at + size);
		return at;
	}
	boot_fail("too little memory for the address sanitizer");
}

/* --- in order */

static void memory_init(uint32_t start_info)
{
	uint64_t first;

	read_start_info(start_info);
	check_memory();
	if (CONFIG_KASAN)
		shadow_reserve();
	frames_find();
	first = frame_next;
	kmap_init();
	boot_reserve(first, frame_next);
}

void boot_main(uint32_t start_info)
{
	const char *missing;

	percpu_init_boot();
	console_init();
	missing = features_detect();
	if (missing) {
		klog("mach: cannot start: this processor lacks %s", missing);
		machine_end(MACHINE_PANIC);
	}
	features_patch();
	memory_init(start_info);
	if (CONFIG_KASAN)
		shadow_construct();
	features_enable();
	traps_init();
	acpi_init();
	apic_init_boot();
	clock_init();
	console_input_enable();
	kernel_main();
}
