/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated stubs need to read and write messages; users and kernel.
 *
 * A type word is handled as one 32-bit number: a constant to store and to
 * compare with.
 */
#ifndef MACH_MIG_WIRE_H
#define MACH_MIG_WIRE_H

#include <mach/message.h>

#if defined(__SANITIZE_ADDRESS__)
#define MIG_CHECKED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MIG_CHECKED
#endif
#endif

/* low bits first: name 8, size 8, number 12, inline, long, deallocate, - */
#define MIG_INLINE	0x10000000u
#define MIG_LONGFORM	0x20000000u
#define MIG_DEALLOCATE	0x40000000u
#define MIG_NAME_MASK	0x000000ffu
#define MIG_NUMBER_MASK 0x0fff0000u

#define MIG_ITEM(name, bits, number)                                           \
	((uint32_t)(name) | (uint32_t)(bits) << 8 | (uint32_t)(number) << 16)
/* The word of data that follow it; of data that a pointer names. */
#define MIG_WORD(name, bits, number)	 (MIG_ITEM(name, bits, number) | MIG_INLINE)
#define MIG_WORD_OOL(name, bits, number) MIG_ITEM(name, bits, number)
#define MIG_NUMBER(word)		 (((word)&MIG_NUMBER_MASK) >> 16)

/* The long form. */
typedef struct mig_long_word {
	uint32_t word; /* MIG_LONGFORM and flags */
	uint16_t name;
	uint16_t size; /* bits */
	u64_a4 number;
} mig_long_word_t;

_Static_assert(sizeof(mig_long_word_t) == 16, "long type word");
_Static_assert(sizeof(mach_msg_header_t) == 24, "message header");

#define MIG_LONG(flags, type, bits, count)                                     \
	((mig_long_word_t){MIG_LONGFORM | (flags), (uint16_t)(type), (bits),   \
			   (count)})

/* The manual's msg_type has a place in msgh_bits. */
#define MIG_MSG_TYPE(type) (((uint32_t)(type)&0x1ff) << 16)

/* Items are padded to 4 bytes. */
#define MIG_PAD(bytes) (((bytes) + 3u) & ~3u)

/* Message structures lie over buffers of another type. */
#define MIG_MESSAGE __attribute__((may_alias))

#define mig_unlikely(condition) __builtin_expect(!!(condition), 0)

/* Only complex messages carry rights and memory. */
static inline int mig_is_complex(const mach_msg_header_t *head)
{
	return (head->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;
}

static inline int mig_is_complex_25(const msg_header_t *head)
{
	return !head->msg_simple;
}

/* Is this a long word of that kind? Deallocate says nothing to a receiver. */
static inline int mig_long_is(const mig_long_word_t *word, uint32_t flags,
			      uint32_t name, uint32_t bits)
{
	return (word->word & ~MIG_DEALLOCATE) == (MIG_LONGFORM | flags) &&
	       word->name == name && word->size == bits;
}

/* size 0 is fine, with any pointers. */
static inline void mig_copy(void *to, const void *from, uint64_t size)
{
	if (size != 0)
		__builtin_memcpy(to, from, size);
}

/* A multiple of four bytes: as a sanitizer sees it, or in few instructions. */
static inline void mig_copy_words(void *to, const void *from, uint64_t size)
{
#if defined(__x86_64__) && !defined(MIG_CHECKED)
	uint64_t words = size / 8;

	__asm__ volatile("rep movsq\n"
			 "	testb $4, %b[size]\n"
			 "	jz 1f\n"
			 "	movsl\n"
			 "1:"
			 : "+D"(to), "+S"(from), "+c"(words)
			 : [size] "q"(size)
			 : "memory", "cc");
#else
	mig_copy(to, from, size);
#endif
}

static inline void mig_move(void *to, const void *from, uint64_t size)
{
	if (size != 0)
		__builtin_memmove(to, from, size);
}

static inline void mig_zero(void *to, uint64_t size)
{
	if (size != 0)
		__builtin_memset(to, 0, size);
}

/* Copies and clears the padding behind, so that no old byte travels. */
static inline void mig_copy_padded(void *to, const void *from, uint32_t size)
{
	mig_zero((char *)to + size, MIG_PAD(size) - size);
	mig_copy(to, from, size);
}

/* Clears the padding behind data that are already in place. */
static inline void mig_pad(void *data, uint32_t size)
{
	mig_zero((char *)data + size, MIG_PAD(size) - size);
}

/* A pointer that lies where data in line could lie, too. */
static inline void mig_put_pointer(void *to, uint64_t pointer)
{
	__builtin_memcpy(to, &pointer, sizeof(pointer));
}

static inline uint64_t mig_get_pointer(const void *from)
{
	uint64_t pointer;

	__builtin_memcpy(&pointer, from, sizeof(pointer));
	return pointer;
}

/* Does a NUL end the string within `size` bytes? */
static inline int mig_string_ends(const char *text, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		if (text[i] == '\0')
			return 1;
	return 0;
}

/*
 * Copies a string into `room` bytes (at least 1): cut if it is too long,
 * always terminated, the rest cleared. Returns its length with the NUL.
 */
static inline uint32_t mig_string_copy(char *to, const char *from,
				       uint32_t room)
{
	uint32_t length = 0;

	while (length < room - 1 && from[length] != '\0') {
		to[length] = from[length];
		length++;
	}
	mig_zero(to + length, room - length);
	return length + 1;
}

#endif
