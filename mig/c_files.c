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

/* Words of C, and names that the stubs need themselves. */
static bool is_taken(const char *name)
{
	static const char *const words[] = {
	    "auto",	"break",    "case",	 "char",    "const",
	    "continue", "default",  "do",	 "double",  "else",
	    "enum",	"extern",   "float",	 "for",	    "goto",
	    "if",	"inline",   "int",	 "long",    "register",
	    "restrict", "return",   "short",	 "signed",  "sizeof",
	    "static",	"struct",   "switch",	 "typedef", "union",
	    "unsigned", "void",	    "volatile",	 "while",   "asm",
	    "bool",	"true",	    "false",	 "Mess",    "RetCode",
	    "InHeadP",	"OutHeadP", "ReplyPort", "InSize",  "OutSize",
	    "InLeft",	"OutLeft",  "Req",	 "Rep",	    "Bad",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	return false;
}

static void check_words(const struct interface *interface)
{
	for (unsigned i = 0; i < interface->routine_count; i++) {
		const struct routine *routine = interface->routines[i];

		if (is_taken(routine->name))
			diag_error(&routine->pos, "`%s' cannot be a name in C",
				   routine->name);
		for (unsigned j = 0; j < routine->arg_count; j++)
			if (is_taken(routine->args[j]->name))
				diag_error(&routine->args[j]->pos,
					   "`%s' cannot be a name in C",
					   routine->args[j]->name);
	}
}

/* What the kernel's contract has no place for. */
static void check_kernel_arg(const struct arg *arg)
{
	const struct type *type = arg->type;
	bool right = type_has_ports(type) || type_is_polymorphic_sent(type) ||
		     type_is_polymorphic_received(type);

	if (arg->role == ROLE_REPLY_PORT && (arg->sides & SIDE_SERVER))
		diag_error(&arg->pos, "a kernel routine sees no reply port");
	else if (type->indefinite)
		diag_error(&arg->pos, "array[] in a kernel routine: use ^ or "
				      "a limit");
	else if (right && !type->out_of_line && type->form != FORM_SCALAR)
		diag_error(&arg->pos, "an array of ports in line in a kernel "
				      "routine: use ^");
	else if ((right || type->out_of_line) &&
		 arg->direction == (DIR_IN | DIR_OUT))
		diag_error(&arg->pos, "rights and memory of a kernel routine "
				      "go in or out, not both");
}

static void check_kernel(const struct interface *interface)
{
	for (unsigned i = 0; i < interface->routine_count; i++) {
		const struct routine *routine = interface->routines[i];

		for (unsigned j = 0; j < routine->arg_count; j++)
			check_kernel_arg(routine->args[j]);
	}
}

static void write_files(const struct interface *interface,
			const struct options *options)
{
	const struct outputs *outputs = &options->outputs;
	struct c_file f = {
	    .interface = interface,
	    .idiom = options->manual ? &c_mach25 : &c_mach3,
	    .kernel = options->kernel,
	};

	check_words(interface);
	if (options->kernel)
		check_kernel(interface);
	if (diag_errors() > 0)
		return;
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
