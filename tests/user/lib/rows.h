/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of operations on names: port_rows.h and message_rows.h say how a row
 * reads, rows.c runs one.
 */
#ifndef ROWS_H
#define ROWS_H

#include "scene.h"

enum { ROW_NATIVE, ROW_25 };

struct row {
	const char *what;
	int (*op)(struct scene *s, int a, int b); /* the code */
	int a, b;
	const char *want;
	int api;
};

extern const struct row port_rows[], message_rows[];
extern const unsigned port_row_count, message_row_count;

/* 0: by trap where there is one; 1: by RPC. */
extern int rows_form;

/* Runs the operation on a name in every state that can be made. Prints what
 * differs; returns how many states did. */
unsigned row_run(const struct row *row, bool own);

/* The number behind a code's word; -1: unknown. */
bool code_named(const char *word, size_t length, int *code);

#endif
