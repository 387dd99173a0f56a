/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirection of system calls: which numbers go to which user address.
 * A vector is shared by tasks that inherited it and copied on change.
 */
#pragma once

#include <kern/kr.h>
#include <stdbool.h>
#include <stdint.h>

struct task;
struct emulation;

#define EMULATION_SLOTS_MAX 4096

/* number EML_ALL: the handler of every number without an entry. pc 0 removes.
 * KR_INVALID_ARGUMENT: the vector would span more than EMULATION_SLOTS_MAX
 * numbers, or pc is no user address. KR_RESOURCE_SHORTAGE. */
enum kr emulation_set(struct task *t, int number, uint64_t pc);

/* Merges count entries from start on; zero entries remove. Same results. */
enum kr emulation_set_vector(struct task *t, int start, const uint64_t *pc,
			     unsigned count);

/* kalloc'ed array of *count words (kfree count * 8); no vector: count 0, or
 * EML_ALL alone: start EML_ALL, count 1. */
enum kr emulation_get_vector(struct task *t, int *start, uint64_t **pc,
			     unsigned *count);

/* The handler of a number, 0 if there is none. Any 64-bit number. */
uint64_t emulation_lookup(struct task *t, int64_t number);

void emulation_inherit(struct task *child, struct task *parent);
void emulation_release(struct task *t);
