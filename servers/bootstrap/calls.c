/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap_* calls; docs/bootstrap.md tells what they do. Each begins by
 * finding out through which way it came.
 *
 * Ports in replies are copied from send rights kept here; a receive right that
 * goes out moves. On an error nothing of the request has been consumed.
 */
#include "bootstrap.h"

#include <mach/bootstrap_server.h>
#include <mach/device.h>
#include <string.h>

static void name_end(char *name)
{
	name[sizeof(name_t) - 1] = '\0';
}

kern_return_t do_bootstrap_create_service(mach_port_t bootstrap, name_t name,
					  mach_port_t *port)
{
	struct way *w = way_find(bootstrap);
	struct service *s;

	name_end(name);
	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	s = service_find(w->context, name);
	if (s != NULL && !s->hidden)
		return BOOTSTRAP_NAME_IN_USE;
	if (s != NULL)
		service_remove(s);
	s = service_create(w, name);
	if (s == NULL)
		return BOOTSTRAP_NO_MEMORY;
	*port = s->port;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_check_in(mach_port_t bootstrap, name_t name,
				    mach_port_t *port)
{
	struct way *w = way_find(bootstrap);
	struct service *s;

	name_end(name);
	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	s = service_find(w->context, name);
	if (s == NULL || s->hidden)
		return BOOTSTRAP_UNKNOWN_SERVICE;
	if (s->owner != NULL && s->owner != w->server)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (s->active)
		return BOOTSTRAP_SERVICE_ACTIVE;
	if (!service_check_in(s, w->server))
		return BOOTSTRAP_NO_MEMORY;
	*port = s->port;
	return BOOTSTRAP_SUCCESS;
}

/* What a registration may replace; removes it. */
static kern_return_t make_room(const struct way *w, const char *name)
{
	struct service *s = service_find(w->context, name);

	if (s == NULL)
		return BOOTSTRAP_SUCCESS;
	if (s->owner != NULL && s->owner != w->server)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (s->active && !s->hidden)
		return BOOTSTRAP_SERVICE_ACTIVE;
	service_remove(s);
	return BOOTSTRAP_SUCCESS;
}

/*
 * Registering nothing: an entry goes, or the ancestors' are hidden. What
 * somebody serves goes with its port; only a server takes back what it declared.
 */
static kern_return_t unregister(struct way *w, const char *name)
{
	struct service *s = service_find(w->context, name);

	if (s != NULL && s->owner != NULL && s->owner != w->server)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (s != NULL && s->active && !s->hidden && s->owner == NULL)
		return BOOTSTRAP_SERVICE_ACTIVE;
	if (s != NULL)
		service_remove(s);
	if (w->context->parent != NULL &&
	    service_register(w, name, MACH_PORT_NULL) == NULL)
		return BOOTSTRAP_NO_MEMORY;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_register(mach_port_t bootstrap, name_t name,
				    mach_port_t port)
{
	struct way *w = way_find(bootstrap);
	kern_return_t kr;

	name_end(name);
	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (port == MACH_PORT_NULL)
		return unregister(w, name);
	kr = make_room(w, name);
	if (kr != BOOTSTRAP_SUCCESS || port == MACH_PORT_DEAD)
		return kr;
	kr = watch_death(port);
	if (kr != KERN_SUCCESS && kr != KERN_RESOURCE_SHORTAGE) {
		mach_port_deallocate(mach_task_self(), port);
		return BOOTSTRAP_SUCCESS; /* it is gone already */
	}
	if (kr != KERN_SUCCESS || service_register(w, name, port) == NULL)
		return BOOTSTRAP_NO_MEMORY;
	return BOOTSTRAP_SUCCESS;
}

/* What the caller sees under a name; set on success only. */
static kern_return_t look_up(mach_port_t bootstrap, char *name,
			     struct service **found)
{
	struct way *w = way_find(bootstrap);
	struct service *s;

	name_end(name);
	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	s = service_look_up(w->context, name);
	if (s == NULL)
		return BOOTSTRAP_UNKNOWN_SERVICE;
	*found = s;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_look_up(mach_port_t bootstrap, name_t name,
				   mach_port_t *port)
{
	struct service *s;
	kern_return_t kr = look_up(bootstrap, name, &s);

	if (kr == BOOTSTRAP_SUCCESS)
		*port = s->port;
	return kr;
}

static bool look_up_each(struct context *c, name_array_t names, unsigned count,
			 mach_port_t *ports)
{
	bool all = true;

	for (unsigned i = 0; i < count; i++) {
		struct service *s;

		name_end(names[i]);
		s = service_look_up(c, names[i]);
		ports[i] = s != NULL ? s->port : MACH_PORT_NULL;
		all = all && s != NULL;
	}
	return all;
}

kern_return_t do_bootstrap_look_up_array(
	mach_port_t bootstrap, name_array_t names,
	mach_msg_type_number_t name_count, mach_port_array_t *ports,
	mach_msg_type_number_t *port_count, boolean_t *all_known)
{
	struct way *w = way_find(bootstrap);
	vm_address_t at = 0;

	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (name_count > BOOTSTRAP_MAX_LOOKUP_COUNT)
		return BOOTSTRAP_BAD_COUNT;
	if (vm_allocate(mach_task_self(), &at, name_count * sizeof(mach_port_t),
			TRUE) != KERN_SUCCESS)
		return BOOTSTRAP_NO_MEMORY;
	*ports = (mach_port_array_t)at;
	*port_count = name_count;
	*all_known = look_up_each(w->context, names, name_count, *ports);
	vm_deallocate(mach_task_self(), (vm_address_t)names,
		      name_count * sizeof *names);
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_parent(mach_port_t bootstrap, mach_port_t *parent)
{
	struct way *w = way_find(bootstrap);

	/* Only configured servers may climb; above the root is the root. */
	if (w == NULL || w->server == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	*parent = w->port;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_unprivileged(mach_port_t bootstrap,
					mach_port_t *unprivileged)
{
	struct way *w = way_find(bootstrap);

	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (w->server != NULL)
		w = way_unprivileged();
	if (w == NULL)
		return BOOTSTRAP_NO_MEMORY;
	*unprivileged = w->port; /* a subset has no privileges to begin with */
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_corpse(mach_port_t bootstrap, mach_port_t *corpse)
{
	struct way *w = way_find(bootstrap);

	if (w == NULL || w->server == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (w->server->corpse == TASK_NULL)
		return BOOTSTRAP_UNKNOWN_SERVICE;
	*corpse = w->server->corpse;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_corpse_done(mach_port_t bootstrap)
{
	struct way *w = way_find(bootstrap);

	if (w == NULL || w->server == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (w->server->corpse == TASK_NULL)
		return BOOTSTRAP_UNKNOWN_SERVICE;
	corpse_end(w->server);
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_status(mach_port_t bootstrap, name_t name,
				  boolean_t *active)
{
	struct service *s;
	kern_return_t kr = look_up(bootstrap, name, &s);

	if (kr == BOOTSTRAP_SUCCESS)
		*active = s->active;
	return kr;
}

kern_return_t do_bootstrap_subset(mach_port_t bootstrap, mach_port_t requestor,
				  mach_port_t *subset)
{
	struct way *w = way_find(bootstrap), *sub;
	kern_return_t kr;

	if (w == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	if (!MACH_PORT_VALID(requestor))
		return BOOTSTRAP_NOT_PRIVILEGED;
	kr = watch_death(requestor);
	if (kr != KERN_SUCCESS && kr != KERN_RESOURCE_SHORTAGE) {
		/* Dead, or one of our own: so is the subset. */
		mach_port_deallocate(mach_task_self(), requestor);
		*subset = MACH_PORT_NULL;
		return BOOTSTRAP_SUCCESS;
	}
	sub = kr == KERN_SUCCESS ? subset_create(w, requestor) : NULL;
	if (sub == NULL)
		return BOOTSTRAP_NO_MEMORY;
	*subset = sub->port;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_authority(mach_port_t bootstrap, int which,
				     mach_port_t *port, uint64_t *size)
{
	struct way *w = way_find(bootstrap);

	if (w == NULL || w->server == NULL || which < 0 || which > 3 ||
	    !(w->server->config->grants & GRANT(which)))
		return BOOTSTRAP_NOT_PRIVILEGED;
	*port = authority[which];
	*size = which == BOOTSTRAP_ARCHIVE ? archive_size : 0;
	return BOOTSTRAP_SUCCESS;
}

static const struct config_device *device_of(mach_port_t bootstrap,
					     const char *name)
{
	struct way *w = way_find(bootstrap);

	if (w == NULL || w->server == NULL)
		return NULL;
	for (unsigned i = 0; i < w->server->config->device_count; i++)
		if (strcmp(w->server->config->device[i].name, name) == 0)
			return &w->server->config->device[i];
	return NULL;
}

kern_return_t do_bootstrap_device_io(mach_port_t bootstrap, name_t name,
				     mach_port_t *io)
{
	const struct config_device *d;

	name_end(name);
	d = device_of(bootstrap, name);
	if (d == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	return device_io_open(authority[BOOTSTRAP_DEVICE_MASTER],
			      d->io_base, d->io_count, io);
}

kern_return_t do_bootstrap_device_irq(mach_port_t bootstrap, name_t name,
				      mach_port_t notify, mach_port_t *irq)
{
	const struct config_device *d;
	kern_return_t kr;

	name_end(name);
	d = device_of(bootstrap, name);
	if (d == NULL)
		return BOOTSTRAP_NOT_PRIVILEGED;
	kr = device_irq_open(authority[BOOTSTRAP_DEVICE_MASTER], d->line,
			     notify, irq);
	if (kr == KERN_SUCCESS)
		mach_port_deallocate(mach_task_self(), notify);
	return kr;
}

/* A server that runs, for a caller with the grant; set on success only. */
static kern_return_t running_server(mach_port_t bootstrap, char *name,
				    unsigned grant, struct server **server)
{
	struct way *w = way_find(bootstrap);
	struct server *s;

	name_end(name);
	if (w == NULL || w->server == NULL ||
	    !(w->server->config->grants & grant))
		return BOOTSTRAP_NOT_PRIVILEGED;
	s = server_by_name(name);
	if (s == NULL || s->task == TASK_NULL)
		return BOOTSTRAP_UNKNOWN_SERVICE;
	*server = s;
	return BOOTSTRAP_SUCCESS;
}

kern_return_t do_bootstrap_kill(mach_port_t bootstrap, name_t name)
{
	struct server *s;
	kern_return_t kr = running_server(bootstrap, name, GRANT_KILL, &s);

	if (kr == BOOTSTRAP_SUCCESS)
		server_end(s, true, "killed on request");
	return kr;
}

kern_return_t do_bootstrap_server_task(mach_port_t bootstrap, name_t name,
				       mach_port_t *task)
{
	struct server *s;
	kern_return_t kr = running_server(bootstrap, name, GRANT_TASKS, &s);

	if (kr == BOOTSTRAP_SUCCESS)
		*task = s->task;
	return kr;
}
