/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel command line: words NAME or NAME=VALUE. Every option is declared
 * in kern/options.c; an unknown one gives one line in the log and stops the
 * boot.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct kernel_options {
	uint32_t page_size;   /* page_size=  bytes, 0 = the hardware's */
	const char *test;     /* test=NAME   "" = none */
	const char *plant;    /* plant=NAME  a planted bug (debug kernels) */
	bool deterministic;   /* seed= was given */
	uint64_t seed;	      /* seed=N */
	uint32_t memory_fill; /* fill=0xNN   fill fresh memory, debug
				 kernels also stacks; ~0: off */
	uint32_t cpus;	      /* cpus=N      use at most N processors */
	bool dump;	      /* dump        ^\\ on the line: kern/dump.c */
	bool verbose;	      /* verbose */
};

extern struct kernel_options kernel_options;

/* False: an option is unknown or malformed (already logged). */
bool options_parse(const char *cmdline);
