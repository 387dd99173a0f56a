/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which frames exist. boot_info gives ranges of usable RAM with holes, some
 * of them near 1 TiB; each range has an array of struct page of its own, so
 * that holes cost nothing. All arrays lie at the end of the largest free block.
 * Fixed after boot: no lock.
 */
#include <kern/page_i.h>

#include <arch/boot.h>
#include <arch/pmap.h>
#include <kern/panic.h>
#include <kern/string.h>

struct page_range page_ranges[BOOT_RANGES_MAX];
unsigned page_range_count;
struct page_bulk page_bulk;

static const uint64_t no_frame = UINT64_MAX;

/* The range of memory that holds the arrays; it is not handed out. */
static struct boot_range arrays;

static uint64_t frame_of(uint64_t address)
{
	return address >> pmap_page_shift;
}

static uint64_t round_up(uint64_t bytes)
{
	uint64_t mask = ((uint64_t)1 << pmap_page_shift) - 1;

	return (bytes + mask) & ~mask;
}

/* The reserved range or array with the lowest start that ends above at. */
static struct boot_range next_reserved(uint64_t at)
{
	struct boot_range best = { .start = { UINT64_MAX } };

	for (unsigned i = 0; i <= boot_info.reserved_count; i++) {
		const struct boot_range *r = i < boot_info.reserved_count ?
						     &boot_info.reserved[i] :
						     &arrays;

		if (r->size != 0 && r->start.raw + r->size > at &&
		    r->start.raw < best.start.raw)
			best = *r;
	}
	return best;
}

/* Calls fn for each block of usable RAM that nothing occupies. */
static void each_free_block(void (*fn)(uint64_t start, uint64_t end))
{
	for (unsigned i = 0; i < boot_info.ram_count; i++) {
		uint64_t at = boot_info.ram[i].start.raw;
		uint64_t end = at + boot_info.ram[i].size;

		while (at < end) {
			struct boot_range r = next_reserved(at);
			uint64_t stop = r.start.raw < end ? r.start.raw : end;

			if (stop > at)
				fn(at, stop);
			if (r.start.raw >= end)
				break;
			at = round_up(r.start.raw + r.size);
		}
	}
}

static struct boot_range largest;

static void note_largest(uint64_t start, uint64_t end)
{
	if (end - start > largest.size)
		largest = (struct boot_range){ { start }, end - start };
}

/* All arrays together, at the end of the largest free block. */
static struct page *place_arrays(void)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < boot_info.ram_count; i++)
		bytes += frame_of(boot_info.ram[i].size) * sizeof(struct page);
	bytes = round_up(bytes);
	each_free_block(note_largest);
	if (largest.size <= bytes)
		panic("too little memory: %llu KiB free, %llu needed to "
		      "describe it",
		      (unsigned long long)largest.size >> 10,
		      (unsigned long long)bytes >> 10);
	arrays.start.raw = largest.start.raw + largest.size - bytes;
	arrays.size = bytes;
	return phys_to_virt(arrays.start);
}

/* Larger ranges first: look-ups end sooner. */
static void insert_range(const struct page_range *new)
{
	unsigned i = page_range_count++;
	size_t size = (size_t)(new->end - new->pages);

	for (; i > 0; i--) {
		const struct page_range *r = &page_ranges[i - 1];

		if ((size_t)(r->end - r->pages) >= size)
			break;
		page_ranges[i] = *r;
	}
	page_ranges[i] = *new;
}

static void (*give_block)(struct page *first, size_t count);

static void give(uint64_t start, uint64_t end)
{
	give_block(page_from_paddr((struct paddr){ start }),
		   frame_of(end - start));
}

void page_ranges_init(void (*give_fn)(struct page *first, size_t count))
{
	struct page *at = place_arrays();

	for (unsigned i = 0; i < boot_info.ram_count; i++) {
		const struct boot_range *ram = &boot_info.ram[i];
		size_t count = frame_of(ram->size);
		struct page_range r = { at, at + count,
					frame_of(ram->start.raw) };

		memset(at, 0, count * sizeof(*at));
		for (size_t j = 0; j < count; j++)
			at[j].kind = PAGE_RESERVED;
		insert_range(&r);
		at += count;
	}
	page_bulk.pages = page_ranges[0].pages;
	page_bulk.first = page_ranges[0].first;
	page_bulk.count = (uint64_t)(page_ranges[0].end - page_bulk.pages);
	give_block = give_fn;
	each_free_block(give);
}

const struct page_range *page_range_of(const struct page *page)
{
	for (unsigned i = 0; i < page_range_count; i++)
		if (page >= page_ranges[i].pages && page < page_ranges[i].end)
			return &page_ranges[i];
	return NULL;
}

static uint64_t frame_number(const struct page *page)
{
	const struct page_range *r = page_range_of(page);

	assert(r != NULL);
	return r != NULL ? r->first + (uint64_t)(page - r->pages) : no_frame;
}

struct paddr page_locate(const struct page *page)
{
	return (struct paddr){ frame_number(page) << pmap_page_shift };
}

struct page *page_find(struct paddr pa)
{
	uint64_t frame = frame_of(pa.raw);

	for (unsigned i = 0; i < page_range_count; i++) {
		const struct page_range *r = &page_ranges[i];

		if (frame - r->first < (uint64_t)(r->end - r->pages))
			return &r->pages[frame - r->first];
	}
	return NULL;
}

void *page_to_virt(const struct page *page)
{
	return phys_to_virt(page_to_paddr(page));
}

struct page *page_from_virt(const void *direct)
{
	return page_from_paddr(virt_to_phys(direct));
}

size_t page_size_hw(void)
{
	return (size_t)1 << pmap_page_shift;
}
