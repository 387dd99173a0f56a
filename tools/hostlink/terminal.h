/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's terminal: raw while the guest runs, and an escape key, because ^C
 * belongs to the guest.
 */
#ifndef HOSTLINK_TERMINAL_H
#define HOSTLINK_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ESCAPE_KEY = 0x1d }; /* ^] */

enum key_meaning {
	KEYS_PLAIN,  /* nothing special among them */
	KEYS_QUIT,   /* escape, q: switch the machine off */
};

struct terminal {
	bool raw;
	bool escaped; /* the escape key came, what it means is still open */
};

/* True when both standard input and standard output are terminals. */
bool terminal_present(void);

/* Makes it raw, until the program ends in whatever way but SIGKILL. */
void terminal_make_raw(struct terminal *t);
void terminal_restore(void);

/* False when it is not known. */
bool terminal_size(unsigned *rows, unsigned *columns);

/*
 * Takes escape sequences out of keys, in place; *length becomes what is left
 * for the guest.
 */
enum key_meaning terminal_keys(struct terminal *t, uint8_t *keys,
			       size_t *length);

#endif
