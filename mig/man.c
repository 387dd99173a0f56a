/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The manual: a page of mdoc for each routine, from what the definitions say
 * (prototype, arguments, id) and what people wrote (man_text.h).
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "backend.h"
#include "c.h"
#include "man_text.h"
#include "mem.h"

/* mdoc wants one; it says which edition of the text this is. */
#define EDITION "November 22, 2026"

/* Of the synopsis, which formatters indent by five. */
#define SYNOPSIS_WIDTH 72

static void name_outputs(const struct interface *interface,
			 struct options *options)
{
	(void)interface;
	if (options->outputs.man == NULL)
		diag_fatal("-lang man needs -man DIR");
}

/* Text of a line: a period or quote at its beginning would be a request, and
 * backslashes escape. Long comments are filled by the formatter. */
static void words(FILE *f, const char *text)
{
	if (text[0] == '.' || text[0] == '\'')
		fputs("\\&", f);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", f);
		else
			putc(*text, f);
	}
	putc('\n', f);
}

/* ---- what an argument is ---- */

static const char *right_that_comes(unsigned received)
{
	switch (received) {
	case 16:
		return "a receive right, which is now the caller's";
	case 18:
		return "a send-once right, which is now the caller's";
	default:
		return "a send right, one reference of which is now the "
		       "caller's";
	}
}

static const char *right_words(const struct arg *arg)
{
	const struct ipc_name *send = arg->type->send;

	if (send->class == IPC_POLYMORPHIC)
		return mem_format("a right; %sPoly says which", arg->name);
	if (!(arg->direction & DIR_IN))
		return right_that_comes(arg->type->receive->received);
	switch (send->sent) {
	case 16:
		return "a receive right, which moves";
	case 17:
		return "a send right, which moves";
	case 18:
		return "a send-once right, which moves";
	case 20:
		return "a receive right, of which a send right is made";
	case 21:
		return "a receive right, of which a send-once right is made";
	default:
		return "a send right, of which a copy is sent";
	}
}

static const char *unit_words(const struct type *type)
{
	uint64_t bytes = type_element_bytes(type);

	if (type_has_ports(type))
		return "rights";
	if (bytes == 1)
		return "bytes";
	return mem_format("elements of %llu bytes", (unsigned long long)bytes);
}

static const char *array_words(const struct arg *arg)
{
	const struct type *type = arg->type;
	unsigned long long n = type->count / type_multiplier(type);

	if (type->out_of_line)
		return mem_format("memory of %s, out of line",
				  unit_words(type));
	if (type->form == FORM_STRING)
		return mem_format("a string of at most %llu bytes, its NUL "
				  "included", n);
	if (type->count == 0)
		return mem_format("any number of %s", unit_words(type));
	return mem_format("%s%llu %s", type->varying ? "at most " : "", n,
			  unit_words(type));
}

static const char *data_words(const struct arg *arg)
{
	const struct type *type = arg->type;

	if (type->form == FORM_ARRAY || type->form == FORM_STRING ||
	    type->out_of_line)
		return array_words(arg);
	if (type_has_ports(type) || type_is_polymorphic_sent(type))
		return right_words(arg);
	if (type->form == FORM_STRUCT)
		return mem_format("a structure of %llu bytes",
				  (unsigned long long)type_bytes(type));
	return NULL; /* the prototype says it */
}

static const char *const directions[] = {"", "in", "out", "in and out"};

static const char *role_words(const struct arg *arg)
{
	const char *data;

	switch (arg->role) {
	case ROLE_REQUEST_PORT:
		return "the port that is asked";
	case ROLE_REPLY_PORT:
		return "where the reply shall come to";
	case ROLE_WAIT_TIME:
		return "the longest wait in milliseconds";
	case ROLE_MSG_OPTION:
		return "options for mach_msg";
	case ROLE_MSG_TYPE:
		return "the message's type";
	default:
		data = data_words(arg);
		return data == NULL ? directions[arg->direction] :
				      mem_format("%s: %s",
						 directions[arg->direction],
						 data);
	}
}

static void dealloc_words(FILE *f, const struct arg *arg)
{
	const struct type *type = arg->type;

	if (type->varying)
		fprintf(f, ".Fa %sCnt\ncounts elements.\n", arg->name);
	if (arg->count_in_out)
		fprintf(f, "Before the call it says how many there is room "
			   "for.\n");
	if (type->out_of_line && (arg->direction & DIR_OUT))
		fprintf(f, "The caller releases it with vm_deallocate.\n");
	if ((arg->direction & DIR_IN) && arg->dealloc == CHOICE_YES)
		fprintf(f, "It leaves the caller.\n");
	if ((arg->direction & DIR_IN) && arg->dealloc == CHOICE_RUN_TIME)
		fprintf(f, ".Fa %sDealloc\nsays whether it leaves the "
			   "caller.\n", arg->name);
}

/* What people say comes first; of rights and memory also what mig knows. */
static void argument_words(FILE *f, const struct man_entry *entry,
			   const struct arg *arg)
{
	const char *said = man_text_argument(entry, arg->name);

	if (arg->role != ROLE_DATA) {
		words(f, said != NULL ? said :
					mem_format("%s.", role_words(arg)));
		return;
	}
	words(f, mem_format("%s.", role_words(arg)));
	if (said != NULL)
		words(f, said);
	dealloc_words(f, arg);
}

static void arguments(FILE *f, const struct routine *routine,
		      const struct man_entry *entry)
{
	fprintf(f, ".Sh ARGUMENTS\n.Bl -tag -width Ds\n");
	for (unsigned i = 0; i < routine->arg_count; i++) {
		const struct arg *arg = routine->args[i];

		if (!(arg->sides & SIDE_USER))
			continue;
		fprintf(f, ".It Fa %s\n", arg->name);
		argument_words(f, entry, arg);
	}
	fprintf(f, ".El\n");
}

/* ---- the other sections ---- */

/* The title ends with the first sentence or clause of a comment. */
static const char *title_of(const struct routine *routine,
			    const struct man_entry *entry, const char *comment)
{
	size_t n;

	if (entry != NULL)
		return entry->title;
	if (comment == NULL)
		return mem_format("message %d", routine->id);
	n = strcspn(comment, ".;:");
	return mem_copy(comment, n < 60 ? n : 60);
}

static void synopsis(struct c_file *f, const struct routine *routine)
{
	const char *name = f->interface->name;

	fprintf(f->file, ".Sh SYNOPSIS\n.In mach/%s.h\n.Bd -literal\n",
		strcmp(name, "mach") == 0 ? "mach_interface" : name);
	c_prototype(f, routine, SIDE_USER, ";");
	fprintf(f->file, ".Ed\n");
}

static void description(FILE *f, const struct interface *interface,
			const struct routine *routine,
			const struct man_entry *entry, const char *comment)
{
	bool said = false;

	fprintf(f, ".Sh DESCRIPTION\n");
	for (unsigned i = 0; entry != NULL && i < entry->line_count; i++) {
		if (entry->lines[i].kind != MAN_WORDS)
			continue;
		words(f, entry->lines[i].words);
		said = true;
	}
	if (comment != NULL && !said)
		words(f, comment);
	if (comment != NULL || said)
		fprintf(f, ".Pp\n");
	fprintf(f, "Routine of the interface\n.Em %s ,\n", interface->name);
	if (routine->simple)
		fprintf(f, "message id %d; there is no reply.\n", routine->id);
	else
		fprintf(f, "message id %d, reply %d.\n", routine->id,
			routine->id + 100);
}

static void example(FILE *f, const struct man_entry *entry)
{
	bool begun = false;

	for (unsigned i = 0; entry != NULL && i < entry->line_count; i++) {
		if (entry->lines[i].kind != MAN_EXAMPLE)
			continue;
		if (!begun)
			fprintf(f, ".Sh EXAMPLES\n.Bd -literal\n");
		begun = true;
		words(f, entry->lines[i].words);
	}
	if (begun)
		fprintf(f, ".Ed\n");
}

/* ".Xr NAME 2 ,": each on a line of its own. */
static void references(FILE *f, const char *names)
{
	while (*names != '\0') {
		int n = (int)strcspn(names, " ("), section = 2;
		const char *next = names + strcspn(names, " ");

		if (names[n] == '(')
			section = names[n + 1] - '0';
		next += strspn(next, " ");
		fprintf(f, ".Xr %.*s %d%s\n", n, names, section,
			*next != '\0' ? " ," : "");
		names = next;
	}
}

static void see_also(FILE *f, const struct man_entry *entry)
{
	for (unsigned i = 0; entry != NULL && i < entry->line_count; i++) {
		if (entry->lines[i].kind != MAN_ALSO)
			continue;
		fprintf(f, ".Sh SEE ALSO\n");
		references(f, entry->lines[i].words);
		return;
	}
}

static void code(FILE *f, const char *name, const char *why)
{
	fprintf(f, ".It Er %s\n", name);
	if (why == NULL || why[0] == '\0')
		why = man_text_cause(name);
	words(f, why != NULL ? why : "See mach_error_string.");
}

static void errors(FILE *f, const struct routine *routine,
		   const struct man_entry *entry)
{
	static const char *const usual[] = {"MACH_SEND_INVALID_DEST",
					    "MIG_SERVER_DIED",
					    "MIG_BAD_ARGUMENTS"};
	unsigned count = routine->simple ? 1 : 3;

	fprintf(f, ".Sh ERRORS\n.Bl -tag -width Ds\n");
	if (!routine->simple && routine->kind == ROUTINE)
		code(f, "KERN_SUCCESS", "Done.");
	for (unsigned i = 0; entry != NULL && i < entry->line_count; i++)
		if (entry->lines[i].kind == MAN_CODE)
			code(f, entry->lines[i].key, entry->lines[i].words);
	for (unsigned i = 0; i < count; i++)
		code(f, usual[i], NULL);
	fprintf(f, ".El\n");
}

static void page(struct c_file *f, const struct routine *routine)
{
	const struct man_entry *entry = man_text_find(routine->name);
	const char *comment = man_text_comment(routine);
	char *upper = mem_format("%s", routine->name);

	for (char *p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	fprintf(f->file, ".\\\" Made by mig -lang man; changes are lost.\n");
	fprintf(f->file, ".Dd %s\n.Dt %s 2\n.Os Mach\n", EDITION, upper);
	fprintf(f->file, ".Sh NAME\n.Nm %s\n.Nd ", routine->name);
	words(f->file, title_of(routine, entry, comment));
	synopsis(f, routine);
	arguments(f->file, routine, entry);
	description(f->file, f->interface, routine, entry, comment);
	example(f->file, entry);
	errors(f->file, routine, entry);
	see_also(f->file, entry);
}

static void write_pages(const struct interface *interface,
			const struct options *options)
{
	struct c_file f = {
	    .interface = interface,
	    .idiom = options->manual ? &c_mach25 : &c_mach3,
	    .width = SYNOPSIS_WIDTH,
	};

	man_text_read(options->outputs.man_text);
	for (unsigned i = 0; i < interface->routine_count; i++) {
		const struct routine *routine = interface->routines[i];

		f.name = mem_format("%s/%s.2", options->outputs.man,
				    routine->name);
		f.file = fopen(f.name, "w");
		if (f.file == NULL)
			diag_fatal("cannot write %s: %s", f.name,
				   strerror(errno));
		page(&f, routine);
		if (fclose(f.file) != 0)
			diag_fatal("cannot write %s", f.name);
	}
}

const struct backend backend_man = {
    .language = "man",
    .name_outputs = name_outputs,
    .write = write_pages,
};
