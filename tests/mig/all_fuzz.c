/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes to valid requests and replies of every routine of all.defs: each word
 * in turn (header, type words, counts, data), each size, and random ones. The
 * sanitizers are the judges: nothing is read or written outside.
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
static const uint32_t values[] = {
    0,		1,	    2,		3,	    15,
    16,		17,	    0x7fffffff, 0x80000000, 0xffffffff,
    0x10012002, 0x10002002, 0x30000000, 0x20000000,
};
#define VALUES (sizeof(values) / sizeof(values[0]))

static uint32_t odd_value(void)
{
	return values[random_below(VALUES)];
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

/* ---- one change after the other ---- */

#define CHANGES (VALUES + 32) /* each value, each bit turned */

static uint32_t seen_size;
static struct {
	uint32_t at, number;
} change;
static unsigned long changes_made;

static void see(struct wire_message *message)
{
	seen_size = message->size;
}

static void change_word(struct wire_message *message)
{
	uint32_t word;

	if (change.at + sizeof(word) > message->size)
		return;
	memcpy(&word, message->bytes + change.at, sizeof(word));
	if (change.number < VALUES)
		word = values[change.number];
	else
		word ^= 1u << (change.number - VALUES);
	memcpy(message->bytes + change.at, &word, sizeof(word));
	changes_made++;
}

static void change_size(struct wire_message *message)
{
	wire_resize(message, change.at);
	wire_size((wire_head_t *)message->bytes) = message->size;
	changes_made++;
}

static void call_with(size_t call, bool request,
		      void (*with)(struct wire_message *))
{
	wire_reset();
	wire_change_request = request ? with : NULL;
	wire_change_reply = request ? NULL : with;
	all_state.trusted = false;
	all_call(call);
}

static void every_word_of(size_t call, bool request)
{
	uint32_t size;

	seen_size = 0;
	call_with(call, request, see);
	size = seen_size;
	for (change.at = 0; change.at < size; change.at += 4)
		for (change.number = 0; change.number < CHANGES;
		     change.number++)
			call_with(call, request, change_word);
	if (size == 0)
		return; /* no reply */
	for (change.at = 24; change.at < size + SIZE_MAX_CHANGE; change.at++)
		call_with(call, request, change_size);
}

static void every_word(void)
{
	for (size_t i = 0; i < all_call_count; i++) {
		every_word_of(i, true);
		every_word_of(i, false);
	}
	printf("# %lu changes\n%s every_word_and_size\n", changes_made,
	       changes_made > 20000 ? "ok" : "not ok");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 3);
	unsigned long rounds = 0;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
	printf("# seed %llu\n", (unsigned long long)state);
	fflush(stdout);
	every_word();
	do {
		for (size_t i = 0; i < all_call_count; i++) {
			call_with(i, random_below(2) == 0, mutate);
			rounds++;
		}
	} while (time(NULL) < end);
	printf("# %lu messages\nok fuzz\ndone 2\n", rounds);
	return 0;
}
