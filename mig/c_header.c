/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers, and the beginning of every file.
 */
#include <ctype.h>

#include "c.h"
#include "mem.h"

void c_preamble(struct c_file *f, const char *what, unsigned side)
{
	const struct interface *interface = f->interface;

	c_line(f, "/* %s: %s. Made by mig; changes are lost. */",
	       interface->name, what);
	if (interface->rcs_id != NULL)
		c_line(f, "/* %s */", interface->rcs_id);
	if (f->kernel) {
		c_line(f, "#include <ipc/kmig.h>");
		c_line(f, "#include <mach/mig_wire.h>");
	}
	c_line(f, "#include <mach/mig_errors.h>");
	c_line(f, "#include <stddef.h>");
	for (unsigned i = 0; i < interface->import_count; i++)
		if (interface->imports[i].sides & side)
			c_line(f, "#include %s", interface->imports[i].file);
	c_blank(f);
}

void c_write_prototypes(struct c_file *f, unsigned side)
{
	const struct interface *interface = f->interface;
	const char *head = f->idiom->header;

	for (unsigned i = 0; i < interface->routine_count; i++)
		c_prototype(f, interface->routines[i], side, ";");
	if (side == SIDE_USER)
		return;
	if (f->kernel)
		c_line(f,
		       "bool %s(struct mig_request *req, struct mig_reply "
		       "*rep);",
		       interface->server_demux);
	else
		c_line(f, "boolean_t %s(%s *in, %s *out);",
		       interface->server_demux, head, head);
}

static const char *guard(const struct c_file *f, const char *side)
{
	char *name = mem_format("MIG_%s_%s_H", f->interface->name, side);

	for (char *p = name; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	return name;
}

static void begin(struct c_file *f, const char *side)
{
	c_line(f, "#ifndef %s", guard(f, side));
	c_line(f, "#define %s", guard(f, side));
	c_blank(f);
}

static uint32_t longest(const struct interface *interface, bool reply)
{
	uint32_t bytes = MESSAGE_RETCODE_BYTES;

	for (unsigned i = 0; i < interface->routine_count; i++) {
		const struct routine *routine = interface->routines[i];
		const struct message *message =
		    reply ? &routine->reply : &routine->request;

		if (message->max_bytes > bytes)
			bytes = message->max_bytes;
	}
	return bytes;
}

static void write_ids(struct c_file *f)
{
	const struct interface *interface = f->interface;

	c_blank(f);
	c_line(f, "#ifndef %s_BASE_ID", interface->name);
	c_line(f, "#define %s_BASE_ID %d", interface->name, interface->base);
	c_line(f, "#define %s_ID_COUNT %d", interface->name,
	       interface->id_count);
	for (unsigned i = 0; i < interface->routine_count; i++)
		c_line(f, "#define MIG_ID_%s %d", interface->routines[i]->name,
		       interface->routines[i]->id);
	c_line(f, "/* The longest messages, in bytes. */");
	c_line(f, "#define %s_REQUEST_MAX %u", interface->name,
	       longest(interface, false));
	c_line(f, "#define %s_REPLY_MAX %u", interface->name,
	       longest(interface, true));
	c_line(f, "#endif");
}

void c_write_header(struct c_file *f)
{
	begin(f, "user");
	c_preamble(f, "client side", SIDE_USER);
	c_write_prototypes(f, SIDE_USER);
	write_ids(f);
	c_blank(f);
	c_line(f, "#endif");
}

void c_write_server_header(struct c_file *f)
{
	begin(f, f->kernel ? "kernel" : "server");
	c_preamble(f, "server side", SIDE_SERVER);
	c_write_prototypes(f, SIDE_SERVER);
	write_ids(f);
	c_blank(f);
	c_line(f, "#endif");
}
