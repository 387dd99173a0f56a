/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Access to user memory: the range checks around copy.S.
 */
#include "layout.h"
#include "traps.h"

#include <arch/copy.h>
#include <kern/kasan.h>
#include <kern/lock.h>
#include <kern/panic.h>

bool user_copy(void *to, const void *from, size_t size);
bool user_copy_nofault(void *to, const void *from, size_t size);
bool user_copy_u32(void *to, const void *from);
bool user_store_u32(void *to, uint32_t value);
bool user_copy_u32_nofault(void *to, const void *from);

_Static_assert(FIXUP_USER == 0 && FIXUP_USER_NOFAULT == 1 && FIXUP_ANY == 2,
	       "copy.S");

const uint64_t user_copy_limit = USER_MAX;

/* Copies go upwards, and the page at USER_MAX is never mapped: one that would
 * leave user space ends there in a fault. */
static inline bool user_range(uint64_t address)
{
	return address <= USER_MAX;
}

/* What is longer than user space fails somewhere: no need to ask. */
static inline bool may_copy_in(void *to, uint64_t from, size_t size)
{
	if (!user_range(from))
		return false;
	if (size <= USER_MAX - from)
		kasan_check_write(to, size);
	return true;
}

static inline bool may_copy_out(uint64_t to, const void *from, size_t size)
{
	if (!user_range(to))
		return false;
	if (size <= USER_MAX - to)
		kasan_check_read(from, size);
	return true;
}

bool copy_in(void *to, uint64_t user_from, size_t size)
{
	assert(spin_none_held());
	return may_copy_in(to, user_from, size) &&
	       user_copy(to, (const void *)user_from, size);
}

bool copy_out(uint64_t user_to, const void *from, size_t size)
{
	assert(spin_none_held());
	return may_copy_out(user_to, from, size) &&
	       user_copy((void *)user_to, from, size);
}

bool copy_in_nofault(void *to, uint64_t user_from, size_t size)
{
	return may_copy_in(to, user_from, size) &&
	       user_copy_nofault(to, (const void *)user_from, size);
}

bool copy_out_nofault(uint64_t user_to, const void *from, size_t size)
{
	return may_copy_out(user_to, from, size) &&
	       user_copy_nofault((void *)user_to, from, size);
}

/* Unaligned words could be torn, and could straddle the limit. */
static inline bool user_word(uint64_t address)
{
	return address % 4 == 0 && address < USER_MAX;
}

bool copy_in_u32(uint32_t *to, uint64_t user_from)
{
	assert(spin_none_held());
	return user_word(user_from) &&
	       user_copy_u32(to, (const void *)user_from);
}

bool copy_out_u32(uint64_t user_to, uint32_t value)
{
	assert(spin_none_held());
	return user_word(user_to) && user_store_u32((void *)user_to, value);
}

bool copy_in_u32_nofault(uint32_t *to, uint64_t user_from)
{
	return user_word(user_from) &&
	       user_copy_u32_nofault(to, (const void *)user_from);
}
