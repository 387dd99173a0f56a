/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the top down: random bytes and strings, then, at the stack pointer,
 * argc, argv, NULL, environment, NULL, auxiliary vector.
 */
#include "stack_image.h"

#include <elf.h>
#include <mach/mach.h>
#include <mach/mach_ext.h>
#include <server/auxv.h>
#include <server/spawn.h>
#include <string.h>

#define WORDS_MAX (2 * SPAWN_ARGS_MAX + 32)

struct words {
	uint64_t word[WORDS_MAX];
	unsigned count;
};

static void word_add(struct words *w, uint64_t value)
{
	w->word[w->count++] = value;
}

/* The address it will have, or 0. */
static uint64_t push(struct stack_image *s, const void *data, size_t size)
{
	if (size > sizeof s->bytes - s->used)
		return 0;
	s->used += size;
	memcpy(s->bytes + sizeof s->bytes - s->used, data, size);
	return s->top - s->used;
}

static bool strings_add(struct stack_image *s, struct words *w,
			const char *const *text)
{
	for (unsigned i = 0; text[i] != NULL; i++) {
		uint64_t at = push(s, text[i], strlen(text[i]) + 1);

		if (at == 0 || i >= SPAWN_ARGS_MAX)
			return false;
		word_add(w, at);
	}
	word_add(w, 0);
	return true;
}

static void pair_add(struct words *w, uint64_t type, uint64_t value)
{
	word_add(w, type);
	word_add(w, value);
}

static void auxv_add(const struct stack_image *s, struct words *w,
		     uint64_t random)
{
	pair_add(w, AT_PHDR, s->phdr);
	pair_add(w, AT_PHENT, sizeof(Elf64_Phdr));
	pair_add(w, AT_PHNUM, s->phnum);
	pair_add(w, AT_PAGESZ, vm_page_size);
	pair_add(w, AT_ENTRY, s->entry);
	pair_add(w, AT_RANDOM, random);
	if (s->output != 0)
		pair_add(w, AT_MACH_OUTPUT, s->output);
	pair_add(w, AT_NULL, 0);
}

static unsigned count(const char *const *text)
{
	unsigned n = 0;

	while (text[n] != NULL)
		n++;
	return n;
}

/* Sixteen bytes for the stack protector and the like. */
static uint64_t random_add(struct stack_image *s)
{
	char bytes[16] = {0};
	mach_msg_type_number_t n = sizeof bytes;

	(void)host_get_entropy(host_self(), bytes, &n);
	return push(s, bytes, sizeof bytes);
}

bool stack_image_build(struct stack_image *s, const char *const *argv,
		       const char *const *envp)
{
	static const char zeros[16];
	struct words w = {.count = 0};
	uint64_t random;

	s->used = 0;
	random = random_add(s);
	word_add(&w, count(argv));
	if (!strings_add(s, &w, argv) || !strings_add(s, &w, envp))
		return false;
	auxv_add(s, &w, random);
	if (push(s, zeros, (s->top - s->used - w.count * 8) & 15) == 0)
		return false;
	s->sp = push(s, w.word, w.count * sizeof w.word[0]);
	return s->sp != 0;
}
