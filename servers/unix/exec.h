/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What exec makes of a file and its arguments: a plan that the machine side
 * carries out. Nothing here touches a task.
 */
#ifndef UX_EXEC_H
#define UX_EXEC_H

#include <stdbool.h>
#include <stdint.h>

struct inode;
struct proc;

#define EXEC_SEGMENTS 24
#define EXEC_ARGS_MAX (512 * 1024)
#define EXEC_AUX_MAX  20 /* entries of the auxiliary vector */

struct exec_segment {
	struct inode *file;   /* +1 */
	uint64_t address;     /* page-aligned */
	uint64_t offset;      /* in the file, page-aligned */
	uint64_t file_size;   /* bytes from the file, from address */
	uint64_t memory_size; /* bytes in all; the rest is zero */
	int prot;             /* PROT_* */
};

struct exec_image {
	const char *name; /* what the process will be called */
	struct exec_segment segments[EXEC_SEGMENTS];
	unsigned count;
	uint64_t entry;       /* of the program */
	uint64_t start;       /* first pc: the interpreter's entry, if any */
	uint64_t base;        /* of the interpreter */
	uint64_t headers;     /* address of the program headers */
	unsigned nheaders;
	uint64_t brk;
	uint8_t *stack;       /* what goes below UX_STACK_TOP, owned */
	uint64_t stack_size;
	uint64_t sp;
	uint64_t auxv;        /* address of the auxiliary vector */
	bool secure;          /* set-uid */
};

/* Argument strings, one after another with their NULs. */
struct exec_args {
	char *strings; /* owned */
	uint32_t length;
	unsigned argc, envc;
	uint32_t env_start; /* where the environment begins */
};

/* elf.c: adds the segments of file (+1 each) and its interpreter's. */
int elf_plan(struct proc *p, struct inode *file, struct exec_image *image);
void exec_image_done(struct exec_image *image);

/* stack.c: strings, vectors and the auxiliary vector. 0 or -errno. */
int stack_build(struct proc *p, const struct exec_args *args,
		const char *name, struct exec_image *image);

#endif
