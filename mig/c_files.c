/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files the C back end makes.
 */
#include <errno.h>
#include <string.h>

#include "backend.h"
#include "c.h"
#include "mem.h"

static void name_outputs(const struct interface *interface,
			 struct options *options)
{
	struct outputs *outputs = &options->outputs;
	const char *name = interface->name;

	if (outputs->server == NULL)
		outputs->server = mem_format("%sServer.c", name);
	if (options->kernel)
		return; /* the kernel is no client of itself */
	if (outputs->header == NULL)
		outputs->header = mem_format("%s.h", name);
	if (outputs->user == NULL)
		outputs->user = mem_format("%sUser.c", name);
	if (outputs->description == NULL)
		outputs->description = mem_format("%sDescribe.c", name);
}

/* False if the file is not wanted. */
static bool open_file(struct c_file *f, const char *name)
{
	f->name = name;
	if (name == NULL || strcmp(name, "/dev/null") == 0)
		return false;
	f->file = fopen(name, "w");
	if (f->file == NULL)
		diag_fatal("cannot write %s: %s", name, strerror(errno));
	f->depth = 0;
	return true;
}

static void close_file(struct c_file *f)
{
	int failed = ferror(f->file);

	if (fclose(f->file) != 0 || failed)
		diag_fatal("cannot write %s", f->name);
}

/* An interface of the kernel alone: servers and clients use the other names. */
static void write_files(const struct interface *interface,
			const struct options *options)
{
	const struct outputs *outputs = &options->outputs;
	struct c_file f = {
		.interface = interface,
		.idiom = options->manual ? &c_mach25 : &c_mach3,
		.kernel = options->kernel,
	};

	if (open_file(&f, outputs->server)) {
		c_write_server(&f, options->symbols);
		close_file(&f);
	}
	if (open_file(&f, outputs->server_header)) {
		c_write_server_header(&f);
		close_file(&f);
	}
	if (open_file(&f, outputs->header)) {
		c_write_header(&f);
		close_file(&f);
	}
	if (open_file(&f, outputs->user)) {
		c_write_user(&f);
		close_file(&f);
	}
	if (open_file(&f, outputs->description)) {
		c_write_description(&f);
		close_file(&f);
	}
}

const struct backend backend_c = {
	.language = "c",
	.name_outputs = name_outputs,
	.write = write_files,
};
