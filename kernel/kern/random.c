/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random numbers: ChaCha20 (RFC 8439) as a generator. Each request takes a
 * fresh block of key stream, its first half becoming the next key, so that
 * what was handed out cannot be computed from a later state. The seed is what
 * the machine's hardware gives and the times of interrupts; with seed= it is
 * that number alone, and runs repeat.
 * Lock: random_lock, RANK_RANDOM; nothing is taken under it.
 */
#include <kern/random.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <kern/chacha.h>
#include <kern/lock.h>
#include <kern/options.h>
#include <kern/string.h>

[[maybe_unused]] static const struct lock_class random_class = {
	.name = "random",
	.rank = RANK_RANDOM,
};
static struct spinlock random_lock = SPINLOCK_INIT(&random_class);
static uint32_t key[CHACHA_KEY_WORDS] GUARDED(&random_lock);
static uint64_t block_number GUARDED(&random_lock);

/* Samples of interrupt handlers, mixed in at the next request. */
static _Atomic uint64_t stirred;

static void next_block(uint32_t out[CHACHA_BLOCK_WORDS]) REQUIRES(&random_lock)
{
	uint32_t nonce[3] = { (uint32_t)(block_number >> 32), 0, 0 };

	chacha20_block(key, (uint32_t)block_number, nonce, out);
	block_number++;
}

/* Replaces the key by a function of it and of the sample. */
static void mix(const uint32_t sample[CHACHA_KEY_WORDS]) REQUIRES(&random_lock)
{
	uint32_t out[CHACHA_BLOCK_WORDS];

	for (unsigned i = 0; i < CHACHA_KEY_WORDS; i++)
		key[i] ^= sample[i];
	next_block(out);
	memcpy(key, out, sizeof(key));
}

void random_init(void)
{
	uint32_t sample[CHACHA_KEY_WORDS] = { 0 };
	uint64_t now = clock_now() ^ clock_boot_epoch();

	if (kernel_options.deterministic) {
		memcpy(sample, &kernel_options.seed,
		       sizeof(kernel_options.seed));
	} else {
		(void)machine_entropy(sample, sizeof(sample));
		sample[0] ^= (uint32_t)now;
		sample[1] ^= (uint32_t)(now >> 32);
	}
	spin_lock(&random_lock);
	mix(sample);
	spin_unlock(&random_lock);
}

void random_stir(uint64_t sample)
{
	uint64_t was;

	if (kernel_options.deterministic)
		return;
	was = atomic_get(&stirred);
	atomic_set(&stirred, (was << 7 | was >> 57) ^ sample);
}

/* Takes what interrupt handlers left. */
static void absorb(void) REQUIRES(&random_lock)
{
	uint32_t sample[CHACHA_KEY_WORDS] = { 0 };
	uint64_t s = atomic_exchange(&stirred, 0);

	if (s == 0)
		return;
	memcpy(sample, &s, sizeof(s));
	mix(sample);
}

void random_bytes(void *buf, size_t size)
{
	uint32_t out[CHACHA_BLOCK_WORDS];
	unsigned char *to = buf;

	while (size > 0) {
		size_t n = size < sizeof(key) ? size : sizeof(key);

		spin_lock(&random_lock);
		absorb();
		next_block(out);
		memcpy(key, out, sizeof(key));
		spin_unlock(&random_lock);
		memcpy(to, out + CHACHA_KEY_WORDS, n);
		to += n;
		size -= n;
	}
}
