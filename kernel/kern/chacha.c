/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ChaCha20's block function, from RFC 8439: a four by four matrix of words,
 * twenty rounds of quarter rounds on columns and diagonals in turn, added to
 * the matrix it began with. No locks, no state.
 */
#include <kern/chacha.h>

#include <kern/string.h>

#define ROUNDS 20

static uint32_t rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void quarter_round(uint32_t s[CHACHA_BLOCK_WORDS], unsigned a,
			  unsigned b, unsigned c, unsigned d)
{
	s[a] += s[b];
	s[d] = rotate(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = rotate(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = rotate(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = rotate(s[b] ^ s[c], 7);
}

static void double_round(uint32_t s[CHACHA_BLOCK_WORDS])
{
	for (unsigned i = 0; i < 4; i++)
		quarter_round(s, i, 4 + i, 8 + i, 12 + i);
	for (unsigned i = 0; i < 4; i++)
		quarter_round(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4,
			      12 + (i + 3) % 4);
}

void chacha20_block(const uint32_t key[CHACHA_KEY_WORDS], uint32_t counter,
		    const uint32_t nonce[3], uint32_t out[CHACHA_BLOCK_WORDS])
{
	/* "expand 32-byte k" */
	uint32_t start[CHACHA_BLOCK_WORDS] = { 0x61707865, 0x3320646e,
					       0x79622d32, 0x6b206574 };

	memcpy(start + 4, key, CHACHA_KEY_WORDS * sizeof(uint32_t));
	start[12] = counter;
	memcpy(start + 13, nonce, 3 * sizeof(uint32_t));
	memcpy(out, start, sizeof(start));
	for (unsigned i = 0; i < ROUNDS; i += 2)
		double_round(out);
	for (unsigned i = 0; i < CHACHA_BLOCK_WORDS; i++)
		out[i] += start[i];
}
