/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostlink [-v] [-k] [-l FILE] [-r S] [-t S] [-u FILE] -- EMULATOR ARG...
 *	[-- COMMAND ARG...]
 *
 * Starts the emulator with two serial ports, joins the guest to our standard
 * input, output and error over the second one (link.h), and ends with the
 * command's status.  tools/run makes the command line.
 *	-v	the kernel's log on standard error
 *	-k	kernel tests: no link, the log is the output
 *	-l FILE	a copy of the kernel's log
 *	-r S	how long the guest may take to be ready
 *	-t S	how long the whole run may take
 *	-u FILE	a file to remove at the end
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

static const char *remove_at_end;

static int usage(void)
{
	fputs("usage: hostlink [-v] [-k] [-l FILE] [-r S] [-t S] [-u FILE] "
	      "-- EMULATOR ARG... [-- COMMAND ARG...]\n",
	      stderr);
	return STATUS_USAGE;
}

static int parse(struct settings *set, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+vkl:r:t:u:")) != -1) {
		switch (c) {
		case 'v':
			set->verbose = true;
			break;
		case 'k':
			set->log_only = true;
			break;
		case 'l':
			set->log_file = optarg;
			break;
		case 'r':
			set->ready_seconds = atoi(optarg);
			break;
		case 't':
			set->timeout_seconds = atoi(optarg);
			break;
		case 'u':
			remove_at_end = optarg;
			break;
		default:
			return usage();
		}
	}
	return optind < argc ? 0 : usage();
}

/* Splits argv at the next "--". */
static void split(struct settings *set, char **argv)
{
	set->machine = argv;
	while (*argv != NULL && strcmp(*argv, "--") != 0)
		argv++;
	set->command = argv;
	if (*argv != NULL) {
		*argv = NULL;
		set->command = argv + 1;
	}
}

int main(int argc, char **argv)
{
	struct settings set = { .ready_seconds = 30 };
	int status = parse(&set, argc, argv);

	if (status != 0)
		return status;
	split(&set, argv + optind);
	status = session_run(&set);
	if (remove_at_end != NULL)
		unlink(remove_at_end);
	return status;
}
