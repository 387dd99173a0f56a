/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calc server		answers on the port that the name server knows as "calc"
 * calc N...		asks it for the sum, of two numbers or of a list
 */
#include "calc.h"
#include "calcServer.h"
#include <mach/mach.h>
#include <mach/netname.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

kern_return_t do_calc_add(mach_port_t server, int a, int b, int *sum)
{
	(void)server;
	*sum = a + b;
	return KERN_SUCCESS;
}

kern_return_t do_calc_sum(mach_port_t server, calc_list_t list,
			     mach_msg_type_number_t count, int *sum)
{
	(void)server;
	*sum = 0;
	for (unsigned i = 0; i < count; i++)
		*sum += list[i];
	return KERN_SUCCESS;
}

static void check(const char *what, kern_return_t kr)
{
	if (kr == KERN_SUCCESS)
		return;
	mach_error(what, kr);
	exit(1);
}

static void serve(void)
{
	mach_port_t self = mach_task_self(), port;

	check("a port", mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE, &port));
	check("its right", mach_port_insert_right(self, port, port,
						  MACH_MSG_TYPE_MAKE_SEND));
	check("its name", netname_check_in(name_server_port, "calc",
					   MACH_PORT_NULL, port));
	check("serving", mach_msg_server(calc_server, calc_REQUEST_MAX, port));
}

/* The server may not have begun yet: a second is time enough. */
static mach_port_t find(void)
{
	mach_port_t port = MACH_PORT_NULL;
	kern_return_t kr = KERN_FAILURE;

	for (int tries = 0; tries < 100 && kr != KERN_SUCCESS; tries++) {
		kr = netname_look_up(name_server_port, "", "calc", &port);
		if (kr != KERN_SUCCESS)
			usleep(10000);
	}
	check("looking for the server", kr);
	return port;
}

int main(int argc, char **argv)
{
	calc_list_t list;
	unsigned count = 0;
	mach_port_t port;
	int sum;

	if (argc == 2 && strcmp(argv[1], "server") == 0)
		serve();
	while (count < 16 && count + 1 < (unsigned)argc) {
		list[count] = atoi(argv[count + 1]);
		count++;
	}
	port = find();
	if (count == 2)
		check("calc_add", calc_add(port, list[0], list[1], &sum));
	else
		check("calc_sum", calc_sum(port, list, count, &sum));
	printf("%d\n", sum);
	return 0;
}
