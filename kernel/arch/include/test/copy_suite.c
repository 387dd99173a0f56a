/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract tests: access to user memory.
 */
#include "arch_test.h"
#include "map_one.h"

#include <arch/copy.h>
#include <kern/string.h>

static uint8_t pattern(size_t i)
{
	return (uint8_t)(i * 7 + 3);
}

/* Refused before anything is touched. */
bool arch_test_copy_bounds(void)
{
	static const uint64_t bad[] = {
		UINT64_MAX, UINT64_MAX - 7, 1ull << 63, 0xffff800000000000,
		0xffffffff80100000,
	};
	uint32_t word;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT(!copy_in(&word, bad[i], sizeof(word)));
		EXPECT(!copy_out(bad[i], &word, sizeof(word)));
		EXPECT(!copy_in_nofault(&word, bad[i], sizeof(word)));
		EXPECT(!copy_out_nofault(bad[i], &word, sizeof(word)));
		EXPECT(!copy_in_u32(&word, bad[i] & ~3ull));
		EXPECT(!copy_out_u32(bad[i] & ~3ull, 1));
		EXPECT(!copy_in_u32_nofault(&word, bad[i] & ~3ull));
	}
	EXPECT(!copy_in(&word, pmap_user_max - 2, sizeof(word)));
	EXPECT(!copy_in_nofault(&word, pmap_user_max - 2, sizeof(word)));
	EXPECT(!copy_in_nofault(&word, 0x100000, SIZE_MAX));
	EXPECT(!copy_in_u32(&word, 0x100002));
	EXPECT(copy_in_nofault(&word, pmap_user_max, 0));
	return true;
}

bool arch_test_copy_sizes(void)
{
	static uint8_t from[256], to[256];
	struct map_one m;

	EXPECT(map_one_init(&m, ACCESS_READ | ACCESS_WRITE));
	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = pattern(i);
	for (size_t size = 0; size < sizeof(from) - 9; size++) {
		uint64_t at = m.va + size % 9;

		memset(to, 0, sizeof(to));
		EXPECT(copy_out_nofault(at, from + size % 8, size));
		EXPECT(copy_in_nofault(to, at, size));
		EXPECT(memcmp(to, from + size % 8, size) == 0);
		EXPECT(to[size] == 0);
	}
	map_one_cleanup(&m);
	return true;
}

/* Half of it is not mapped. */
bool arch_test_copy_second_page(void)
{
	uint64_t two[2] = { 1, 2 };
	struct map_one m;
	uint32_t word;

	EXPECT(map_one_init(&m, ACCESS_READ));
	EXPECT(copy_in_nofault(two, m.va + m.size - 16, 16));
	EXPECT(!copy_in_nofault(two, m.va + m.size - 8, 16));
	EXPECT(!copy_out_nofault(m.va, two, 8));
	EXPECT(!copy_in_nofault(two, m.va - 8, 16));
	EXPECT(copy_in_u32_nofault(&word, m.va));
	EXPECT(!copy_in_u32_nofault(&word, m.va + m.size));
	map_one_cleanup(&m);
	return true;
}
