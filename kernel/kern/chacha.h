/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The block function of ChaCha20 (RFC 8439, section 2.3). Words are numbers:
 * the caller reads and writes them little-endian where bytes are meant.
 */
#pragma once

#include <stdint.h>

#define CHACHA_KEY_WORDS   8
#define CHACHA_BLOCK_WORDS 16

void chacha20_block(const uint32_t key[CHACHA_KEY_WORDS], uint32_t counter,
		    const uint32_t nonce[3], uint32_t out[CHACHA_BLOCK_WORDS]);
