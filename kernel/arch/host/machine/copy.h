/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies in line: on the build machine a page at a time is looked up, so there
 * is nothing to gain.
 */
#pragma once

static inline bool copy_in_words(void *to, uint64_t user_from, size_t size)
{
	return copy_in(to, user_from, size);
}

static inline bool copy_out_words(uint64_t user_to, const void *from,
				  size_t size)
{
	return copy_out(user_to, from, size);
}
