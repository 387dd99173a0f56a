/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a message to a kernel port to its routine: the interfaces lie in
 * ranges of 100 ids, so that the range picks the generated demultiplexer.
 */
#include <trap/server.h>

#include <device_server.h>
#include <ipc/kmig.h>
#include <mach_ext_server.h>
#include <mach_host_server.h>
#include <mach_port_server.h>
#include <mach_server.h>

#define RANGE 100

static const struct {
	int32_t base;
	mig_server_fn serve;
} servers[] = {
	{2000, mach_server},   {2600, mach_host_server},
	{2800, device_server}, {2900, mach_ext_server},
	{3200, mach_port_server},
};

static bool kernel_server(struct mig_request *req, struct mig_reply *rep)
{
	int32_t id = req->head->msgh_id;

	for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++)
		if (id >= servers[i].base && id < servers[i].base + RANGE)
			return servers[i].serve(req, rep);
	/* Any demultiplexer makes the reply that says MIG_BAD_ID. */
	return mach_server(req, rep);
}

void server_init(void)
{
	ipc_kobject_server = kernel_server;
}
