/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's end of the host link (tools/link.h): frames in, frames out.
 * The wire's driver feeds link_input and empties link_output.
 */
#ifndef UX_LINK_H
#define UX_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* What a START frame asks for; strings lie one after another. */
struct link_start {
	bool terminal;
	unsigned argc, envc;
	char *strings; /* owned by the link */
	uint32_t length;
};

/* Called once, when START is complete. */
typedef void (*link_started)(const struct link_start *start);

void link_init(link_started started, void (*output_ready)(void));
/* Says READY. died: how the predecessor did, whose half frame may be on the
 * wire; NULL: there was none. */
void link_ready(const char *died);
void link_input(const uint8_t *bytes, unsigned count);
/* At most max bytes for the wire; 0: nothing to send now. */
unsigned link_output(uint8_t *bytes, unsigned max);

/* The program's ends of channels 0 to 2; +1 each. 0 or -ENOMEM. */
struct file;
int link_open_channels(struct file *files[3]);

/* A line for the person, as from the command itself. */
void link_complain(const char *text);

/* Such a line about the predecessor, if one died. */
void link_tell_death(void);

/* The command ended: what is left is sent, then EXIT. */
void link_exit(int status);
/* EXIT has been handed to the wire. */
bool link_is_done(void);

#endif
