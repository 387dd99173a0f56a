/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random changes to valid requests and replies of every routine of all.defs.
 * The sanitizers are the judges: nothing is read or written outside.
 *
 *	all_fuzz [SECONDS [SEED]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "all_calls.h"
#include "all_state.h"
#include "wire.h"

#define SIZE_MAX_CHANGE 64

static uint64_t state;

static uint32_t random_below(uint32_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % n;
}

/* Values that are often the wrong ones. */
static uint32_t odd_value(void)
{
	static const uint32_t values[] = {
	    0,		1,	    2,		3,	    15,
	    16,		17,	    0x7fffffff, 0x80000000, 0xffffffff,
	    0x10012002, 0x10002002, 0x30000000, 0x20000000,
	};

	return values[random_below(sizeof(values) / sizeof(values[0]))];
}

static void mutate_once(struct wire_message *message)
{
	uint32_t words = message->size / 4;
	uint32_t value = odd_value();
	uint32_t bit = random_below(32);
	uint32_t at = random_below(words) * 4;
	uint32_t word;

	memcpy(&word, message->bytes + at, sizeof(word));
	switch (random_below(4)) {
	case 0:
		word = value;
		break;
	case 1:
		word ^= 1u << bit;
		break;
	case 2:
		word += random_below(9) - 4;
		break;
	default:
		wire_resize(message, 24 + random_below(message->size +
						       SIZE_MAX_CHANGE - 24) /
					      4 * 4);
		return;
	}
	/* The id picks the stub: others have their turn. */
	if (at != 20 || random_below(16) == 0)
		memcpy(message->bytes + at, &word, sizeof(word));
}

static void mutate(struct wire_message *message)
{
	uint32_t n = random_below(3);

	while (n-- > 0)
		mutate_once(message);
	wire_size((wire_head_t *)message->bytes) = message->size;
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 3);
	unsigned long rounds = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
	printf("# seed %llu\n", (unsigned long long)state);
	fflush(stdout);
	do {
		for (size_t i = 0; i < all_call_count; i++) {
			bool request = random_below(2) == 0;

			wire_reset();
			wire_change_request = request ? mutate : NULL;
			wire_change_reply = request ? NULL : mutate;
			all_state.trusted = false;
			all_call(i);
			rounds++;
		}
	} while (time(NULL) < end);
	printf("# %lu messages\nok fuzz\ndone 1\n", rounds);
	return 0;
}
