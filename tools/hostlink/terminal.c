/* SPDX-License-Identifier: BSD-2-Clause */
/* The user's terminal; see terminal.h. */
#include "terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static bool must_restore;

bool terminal_present(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void terminal_restore(void)
{
	if (must_restore)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	must_restore = false;
}

void terminal_make_raw(struct terminal *t)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return;
	raw = before;
	cfmakeraw(&raw);
	must_restore = true;
	atexit(terminal_restore);
	t->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

bool terminal_size(unsigned *rows, unsigned *columns)
{
	struct winsize w;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_row == 0)
		return false;
	*rows = w.ws_row;
	*columns = w.ws_col;
	return true;
}

enum key_meaning terminal_keys(struct terminal *t, uint8_t *keys,
			       size_t *length)
{
	size_t kept = 0;

	for (size_t i = 0; i < *length; i++) {
		if (!t->escaped && keys[i] == ESCAPE_KEY) {
			t->escaped = true;
			continue;
		}
		if (t->escaped && keys[i] == 'q')
			return KEYS_QUIT;
		/* Escape twice is one for the guest; others are not ours. */
		if (!t->escaped || keys[i] == ESCAPE_KEY)
			keys[kept++] = keys[i];
		t->escaped = false;
	}
	*length = kept;
	return KEYS_PLAIN;
}
