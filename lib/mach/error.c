/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for codes. A code is looked up in the table of its part; parts are
 * ranges of the code space, the old small ranges included.
 */
#include <mach/mach.h>
#include <mach/mach_error.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error_text.h"

struct part {
	const char *name;
	mach_error_t first; /* codes are first + index, or first - index */
	int direction;
	unsigned count;
	const char *const *text;
};

#define UP(name, first, table) {name, first, 1, COUNT(table), table}
#define DOWN(name, first, table) {name, first, -1, COUNT(table), table}
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct part parts[] = {
	UP("(os/kern)", 0, error_kern),
	UP("(os/emulation)", EML_BAD_TASK, error_emulation),
	UP("(ipc/send)", MACH_SEND_IN_PROGRESS, error_mach_send),
	UP("(ipc/rcv)", MACH_RCV_IN_PROGRESS, error_mach_receive),
	DOWN("(ipc/send)", -100, error_old_send),
	DOWN("(ipc/rcv)", -200, error_old_receive),
	DOWN("(ipc/mig)", MIG_TYPE_ERROR, error_mig),
	UP("(server/netname)", 1000, error_netname),
	UP("(server/bootstrap)", 1100, error_bootstrap),
};

static const struct part *part_of(mach_error_t code)
{
	for (unsigned i = 0; i < COUNT(parts); i++) {
		int64_t index = ((int64_t)code - parts[i].first) *
				parts[i].direction;

		if (index >= 0 && index < parts[i].count &&
		    parts[i].text[index] != NULL)
			return &parts[i];
	}
	return NULL;
}

/* Shortage bits (MACH_MSG_MASK) come or-ed into messages' codes. */
static mach_error_t without_shortage(mach_error_t code)
{
	if (err_get_system(code) == err_get_system(err_mach_ipc))
		return code & ~MACH_MSG_MASK;
	return code;
}

char *mach_error_type(mach_error_t code)
{
	const struct part *part = part_of(without_shortage(code));

	return (char *)(part != NULL ? part->name : "(?/?)");
}

static char *unknown(mach_error_t code)
{
	static _Thread_local char buffer[48];

	snprintf(buffer, sizeof buffer, "(?/?) unknown error 0x%x",
		 (unsigned)code);
	return buffer;
}

char *mach_error_string(mach_error_t code)
{
	mach_error_t plain = without_shortage(code);
	const struct part *part = part_of(plain);

	if (part == NULL)
		return unknown(code);
	return (char *)part->text[(plain - part->first) * part->direction];
}

/* One write: lines of several threads do not mix. */
void mach_error(const char *text, mach_error_t code)
{
	char line[512];
	int n = snprintf(line, sizeof line, "%s %s\n", text,
			 mach_error_string(code));

	if (n >= (int)sizeof line) {
		n = sizeof line;
		line[n - 1] = '\n';
	}
	(void)!write(STDERR_FILENO, line, (size_t)n);
}
