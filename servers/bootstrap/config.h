/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration file: which servers there are, what each may do, and what
 * happens when it ends. docs/bootstrap.md gives the grammar.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <servers/bootstrap_defs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_WORD_MAX	    128
#define CONFIG_ARGS_MAX	    16
#define CONFIG_SERVICES_MAX 16
#define CONFIG_DEVICES_MAX  4

#define GRANT(which) (1u << (which)) /* BOOTSTRAP_HOST_PRIV ... */
#define GRANT_KILL   (1u << 8)
#define GRANT_SERVERS (1u << 9) /* bootstrap_create_server */
#define GRANT_TASKS  (1u << 10) /* bootstrap_server_task */

enum config_when { WHEN_ALWAYS, WHEN_TEST, WHEN_NO_TEST };

struct config_device {
	char name[CONFIG_WORD_MAX];
	uint32_t io_base, io_count;
	uint32_t line;
};

struct config_server {
	struct config_server *next;
	char name[CONFIG_WORD_MAX];
	char program[CONFIG_WORD_MAX]; /* path in the archive */
	char arg[CONFIG_ARGS_MAX][CONFIG_WORD_MAX];
	unsigned arg_count; /* without the name */
	char service[CONFIG_SERVICES_MAX][CONFIG_WORD_MAX];
	unsigned service_count;
	struct config_device device[CONFIG_DEVICES_MAX];
	unsigned device_count;
	unsigned grants;
	enum config_when when;
	bool restart;
	bool state; /* its successor pulls state from the corpse */
	bool family;   /* the tasks it made end with it */
	bool critical; /* the machine ends when it is not started again */
};

/* All servers in the file's order; NULL and *error ("line 3: unknown word") if
 * something is wrong. An empty file is an error, too. */
struct config_server *config_parse(const char *text, size_t size,
				   const char **error);

/* A server of its own from a command "PROGRAM ARG...", in which # is a
 * character like others; to be freed. NULL: it
 * is empty, too long or there is no memory. */
struct config_server *config_command(const char *command);

#endif
