/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of error.c; the index is the code's distance from the first. */
#ifndef ERROR_TEXT_H
#define ERROR_TEXT_H

static const char *const error_kern[] = {
	"(os/kern) successful",
	"(os/kern) invalid address",
	"(os/kern) protection failure",
	"(os/kern) no space available",
	"(os/kern) invalid argument",
	"(os/kern) failure",
	"(os/kern) resource shortage",
	"(os/kern) not receiver",
	"(os/kern) no access",
	"(os/kern) memory failure",
	"(os/kern) memory error",
	"(os/kern) already in set",
	"(os/kern) not in set",
	"(os/kern) name exists",
	"(os/kern) aborted",
	"(os/kern) invalid name",
	"(os/kern) invalid task",
	"(os/kern) invalid right",
	"(os/kern) invalid value",
	"(os/kern) user references would overflow",
	"(os/kern) invalid capability",
	"(os/kern) right exists",
	"(os/kern) invalid host",
	"(os/kern) memory already present",
	NULL,
	NULL,
	"(os/kern) terminated",
	"(os/kern) timed out",
};

static const char *const error_emulation[] = {
	"(os/emulation) bad task",
	"(os/emulation) bad count",
};

static const char *const error_mach_send[] = {
	"(ipc/send) in progress",
	"(ipc/send) invalid data",
	"(ipc/send) invalid destination port",
	"(ipc/send) timed out",
	"(ipc/send) will notify",
	"(ipc/send) notification in progress",
	"(ipc/send) interrupted",
	"(ipc/send) message too small",
	"(ipc/send) invalid reply port",
	"(ipc/send) invalid right",
	"(ipc/send) invalid notify port",
	"(ipc/send) invalid memory",
	"(ipc/send) no message buffer",
	"(ipc/send) no notification possible",
	"(ipc/send) invalid type word",
	"(ipc/send) invalid header",
	"(ipc/send) message too large",
};

static const char *const error_mach_receive[] = {
	"(ipc/rcv) in progress",
	"(ipc/rcv) invalid name",
	"(ipc/rcv) timed out",
	"(ipc/rcv) message too large",
	"(ipc/rcv) interrupted",
	"(ipc/rcv) port changed",
	"(ipc/rcv) invalid notify port",
	"(ipc/rcv) invalid data",
	"(ipc/rcv) port died",
	"(ipc/rcv) port in set",
	"(ipc/rcv) header error",
	"(ipc/rcv) body error",
};

/* -100, -101, ... */
static const char *const error_old_send[] = {
	NULL,
	"(ipc/send) invalid memory",
	"(ipc/send) invalid port",
	"(ipc/send) timed out",
	NULL,
	"(ipc/send) will notify",
	"(ipc/send) notification in progress",
	"(ipc/send) kernel refused message",
	"(ipc/send) interrupted",
	"(ipc/send) message too large",
	"(ipc/send) message too small",
};

/* -200, -201, ... */
static const char *const error_old_receive[] = {
	NULL,
	"(ipc/rcv) invalid memory",
	"(ipc/rcv) invalid port",
	"(ipc/rcv) timed out",
	"(ipc/rcv) message too large",
	"(ipc/rcv) not enough memory",
	"(ipc/rcv) only sender",
	"(ipc/rcv) interrupted",
	"(ipc/rcv) port changed",
};

/* -300, -301, ... */
static const char *const error_mig[] = {
	"(ipc/mig) type check failure",
	"(ipc/mig) wrong reply message id",
	"(ipc/mig) server detected error",
	"(ipc/mig) bad request message id",
	"(ipc/mig) server type check failure",
	"(ipc/mig) no reply should be sent",
	"(ipc/mig) server raised exception",
	"(ipc/mig) array not large enough",
	"(ipc/mig) server died",
	"(ipc/mig) destroy request without reply",
};

static const char *const error_netname[] = {
	"(server/netname) not yours",
	"(server/netname) name not checked in",
	"(server/netname) no such host",
	"(server/netname) host not found",
	"(server/netname) invalid port",
};

static const char *const error_bootstrap[] = {
	"(server/bootstrap) not privileged",
	"(server/bootstrap) name in use",
	"(server/bootstrap) unknown service",
	"(server/bootstrap) service active",
	"(server/bootstrap) bad count",
	"(server/bootstrap) no memory",
	"(server/bootstrap) no children",
};

#endif
