/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader of the first program: a static ELF file of this machine, from
 * memory into an empty map. Everything later is loaded by user tasks.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct vm_map;

struct elf_image {
	uint64_t entry;
	uint64_t phdr; /* user address of the program headers, or 0 */
	uint16_t phnum, phentsize;
};

/* NULL, or what is wrong. */
const char *elf_load(struct vm_map *map, const void *file, size_t size,
		     struct elf_image *image);
