/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mig, the interface compiler: definitions in, stubs out.
 *
 *	mig [options] file.defs
 *
 * -header F, -user F, -server F, -sheader F, -describe F name the files made;
 * -kernel, -25, -s, -v, -q and -lang L say how; any other option goes to the
 * preprocessor. Exit status: 0, 1 for errors in the file, 2 for bad usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "lex.h"
#include "mem.h"
#include "parse.h"
#include "source.h"

static const struct backend *const backends[] = {&backend_c, &backend_man};

struct command {
	struct options options;
	const char *file;
	char **cpp; /* options for the preprocessor */
	int cpp_count;
};

static void usage(const char *why)
{
	fprintf(stderr,
		"mig: %s\n"
		"usage: mig [-I dir] [-D name] [-kernel] [-25] [-s] [-v] [-q]\n"
		"           [-header F] [-user F] [-server F] [-sheader F]\n"
		"           [-describe F] [-lang c] file.defs\n"
		"       mig -lang man -man DIR [-text F] file.defs\n",
		why);
	exit(2);
}

static void to_cpp(struct command *command, const char *option)
{
	command->cpp = mem_grow(command->cpp, ((size_t)command->cpp_count + 1) *
						  sizeof(*command->cpp));
	command->cpp[command->cpp_count++] = mem_format("%s", option);
}

/* Where the value of an option goes; NULL: it has none. */
static const char **value_of(struct options *options, const char *option)
{
	const struct {
		const char *name;
		const char **value;
	} table[] = {
	    {"-header", &options->outputs.header},
	    {"-user", &options->outputs.user},
	    {"-server", &options->outputs.server},
	    {"-sheader", &options->outputs.server_header},
	    {"-describe", &options->outputs.description},
	    {"-lang", &options->language},
	    {"-man", &options->outputs.man},
	    {"-text", &options->outputs.man_text},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(option, table[i].name) == 0)
			return table[i].value;
	return NULL;
}

/* -Q, -V, -S and -R undo, or say what is so anyway. */
static bool take_flag(struct command *command, const char *option)
{
	struct options *options = &command->options;

	if (strcmp(option, "-kernel") == 0) {
		options->kernel = true;
		to_cpp(command, "-DKERNEL_SERVER=1");
	} else if (strcmp(option, "-25") == 0) {
		options->manual = true;
		to_cpp(command, "-DMIG_25=1");
	} else if (strcmp(option, "-s") == 0 || strcmp(option, "-S") == 0) {
		options->symbols = option[1] == 's';
	} else if (strcmp(option, "-v") == 0 || strcmp(option, "-V") == 0) {
		options->verbose = option[1] == 'v';
	} else {
		return strcmp(option, "-q") == 0 || strcmp(option, "-Q") == 0 ||
		       strcmp(option, "-r") == 0;
	}
	return true;
}

/* Options of the preprocessor whose value is the next word. */
static bool takes_word(const char *option)
{
	static const char *const words[] = {
	    "-I",	"-D",	   "-U",  "-include", "-imacros",
	    "-isystem", "-iquote", "-MF", "-MT",      "-MQ",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(option, words[i]) == 0)
			return true;
	return false;
}

static struct command parse_command(int argc, char **argv)
{
	struct command command = {0};

	for (int i = 1; i < argc; i++) {
		const char **value = value_of(&command.options, argv[i]);
		bool word = takes_word(argv[i]);

		if ((value != NULL || word) && i + 1 == argc)
			usage(mem_format("%s needs a value", argv[i]));
		if (value != NULL) {
			*value = argv[++i];
		} else if (word) {
			to_cpp(&command, argv[i++]);
			to_cpp(&command, argv[i]);
		} else if (argv[i][0] == '-' && argv[i][1] != '\0') {
			if (!take_flag(&command, argv[i]))
				to_cpp(&command, argv[i]);
		} else if (command.file != NULL) {
			usage("more than one file");
		} else {
			command.file = argv[i];
		}
	}
	if (command.file == NULL)
		usage("no file");
	if (command.options.kernel && command.options.manual)
		usage("-kernel and -25 exclude each other");
	return command;
}

static const struct backend *find_backend(const char *language)
{
	if (language == NULL)
		return backends[0];
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (strcmp(language, backends[i]->language) == 0)
			return backends[i];
	usage(mem_format("no back end for %s", language));
	return NULL;
}

static void tell(const struct interface *interface)
{
	printf("subsystem %s, ids %d to %d\n", interface->name, interface->base,
	       interface->base + interface->id_count - 1);
	for (unsigned i = 0; i < interface->routine_count; i++) {
		const struct routine *routine = interface->routines[i];

		printf("%6d %-32s request %u..%u", routine->id, routine->name,
		       routine->request.min_bytes, routine->request.max_bytes);
		if (!routine->simple)
			printf(" reply %u..%u", routine->reply.min_bytes,
			       routine->reply.max_bytes);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	struct command command = parse_command(argc, argv);
	const struct backend *backend = find_backend(command.options.language);
	const char *text =
	    source_read(command.file, command.cpp, command.cpp_count);
	struct interface *interface = parse_interface(lex_all(text));

	if (diag_errors() > 0)
		return 1;
	if (command.options.verbose)
		tell(interface);
	backend->name_outputs(interface, &command.options);
	backend->write(interface, &command.options);
	return diag_errors() > 0;
}
