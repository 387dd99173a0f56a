/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Access to the current task's memory. The only functions that touch user
 * addresses. Each checks the range against the user address limit, may fault
 * and block (so: no spin lock held), and returns false, with an unknown part
 * copied, if any byte is not accessible. A wait for a page that is aborted
 * also returns false.
 */
#pragma once

#include <arch/types.h>

[[nodiscard]] bool copy_in(void *to, uint64_t user_from, size_t size);
[[nodiscard]] bool copy_out(uint64_t user_to, const void *from, size_t size);

/*
 * The same for a multiple of four bytes, in line: <machine/copy.h>.
 *	bool copy_in_words(void *to, uint64_t user_from, size_t size);
 *	bool copy_out_words(uint64_t user_to, const void *from, size_t size);
 */

/* Aligned 32-bit access, one instruction: never torn. */
[[nodiscard]] bool copy_in_u32(uint32_t *to, uint64_t user_from);
[[nodiscard]] bool copy_out_u32(uint64_t user_to, uint32_t value);

/* The same, but never blocks: false also when a page is not mapped now.
 * Callable with spin locks held. For futexes and fast paths. */
[[nodiscard]] bool copy_in_u32_nofault(uint32_t *to, uint64_t user_from);
[[nodiscard]] bool copy_in_nofault(void *to, uint64_t user_from, size_t size);
[[nodiscard]] bool copy_out_nofault(uint64_t user_to, const void *from,
				    size_t size);

#include <machine/copy.h>
