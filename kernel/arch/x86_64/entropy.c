/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware randomness: RDSEED, else RDRAND. Either may run dry for a moment:
 * a few tries per word, then what there is.
 */
#include "features.h"

#include <arch/cpu.h>
#include <kern/string.h>

static bool seed_word(uint64_t *word)
{
	bool ok;

	__asm__ volatile("rdseed %0; setc %1" : "=r"(*word), "=qm"(ok));
	return ok;
}

static bool random_word(uint64_t *word)
{
	bool ok;

	__asm__ volatile("rdrand %0; setc %1" : "=r"(*word), "=qm"(ok));
	return ok;
}

static bool any_word(uint64_t *word)
{
	for (unsigned i = 0; i < 16; i++) {
		if (cpu_features.rdseed && seed_word(word))
			return true;
		if (cpu_features.rdrand && random_word(word))
			return true;
		cpu_relax();
	}
	return false;
}

size_t machine_entropy(void *buf, size_t size)
{
	size_t done = 0;
	uint64_t word;

	while (done < size && any_word(&word)) {
		size_t n = size - done < sizeof(word) ? size - done
						      : sizeof(word);

		memcpy((char *)buf + done, &word, n);
		done += n;
	}
	return done;
}
