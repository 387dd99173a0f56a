/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a message to a kernel port to its routine: the interfaces lie in
 * ranges of 100 ids, so that the range picks the generated demultiplexer. Most
 * calls are of the first.
 */
#include <trap/server.h>

#include <device_server.h>
#include <ipc/kmig.h>
#include <mach_ext_server.h>
#include <mach_host_server.h>
#include <mach_port_server.h>
#include <mach_server.h>

#define FIRST 2000
#define RANGE 100
#define OF(base) [((base) - FIRST) / RANGE]

static const mig_server_fn servers[] = {
	OF(2600) = mach_host_server,
	OF(2800) = device_server,
	OF(2900) = mach_ext_server,
	OF(3200) = mach_port_server,
};

static bool kernel_server(struct mig_request *req, struct mig_reply *rep)
{
	uint32_t id = (uint32_t)req->head->msgh_id - FIRST;
	uint32_t range = id / RANGE;
	mig_server_fn serve = NULL;

	if (id < RANGE)
		return mach_server(req, rep);
	if (range < sizeof(servers) / sizeof(servers[0]))
		serve = servers[range];
	/* Any demultiplexer makes the reply that says MIG_BAD_ID. */
	return serve ? serve(req, rep) : mach_server(req, rep);
}

void server_init(void)
{
	ipc_kobject_server = kernel_server;
}
