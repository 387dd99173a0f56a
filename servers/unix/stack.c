/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first stack of a program, built as bytes that end at UX_STACK_TOP:
 *
 *	argc, argv, NULL, envp, NULL, auxv, AT_NULL | platform, random bytes |
 *	argument strings, environment strings | file name | 8 zero bytes
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "exec.h"
#include "machine.h"
#include "proc.h"

#define PAGE      4096ull

struct stack {
	uint8_t *bytes;
	uint64_t size, at; /* next byte is put below at */
};

static uint64_t stack_address(const struct stack *s)
{
	return UX_STACK_TOP - s->size + s->at;
}

static uint64_t stack_push(struct stack *s, const void *data, uint64_t size)
{
	s->at -= size;
	memcpy(s->bytes + s->at, data, size);
	return stack_address(s);
}

static void stack_push_word(struct stack *s, uint64_t word)
{
	stack_push(s, &word, sizeof(word));
}

/* Pushes pointers to count strings that begin at address, last first. */
static void stack_push_vector(struct stack *s, const char *strings,
			      unsigned count, uint64_t address)
{
	uint64_t *vector = (uint64_t *)(void *)(s->bytes + s->at) - count - 1;

	for (unsigned n = 0; n < count; n++) {
		size_t length = strlen(strings) + 1;
		vector[n] = address;
		address += length;
		strings += length;
	}
	vector[count] = 0;
	s->at -= (count + 1) * sizeof(*vector);
}

static void stack_push_aux(struct stack *s, struct proc *p,
			   const struct exec_image *image, uint64_t random,
			   uint64_t name, uint64_t platform)
{
	const uint64_t aux[EXEC_AUX_MAX][2] = {
		{AT_HWCAP, machine_hwcap()},
		{AT_PAGESZ, PAGE},
		{AT_CLKTCK, 100},
		{AT_PHDR, image->headers},
		{AT_PHENT, sizeof(Elf64_Phdr)},
		{AT_PHNUM, image->nheaders},
		{AT_BASE, image->base},
		{AT_FLAGS, 0},
		{AT_ENTRY, image->entry},
		{AT_UID, p->cred.uid},
		{AT_EUID, p->cred.euid},
		{AT_GID, p->cred.gid},
		{AT_EGID, p->cred.egid},
		{AT_SECURE, image->secure},
		{AT_RANDOM, random},
		{AT_HWCAP2, 0},
		{AT_EXECFN, name},
		{AT_PLATFORM, platform},
		{AT_NULL, 0},
	};

	/* The last of EXEC_AUX_MAX is a second AT_NULL, for alignment. */
	stack_push(s, aux, sizeof(aux));
}

int stack_build(struct proc *p, const struct exec_args *args,
		const char *name, struct exec_image *image)
{
	uint64_t vectors = (args->argc + args->envc + 3ull) * 8;
	uint64_t strings, name_at, random_at, platform_at;
	uint8_t random[16];
	struct stack s;

	s.size = args->length + strlen(name) + vectors + EXEC_AUX_MAX * 16 + 256;
	s.size = (s.size + PAGE - 1) & ~(PAGE - 1);
	if (args->length > EXEC_ARGS_MAX)
		return -E2BIG;
	s.bytes = calloc(1, s.size);
	if (!s.bytes)
		return -ENOMEM;
	s.at = s.size - 8;
	machine_random(random, sizeof(random));
	name_at = stack_push(&s, name, strlen(name) + 1);
	strings = stack_push(&s, args->strings, args->length);
	platform_at = stack_push(&s, "x86_64", 7);
	s.at &= ~15ull;
	random_at = stack_push(&s, random, sizeof(random));
	if ((vectors / 8) & 1)
		s.at -= 8;
	stack_push_aux(&s, p, image, random_at, name_at, platform_at);
	image->auxv = stack_address(&s);
	stack_push_vector(&s, args->strings + args->env_start, args->envc,
			  strings + args->env_start);
	stack_push_vector(&s, args->strings, args->argc, strings);
	stack_push_word(&s, args->argc);
	image->stack = s.bytes;
	image->stack_size = s.size;
	image->sp = stack_address(&s);
	return 0;
}
