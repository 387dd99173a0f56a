/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bootstrap's services as a UNIX process sees them:
 *	services look NAME	known or unknown
 *	services hide NAME	registers nothing
 *	services serve NAME	registers a port, says so, ends with its input
 *	services fill full	takes all room for subsets, says so, ends so
 */
#include <mach/mach.h>
#include <servers/bootstrap.h>
#include <stdio.h>
#include <string.h>

static int say(const char *what, kern_return_t kr)
{
	if (kr == BOOTSTRAP_SUCCESS)
		puts(what);
	else if (kr == BOOTSTRAP_UNKNOWN_SERVICE)
		puts("unknown");
	else
		puts(mach_error_string(kr));
	fflush(stdout);
	return kr != BOOTSTRAP_SUCCESS;
}

static mach_port_t new_port(void)
{
	mach_port_t port;

	mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
	mach_port_insert_right(mach_task_self(), port, port,
			       MACH_MSG_TYPE_MAKE_SEND);
	return port;
}

static int serve(char *name)
{
	mach_port_t port = new_port();
	int status;

	status = say("serving", bootstrap_register(bootstrap_port, name, port));
	while (status == 0 && getchar() != EOF)
		;
	return status;
}

/* Each subset dies with its requestor: with this task. */
static int fill(const char *word)
{
	mach_port_t subset;

	while (bootstrap_subset(bootstrap_port, new_port(),
				&subset) == BOOTSTRAP_SUCCESS)
		;
	puts(word);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

int main(int argc, char **argv)
{
	mach_port_t port;

	if (argc != 3)
		return 2;
	if (strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	if (strcmp(argv[1], "fill") == 0)
		return fill(argv[2]);
	if (strcmp(argv[1], "hide") == 0)
		return say("hidden", bootstrap_register(bootstrap_port, argv[2],
							MACH_PORT_NULL));
	return say("known", bootstrap_look_up(bootstrap_port, argv[2], &port));
}
