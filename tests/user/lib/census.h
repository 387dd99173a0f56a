/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What exists in the whole system, before and after: census.c.
 */
#ifndef CENSUS_H
#define CENSUS_H

struct census {
	char lines[16384];
};

/* When nothing moves any more: tasks end by and by. */
void census_take(struct census *c);

/* The test fails for each line whose count of live objects differs. Both are
 * spent afterwards. */
void census_compare(struct census *before, struct census *after);

#endif
