/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies to and from user memory in line, for the path of a message, where the
 * call and the odd bytes cost as much as the copy: copy.c's and copy.S's in one.
 * Debug kernels, which look at the kernel's side and at locks, take those.
 */
#pragma once

/* The page behind user space, which is never mapped (copy.c). */
extern const uint64_t user_copy_limit;

/* A multiple of four bytes; user is the one of the two that is the user's. */
__attribute__((always_inline)) static inline bool
user_copy_words(void *to, const void *from, uint64_t user, size_t size)
{
	size_t words = size / 8;

	__asm__ goto volatile("cmpq %[user], user_copy_limit(%%rip)\n"
			      "	jb %l[failed]\n"
			      "9991: .byte 0x0f, 0x01, 0xcb\n" /* stac */
			      "1:	rep movsq\n"
			      "	testb $4, %b[size]\n"
			      "	jz 2f\n"
			      "	movsl\n"
			      "2:\n"
			      "9992: .byte 0x0f, 0x01, 0xca\n" /* clac */
			      "	.pushsection .smap_sites, \"a\"\n"
			      "	.quad 9991b, 9992b, 9993f\n"
			      "	.section .fixup_table, \"a\"\n"
			      "	.quad 1b, 2b, 9993f, 0\n" /* FIXUP_USER */
			      "	.section .text.copy_failed, \"ax\"\n"
			      "9993: .byte 0x0f, 0x01, 0xca\n"
			      "	jmp %l[failed]\n"
			      "	.popsection\n"
			      : "+D"(to), "+S"(from), "+c"(words)
			      : [user] "r"(user), [size] "q"(size)
			      : "memory", "cc"
			      : failed);
	return true;
failed:
	return false;
}

static inline bool copy_in_words(void *to, uint64_t user_from, size_t size)
{
	if (CONFIG_DEBUG)
		return copy_in(to, user_from, size);
	return user_copy_words(to, (const void *)user_from, user_from, size);
}

static inline bool copy_out_words(uint64_t user_to, const void *from,
				  size_t size)
{
	if (CONFIG_DEBUG)
		return copy_out(user_to, from, size);
	return user_copy_words((void *)user_to, from, user_to, size);
}
