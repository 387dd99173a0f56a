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
#include <server/index.h>

struct server;

/* What things are found by, beside their names. */
enum index_kind { INDEX_WAY, INDEX_REQUESTOR, INDEX_DECLARED,
		  INDEX_REGISTERED };

enum account_kind { ACCOUNT_SERVER, ACCOUNT_PUBLIC, ACCOUNT_SESSION,
		    ACCOUNT_KINDS };
enum resource { CONTEXTS, SERVICES, RESOURCES };

/* What was made through some ways, and what charges it holds it (+1 each). */
struct account {
	enum account_kind kind;
	unsigned refs;
	unsigned used[RESOURCES];
};

struct service {
	struct link in_context, in_owner, in_holder;
	struct index_link by_name, by_port; /* hidden: by name only */
	struct context *context;
	struct account *account; /* charged for it */
	struct server *owner;  /* who may check in; NULL: all of the context */
	struct server *holder; /* who checked in, as far as known */
	mach_port_t port;      /* send right; receive too unless active */
	bool declared;	       /* its receive right comes back */
	bool active;
	bool hidden;	       /* registered as PORT_NULL: ends the search */
	name_t name;
};

struct context {
	struct link sibling;
	struct context *parent;	 /* NULL: the root */
	struct link *children;	 /* contexts, by sibling */
	struct link *services;	 /* by in_context */
	struct way *way;	 /* a subset's only one */
	struct account *charged; /* a subset's */
	unsigned depth;		 /* the root: 0 */
};

struct way {
	struct index_link by_port, by_requestor;
	mach_port_t port; /* receive right; send rights are made for who asks */
	struct context *context;
	struct server *server;	 /* NULL: nobody's in particular */
	struct account *account; /* +1; of what is made through it */
	mach_port_t requestor;	 /* send right of a subset's, else NULL */
};

struct server {
	struct server *next;
	const struct config_server *config;
	struct way *way;
	struct archive_file file; /* its program, once it was found */
	struct link *owns;   /* services it declared, by in_owner */
	struct link *holds;  /* services it checked in, by in_holder */
	task_t task;	     /* send right, or NULL while it does not run */
	task_t corpse;	     /* send right: the predecessor, until adopted */
	bool asked;	     /* its end was: no failure */
	bool childless;	     /* what it had made has ended before it */
	char ended[160];     /* "MACH_ENDED=" how, for its successor; or empty */
	bool ran;	     /* it could be started once */
	bool created;	     /* by bootstrap_create_server */
	bool on_demand;	     /* created: starts with the first message */
	bool idle;	     /* created: waits for that message */
	bool served;	     /* it checked a service in, in this life */
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

/* accounts.c */
extern unsigned accounts_used[RESOURCES]; /* of all together */
/* +1; NULL: no memory. */
struct account *account_create(enum account_kind kind);
/* +1; of a subset made through a way with this account. NULL: no memory. */
struct account *account_for_subset(struct account *parent);
void account_unref(struct account *a);
/* False: it has as many as it may. */
bool account_charge(struct account *a, enum resource what);
void account_credit(struct account *a, enum resource what);

/* contexts.c: contexts and the ports to them */
extern struct context *root_context;
struct context *context_create(struct context *parent);
/* Consumes the account. NULL: there was none, or no memory. */
struct way *way_create(struct context *context, struct server *server,
		       struct account *account);
struct way *way_find(mach_port_t port);
void way_destroy(struct way *w);
/* Another port: what is under way to the old one comes from a server that has
 * ended. No memory: there is none. */
void way_renew(struct way *w);
/* The root context as one sees it who is no server. NULL: no memory. */
struct way *way_unprivileged(void);
/* A subset: dies with the requestor, a send right it keeps on success. NULL:
 * too deep, too many, no memory. */
struct way *subset_create(struct way *from, mach_port_t requestor);
/* Releases a reference of a registered port or a requestor. If it was the last
 * of those, nobody needs to hear of its death. */
void watched_release(mach_port_t name);
/* A name became dead: a subset's requestor? a registered port? */
void port_died(mach_port_t name);

/* services.c */
struct service *service_find(struct context *c, const char *name);
/* The same, then in the ancestors; NULL too if a name is hidden. */
struct service *service_look_up(struct context *c, const char *name);
/* A declared service with a port of its own, in the way's context; a server's
 * own. NULL: too many, no memory. */
struct service *service_create(struct way *w, const char *name);
/* A registered one; port NULL hides the name. Consumes port on success. */
struct service *service_register(struct way *w, const char *name,
				 mach_port_t port);
/* The receive right goes out, to a server or NULL. False: no memory. */
bool service_check_in(struct service *s, struct server *server);
void service_remove(struct service *s);
void services_destroy(struct context *c);
/* The server's slot is about to go: so does what it declared. */
void services_forget_server(struct server *server);
/* A receive right came back: which name the port has. False: no service's. */
bool service_returned(mach_port_t port);
/* Is a service registered with this port? */
bool service_registered(mach_port_t port);
/* A registered port died. */
void services_port_died(mach_port_t name);

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
 * then it is the corpse, or terminated. how: for its successor. */
void server_end(struct server *s, bool asked, const char *how);
void server_died(struct server *s);
/* Its successor has adopted it, or nobody will: terminates the corpse. When it
 * returns, the receive rights it still had are back. */
void corpse_end(struct server *s);
/* Starts a server that does not run when its time has come. */
void server_restart(struct server *s);
void servers_restart_due(void);
/* Milliseconds until a restart is due; ~0u: none. */
unsigned servers_next_restart(void);

/* family.c */
/* Ends all tasks whose ports a task has that will never run again. False: they
 * cannot be found, for want of memory. */
bool family_end(task_t task);

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
/* A dead-name notification when the port dies. KERN_RESOURCE_SHORTAGE; any other
 * code: it is dead already, or a port of our own. */
kern_return_t watch_death(mach_port_t name);

#endif
