/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap server's state. One thread serves one port set; nothing is
 * locked.
 *
 *	way --> context --> parent context
 *	 |	   `--> services
 *	 `--> server (for the ports of configured servers)
 *
 * A *way* is a bootstrap port: which context it opens, and as whom. Servers have
 * a way each into the root context, the root one for those who are no server,
 * and a subset one.
 */
#ifndef BOOTSTRAP_H
#define BOOTSTRAP_H

#include "config.h"

#include <mach/mach.h>
#include <server/archive.h>

struct server;

struct service {
	struct service *next;
	name_t name;
	mach_port_t port;      /* send right; receive too unless active */
	bool declared;	       /* its receive right comes back */
	bool active;
	bool hidden;	       /* registered as PORT_NULL: ends the search */
	struct server *owner;  /* who may check in; NULL: all of the context */
	struct server *holder; /* who checked in, as far as known */
};

struct context {
	struct context *next;
	struct context *parent; /* NULL: the root */
	struct service *services;
	bool dead; /* its requestor died; freed with its last child */
	unsigned children;
	unsigned depth; /* the root: 0 */
};

struct way {
	struct way *next;
	mach_port_t port; /* receive right; send rights are made for who asks */
	struct context *context;
	struct server *server; /* NULL: nobody's in particular */
	mach_port_t requestor; /* send right of a subset's, else NULL */
};

struct server {
	struct server *next;
	const struct config_server *config;
	struct way *way;
	task_t task;	     /* send right, or NULL while it does not run */
	task_t corpse;	     /* send right: the predecessor, until adopted */
	bool asked;	     /* its end was: no failure */
	bool ran;	     /* it could be started once */
	bool created;	     /* by bootstrap_create_server */
	bool on_demand;	     /* created: starts with the first message */
	bool idle;	     /* created: waits for that message */
	bool gone;	     /* created: nothing holds it any more */
	uint64_t started;    /* ns */
	uint64_t restart_at; /* ns; 0: not waiting */
	unsigned failures;   /* ends soon after the start, in a row */
};

/* main.c */
extern struct archive boot_archive;
extern mach_port_t event_set;	   /* everything is received from it */
extern mach_port_t notify_port;	   /* notifications of dead names */
extern mach_port_t return_port;	   /* services that come back */
extern mach_port_t exception_port; /* of all servers */
extern mach_port_t authority[4];   /* BOOTSTRAP_HOST_PRIV ... */
extern size_t archive_size;
extern const char *test_name; /* kernel option test=, or NULL */
extern char boot_time[32]; /* "MACH_BOOT_TSC=n": cycles when we began */
/* One line in the log; then the machine's end. */
[[gnu::noreturn]] __attribute__((format(printf, 1, 2))) void
fail(const char *format, ...);
/* What children inherit: the name server's port. */
void registered_ports_set(void);
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* contexts.c: contexts and the ports to them */
extern struct context *root_context;
struct context *context_create(struct context *parent);
struct way *way_create(struct context *context, struct server *server);
struct way *way_find(mach_port_t port);
void way_destroy(struct way *w);
/* Another port: what is under way to the old one comes from a server that has
 * ended. No memory: there is none. */
void way_renew(struct way *w);
/* The root context as one sees it who is no server. NULL: no memory. */
struct way *way_unprivileged(void);
/* A subset: dies with the requestor, a send right it keeps. */
struct way *subset_create(struct context *parent, mach_port_t requestor);
/* A name became dead: a subset's requestor? a registered port? */
void port_died(mach_port_t name);

/* services.c */
struct service *service_find(struct context *c, const char *name);
/* The same, then in the ancestors; NULL too if a name is hidden. */
struct service *service_look_up(struct context *c, const char *name);
/* A declared service with a port of its own. NULL: no memory. */
struct service *service_create(struct context *c, const char *name,
			       struct server *owner);
/* A registered one; port NULL hides the name. Consumes port on success. */
struct service *service_register(struct context *c, const char *name,
				 mach_port_t port);
/* Before the receive right goes out: asks for its return. */
bool service_arm(struct service *s);
void service_remove(struct context *c, struct service *s);
void services_destroy(struct context *c);
/* A receive right came back: which name the port has. False: no service's. */
bool service_returned(mach_port_t port);
/* Registered ports of the context that died. */
void services_port_died(struct context *c, mach_port_t name);
/* Has the server declared services? */
bool service_owned_by(const struct server *server);
/* Does a service still wait for its return from this server? */
bool service_held_by(const struct server *server);

/* servers.c: the life of servers */
void servers_start(const struct config_server *config);
struct server *server_by_name(const char *name);
struct server *server_by_task(task_t task);
struct server *server_by_corpse(task_t task);
/* The one after s, the first for NULL; NULL: no more. */
struct server *server_next(struct server *s);
/* A new one at the list's end, with a way; borrows config. NULL: no memory. */
struct server *server_insert(const struct config_server *config);
/* Frees those that are gone. */
void servers_reap(void);
/* After a crash, or because it was asked for: suspends it, aborts its waits;
 * then it is the corpse, or terminated. */
void server_end(struct server *s, bool asked);
void server_died(struct server *s);
/* Its successor has adopted it, or nobody will: terminates the corpse. When it
 * returns, the receive rights it still had are back. */
void corpse_end(struct server *s);
/* Starts a server that does not run when its time has come. */
void server_restart(struct server *s);
void servers_restart_due(void);
/* Milliseconds until a restart is due; ~0u: none. */
unsigned servers_next_restart(void);

/* created.c: servers made by bootstrap_create_server */
/* Nobody runs it and nobody holds its port, perhaps. */
void created_ended(struct server *s);
/* Another of its services is here, inactive: does a message wait? */
void created_watch(struct server *s, mach_port_t service);
/* A message waits for one of those that start on demand. */
void created_demand(void);

/* events.c */
/* Deals with the notifications that have arrived. */
void notifications_drain(void);
extern mach_port_t demand_port;
boolean_t event_demux(mach_msg_header_t *request, mach_msg_header_t *reply);
/* A dead-name notification when the port dies. False: it is dead already. */
bool watch_death(mach_port_t name);

#endif
