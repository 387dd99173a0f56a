/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between the front end and the back ends, one per target language:
 * to add a language, write a `struct backend` and list it in main.c.
 */
#ifndef MIG_BACKEND_H
#define MIG_BACKEND_H

#include "model.h"

/* Files to write; NULL: not wanted. */
struct outputs {
	const char *header;
	const char *user;
	const char *server;
	const char *server_header;
	const char *description;
	const char *man;      /* a folder: a page for each routine */
	const char *man_text; /* what people wrote for it */
};

struct options {
	bool kernel;  /* server stubs for the kernel */
	bool manual;  /* the manual's dialect, -25 */
	bool symbols; /* a table of the server's routines */
	bool verbose;
	const char *language; /* NULL: C */
	struct outputs outputs;
};

struct backend {
	const char *language;
	/* Fills in names that the user did not give, from the subsystem's. */
	void (*name_outputs)(const struct interface *interface,
			     struct options *options);
	/* Reports what the language cannot say, or writes the files. */
	void (*write)(const struct interface *interface,
		      const struct options *options);
};

extern const struct backend backend_c;
extern const struct backend backend_man;

#endif
