/* SPDX-License-Identifier: BSD-2-Clause */
/* The initial stack of a program, built here as it will lie in its task. */
#ifndef STACK_IMAGE_H
#define STACK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_IMAGE_BYTES 8192

struct stack_image {
	/* In: what the auxiliary vector says. */
	uint64_t entry, phdr, phnum, output;
	uint64_t top; /* the address of the end of bytes */
	/* Out. */
	uint64_t sp; /* the initial stack pointer: 16-byte aligned, at argc */
	size_t used; /* bytes, at the end of the array */
	_Alignas(16) char bytes[STACK_IMAGE_BYTES];
};

/* False: the arguments do not fit. */
bool stack_image_build(struct stack_image *s, const char *const *argv,
		       const char *const *envp);

#endif
