/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of servers.
 *
 *	waiting --start--> running --its task dies--> waiting or given up
 *	   ^                  | crash or kill, and "state"
 *	   |                  v
 *	   `------------- corpse --its successor has adopted it--> terminated
 *
 * A server that ended is started again when its services' receive rights are
 * back, at once the first time, later and later if it keeps failing; after
 * FAILURES_MAX short lives it is given up: one that was created is forgotten
 * with its services, a configured one keeps its place and its queues. An end that
 * was asked for is no failure. When a critical server is not started again, the
 * machine ends.
 *
 * With a server that has a family end the tasks it made, while it stands still
 * and before it goes: their ports are among its rights. When it is gone already
 * nobody knows them; then a critical one is not started again.
 *
 * A corpse is a suspended task whose waits are aborted; the successor pulls
 * rights and state out of it. A successor that fails before it is done would
 * fail again over the same state: then the corpse goes, and the next one has
 * only the receive rights. One that is killed on request is no such sign.
 */
#include "bootstrap.h"

#include <mach/mig_support.h>
#include <server/spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS     1000000ull
#define SHORT_LIFE_NS (5000 * NS_PER_MS)
#define RIGHTS_WAIT_NS (200 * NS_PER_MS) /* for rights that may never return */
#define FAILURES_MAX  5

static struct server *servers;

/* A send right to the server's way, for its task only. */
static mach_port_t way_send(const struct way *w)
{
	if (mach_port_insert_right(mach_task_self(), w->port, w->port,
				   MACH_MSG_TYPE_MAKE_SEND) != KERN_SUCCESS)
		return MACH_PORT_NULL;
	return w->port;
}

static const char *server_spawn(struct server *s)
{
	const struct config_server *c = s->config;
	const char *argv[CONFIG_ARGS_MAX + 2] = {c->name};
	const char *envp[] = {boot_time, s->ended[0] ? s->ended : NULL, NULL};
	struct spawn spawn = {
		.argv = argv,
		.envp = envp,
		.exception = exception_port,
	};
	const char *wrong;

	for (unsigned i = 0; i < c->arg_count; i++)
		argv[i + 1] = c->arg[i];
	if (s->file.data == NULL &&
	    !archive_find(&boot_archive, c->program, &s->file))
		return "is not in the boot archive";
	spawn.file = s->file;
	if (s->way->port == MACH_PORT_NULL)
		way_renew(s->way);
	spawn.bootstrap = way_send(s->way);
	if (spawn.bootstrap == MACH_PORT_NULL)
		return "finds no memory";
	wrong = spawn_task(&spawn, &s->task);
	mach_port_deallocate(mach_task_self(), spawn.bootstrap);
	return wrong;
}

static void restart_schedule(struct server *s);

/* How its life will have ended. */
static void how_set(struct server *s, const char *how)
{
	snprintf(s->ended, sizeof s->ended, "MACH_ENDED=%s", how);
}

static void server_start(struct server *s)
{
	const char *wrong;

	s->restart_at = 0;
	s->asked = s->served = false;
	s->started = clock_get(MACH_CLOCK_MONOTONIC);
	wrong = server_spawn(s);
	s->childless = wrong != NULL;
	if (wrong == NULL)
		how_set(s, "by itself"); /* unless we hear of another way */
	s->ran |= wrong == NULL;
	/* At first the configuration is wrong; later memory may be short. */
	if (wrong != NULL && !s->ran && !s->created)
		fail("server %s cannot start: %s %s", s->config->name,
		     s->config->program, wrong);
	if (wrong != NULL) {
		say("server %s cannot start: %s %s", s->config->name,
		    s->config->program, wrong);
		restart_schedule(s);
	} else if (watch_death(s->task) != KERN_SUCCESS) {
		server_died(s);
	}
}

static bool wanted(const struct config_server *c)
{
	return c->when == WHEN_ALWAYS ||
	       (c->when == WHEN_TEST) == (test_name != NULL);
}

struct server *server_insert(const struct config_server *c)
{
	struct server *s = calloc(1, sizeof *s), **end = &servers;

	if (s == NULL)
		return NULL;
	s->config = c;
	s->way = way_create(root_context, s, account_create(ACCOUNT_SERVER));
	if (s->way == NULL) {
		free(s);
		return NULL;
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = s;
	return s;
}

/* Its way into the root context and its services; it does not run yet. */
static void server_declare(const struct config_server *c)
{
	struct server *s = server_insert(c);

	if (s == NULL)
		fail("server %s cannot start: no memory", c->name);
	for (unsigned i = 0; i < c->service_count; i++) {
		if (service_find(root_context, c->service[i]) != NULL)
			fail("service %s is declared twice", c->service[i]);
		if (service_create(s->way, c->service[i]) == NULL)
			fail("service %s: no memory", c->service[i]);
	}
}

/* All services exist before the first server runs. */
void servers_start(const struct config_server *config)
{
	for (; config != NULL; config = config->next)
		if (wanted(config))
			server_declare(config);
	registered_ports_set();
	for (struct server *s = servers; s != NULL; s = s->next)
		server_start(s);
}

struct server *server_by_name(const char *name)
{
	for (struct server *s = servers; s != NULL; s = s->next)
		if (strcmp(s->config->name, name) == 0)
			return s;
	return NULL;
}

struct server *server_by_task(task_t task)
{
	for (struct server *s = servers; s != NULL; s = s->next)
		if (s->task != TASK_NULL && s->task == task)
			return s;
	return NULL;
}

struct server *server_by_corpse(task_t task)
{
	for (struct server *s = servers; s != NULL; s = s->next)
		if (s->corpse != TASK_NULL && s->corpse == task)
			return s;
	return NULL;
}

void servers_reap(void)
{
	struct server **p = &servers, *s;

	while ((s = *p) != NULL) {
		if (!s->gone) {
			p = &s->next;
			continue;
		}
		*p = s->next;
		services_forget_server(s);
		way_destroy(s->way);
		free((struct config_server *)s->config);
		free(s);
	}
}

struct server *server_next(struct server *s)
{
	return s == NULL ? servers : s->next;
}

/* --- ends --- */

static void threads_abort(task_t task)
{
	thread_array_t threads = NULL;
	mach_msg_type_number_t count = 0;

	if (task_threads(task, &threads, &count) != KERN_SUCCESS)
		return;
	for (unsigned i = 0; i < count; i++) {
		thread_abort(threads[i]);
		mach_port_deallocate(mach_task_self(), threads[i]);
	}
	vm_deallocate(mach_task_self(), (vm_address_t)threads,
		      count * sizeof *threads);
}

/* When this returns, the receive rights it had are back. */
static void task_end(task_t task)
{
	task_terminate(task);
	notifications_drain();
}

void corpse_end(struct server *s)
{
	task_t task = s->corpse;

	if (task == TASK_NULL)
		return;
	s->corpse = TASK_NULL;
	task_end(task);
	mach_port_deallocate(mach_task_self(), task);
}

static void corpse_keep(struct server *s)
{
	s->corpse = s->task;
	s->task = TASK_NULL;
	way_renew(s->way);
	restart_schedule(s);
}

void server_end(struct server *s, bool asked, const char *how)
{
	if (s->task == TASK_NULL)
		return;
	s->asked = asked;
	how_set(s, how);
	task_suspend(s->task);
	threads_abort(s->task);
	s->childless = s->config->family && family_end(s->task);
	if (s->config->state && s->config->restart && s->corpse == TASK_NULL)
		corpse_keep(s);
	else
		task_end(s->task);
}

/* 0, 100 ms, 200 ms, 400 ms ... */
static uint64_t restart_delay(unsigned failures)
{
	return failures <= 1 ? 0 : (100 * NS_PER_MS) << (failures - 2);
}

/* Those in a row that were soon after the start. One that starts on demand and
 * serves may end as often as messages come: it is only slowed down. */
static unsigned failures_now(const struct server *s, uint64_t now)
{
	unsigned failures = now - s->started < SHORT_LIFE_NS ?
				    s->failures + 1 : 1;

	if (s->asked)
		return 0;
	if (s->on_demand && s->served && failures > FAILURES_MAX)
		return FAILURES_MAX;
	return failures;
}

/* It does not run any more: what now? */
static void restart_schedule(struct server *s)
{
	uint64_t now = clock_get(MACH_CLOCK_MONOTONIC);

	if (s->config->critical &&
	    (!s->config->restart || (s->config->family && !s->childless)))
		fail("server %s ended; the system cannot go on without it",
		     s->config->name);
	if (!s->config->restart) {
		say("server %s ended", s->config->name);
		return;
	}
	s->failures = failures_now(s, now);
	if (s->failures > FAILURES_MAX) {
		if (s->config->critical)
			fail("server %s failed %u times in a row: given up; the "
			     "system cannot go on without it",
			     s->config->name, s->failures);
		say("server %s failed %u times in a row: given up",
		    s->config->name, s->failures);
		corpse_end(s);
		s->gone = s->created;
		return;
	}
	say(s->started != 0 ? "server %s ended: starting it again" :
			      "server %s: starting it", s->config->name);
	s->restart_at = now + restart_delay(s->failures) + 1;
}

void server_died(struct server *s)
{
	mach_port_deallocate(mach_task_self(), s->task);
	s->task = TASK_NULL;
	if (s->corpse != TASK_NULL && !s->asked) {
		say("server %s failed while it adopted its state: "
		    "the state is given up", s->config->name);
		corpse_end(s);
	}
	if (s->created) {
		created_ended(s);
		return;
	}
	way_renew(s->way);
	restart_schedule(s);
}

void server_restart(struct server *s)
{
	if (s->task == TASK_NULL && s->restart_at == 0)
		restart_schedule(s);
}

static bool rights_are_out(const struct server *s)
{
	return s->corpse == TASK_NULL && s->holds != NULL;
}

static bool ready_to_restart(const struct server *s, uint64_t now)
{
	if (s->restart_at == 0 || now < s->restart_at)
		return false;
	return !rights_are_out(s) || now >= s->restart_at + RIGHTS_WAIT_NS;
}

void servers_restart_due(void)
{
	uint64_t now = clock_get(MACH_CLOCK_MONOTONIC);

	for (struct server *s = servers; s != NULL; s = s->next)
		if (ready_to_restart(s, now))
			server_start(s);
}

unsigned servers_next_restart(void)
{
	uint64_t now = clock_get(MACH_CLOCK_MONOTONIC), soonest = UINT64_MAX;

	for (struct server *s = servers; s != NULL; s = s->next) {
		uint64_t at = s->restart_at;

		if (at == 0)
			continue;
		if (rights_are_out(s))
			at += RIGHTS_WAIT_NS;
		if (at < soonest)
			soonest = at;
	}
	if (soonest == UINT64_MAX)
		return ~0u;
	return soonest <= now ? 0 : (unsigned)((soonest - now) / NS_PER_MS) + 1;
}
