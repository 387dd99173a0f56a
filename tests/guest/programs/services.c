/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bootstrap's services as a UNIX process sees them:
 *	services look NAME	known or unknown
 *	services hide NAME	registers nothing
 *	services serve NAME	registers a port, says so, ends with its input
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

static int serve(char *name)
{
	mach_port_t port;
	int status;

	mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
	mach_port_insert_right(mach_task_self(), port, port,
			       MACH_MSG_TYPE_MAKE_SEND);
	status = say("serving", bootstrap_register(bootstrap_port, name, port));
	while (status == 0 && getchar() != EOF)
		;
	return status;
}

int main(int argc, char **argv)
{
	mach_port_t port;

	if (argc != 3)
		return 2;
	if (strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	if (strcmp(argv[1], "hide") == 0)
		return say("hidden", bootstrap_register(bootstrap_port, argv[2],
							MACH_PORT_NULL));
	return say("known", bootstrap_look_up(bootstrap_port, argv[2], &port));
}
