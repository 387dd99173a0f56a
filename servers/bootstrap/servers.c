/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of the configured servers.
 *
 *	waiting --start--> running --its task dies--> waiting or given up
 *
 * A server that ended is started again when its services' receive rights are
 * back, at once the first time, later and later if it keeps failing; after
 * FAILURES_MAX short lives it is given up. The end of a critical server is the
 * machine's.
 */
#include "bootstrap.h"

#include <server/spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS     1000000ull
#define SHORT_LIFE_NS (5000 * NS_PER_MS)
#define RIGHTS_WAIT_NS (200 * NS_PER_MS) /* for rights that may never return */
#define FAILURES_MAX  5

extern struct archive boot_archive;

static struct server *servers;

static const char *server_spawn(struct server *s)
{
	const struct config_server *c = s->config;
	const char *argv[CONFIG_ARGS_MAX + 2] = {c->name};
	const char *envp[] = {boot_time, NULL};
	struct spawn spawn = {
		.argv = argv,
		.envp = envp,
		.bootstrap = s->way->port,
		.exception = exception_port,
	};

	for (unsigned i = 0; i < c->arg_count; i++)
		argv[i + 1] = c->arg[i];
	if (!archive_find(&boot_archive, c->program, &spawn.file))
		return "is not in the boot archive";
	return spawn_task(&spawn, &s->task);
}

static void server_start(struct server *s)
{
	const char *wrong;

	s->restart_at = 0;
	s->started = clock_get(MACH_CLOCK_MONOTONIC);
	wrong = server_spawn(s);
	if (wrong != NULL)
		fail("server %s cannot start: %s %s", s->config->name,
		     s->config->program, wrong);
	if (!watch_death(s->task))
		server_died(s);
}

static bool wanted(const struct config_server *c)
{
	return c->when == WHEN_ALWAYS ||
	       (c->when == WHEN_TEST) == (test_name != NULL);
}

/* Its way into the root context and its services; it does not run yet. */
static struct server *server_create(const struct config_server *c)
{
	struct server *s = calloc(1, sizeof *s);

	if (s == NULL || (s->way = way_create(root_context, s)) == NULL)
		fail("server %s cannot start: no memory", c->name);
	s->config = c;
	for (unsigned i = 0; i < c->service_count; i++) {
		if (service_find(root_context, c->service[i]) != NULL)
			fail("service %s is declared twice", c->service[i]);
		if (service_create(root_context, c->service[i], s) == NULL)
			fail("service %s: no memory", c->service[i]);
	}
	return s;
}

/* All services exist before the first server runs. */
void servers_start(const struct config_server *config)
{
	struct server **end = &servers;

	for (; config != NULL; config = config->next) {
		if (!wanted(config))
			continue;
		*end = server_create(config);
		end = &(*end)->next;
	}
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

void server_end(struct server *s)
{
	if (s->task == TASK_NULL)
		return;
	task_suspend(s->task);
	threads_abort(s->task);
	task_terminate(s->task);
}

/* 0, 100 ms, 200 ms, 400 ms ... */
static uint64_t restart_delay(unsigned failures)
{
	return failures <= 1 ? 0 : (100 * NS_PER_MS) << (failures - 2);
}

void server_died(struct server *s)
{
	uint64_t now = clock_get(MACH_CLOCK_MONOTONIC);

	mach_port_deallocate(mach_task_self(), s->task);
	s->task = TASK_NULL;
	if (s->config->critical)
		fail("server %s ended; the system cannot go on without it",
		     s->config->name);
	if (!s->config->restart) {
		say("server %s ended", s->config->name);
		return;
	}
	s->failures = now - s->started < SHORT_LIFE_NS ? s->failures + 1 : 1;
	if (s->failures > FAILURES_MAX) {
		say("server %s failed %u times in a row: given up",
		    s->config->name, s->failures);
		return;
	}
	say("server %s ended: starting it again", s->config->name);
	s->restart_at = now + restart_delay(s->failures) + 1;
}

static bool ready_to_restart(const struct server *s, uint64_t now)
{
	if (s->restart_at == 0 || now < s->restart_at)
		return false;
	return !service_held_by(s) || now >= s->restart_at + RIGHTS_WAIT_NS;
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
		if (service_held_by(s))
			at += RIGHTS_WAIT_NS;
		if (at < soonest)
			soonest = at;
	}
	if (soonest == UINT64_MAX)
		return ~0u;
	return soonest <= now ? 0 : (unsigned)((soonest - now) / NS_PER_MS) + 1;
}
