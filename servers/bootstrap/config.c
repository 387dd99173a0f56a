/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parsing: one statement a line, words between blanks, # begins a comment. A
 * line "server NAME PROGRAM ARGS" begins a server, the lines after it describe
 * it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX (CONFIG_ARGS_MAX + 3)
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))

struct line {
	char word[WORDS_MAX][CONFIG_WORD_MAX];
	unsigned count;
};

struct parser {
	struct config_server *first, *last;
	const char *error;
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Words up to the end or to the character that begins a comment, if there is
 * one. NULL or what is wrong. */
static const char *line_split(struct line *l, const char *at, const char *end,
			      char comment)
{
	if (comment != '\0')
		end = memchr(at, comment, (size_t)(end - at)) ?: end;
	l->count = 0;
	for (;;) {
		const char *start;

		while (at < end && blank(*at))
			at++;
		if (at == end)
			return NULL;
		start = at;
		while (at < end && !blank(*at))
			at++;
		if (l->count == WORDS_MAX)
			return "too many words";
		if (at - start >= CONFIG_WORD_MAX)
			return "a word is too long";
		memcpy(l->word[l->count], start, (size_t)(at - start));
		l->word[l->count++][at - start] = '\0';
	}
}

static void copy_word(char *to, const char *from)
{
	memcpy(to, from, strlen(from) + 1);
}

static void server_add(struct parser *p, struct config_server *s)
{
	if (p->last != NULL)
		p->last->next = s;
	else
		p->first = s;
	p->last = s;
}

static void parse_server(struct parser *p, const struct line *l)
{
	struct config_server *s = calloc(1, sizeof *s);

	if (s == NULL) {
		p->error = "no memory";
		return;
	}
	server_add(p, s);
	s->restart = true;
	if (l->count < 2) {
		p->error = "a server needs a name";
		return;
	}
	copy_word(s->name, l->word[1]);
	if (l->count > 2)
		copy_word(s->program, l->word[2]);
	else
		snprintf(s->program, sizeof s->program, "mach/servers/%.100s", s->name);
	for (unsigned i = 3; i < l->count; i++)
		copy_word(s->arg[s->arg_count++], l->word[i]);
}

static void parse_services(struct parser *p, const struct line *l)
{
	struct config_server *s = p->last;

	for (unsigned i = 1; i < l->count; i++) {
		if (s->service_count == CONFIG_SERVICES_MAX) {
			p->error = "too many services";
			return;
		}
		copy_word(s->service[s->service_count++], l->word[i]);
	}
}

static unsigned grant_of(const char *word)
{
	static const struct {
		const char *word;
		unsigned grant;
	} grants[] = {
		{"host_priv", GRANT(BOOTSTRAP_HOST_PRIV)},
		{"pset", GRANT(BOOTSTRAP_PSET_CONTROL)},
		{"device_master", GRANT(BOOTSTRAP_DEVICE_MASTER)},
		{"archive", GRANT(BOOTSTRAP_ARCHIVE)},
		{"kill", GRANT_KILL},
		{"servers", GRANT_SERVERS},
		{"tasks", GRANT_TASKS},
	};

	for (unsigned i = 0; i < COUNT(grants); i++)
		if (strcmp(word, grants[i].word) == 0)
			return grants[i].grant;
	return 0;
}

static void parse_grant(struct parser *p, const struct line *l)
{
	for (unsigned i = 1; i < l->count; i++) {
		unsigned grant = grant_of(l->word[i]);

		if (grant == 0) {
			p->error = "unknown grant";
			return;
		}
		p->last->grants |= grant;
	}
}

static bool number(const char *word, uint32_t *value)
{
	char *end;
	unsigned long n = strtoul(word, &end, 0);

	*value = (uint32_t)n;
	return *word != '\0' && *end == '\0' && n <= UINT32_MAX;
}

/* device NAME IO-BASE IO-COUNT LINE */
static void parse_device(struct parser *p, const struct line *l)
{
	struct config_server *s = p->last;
	struct config_device *d = &s->device[s->device_count];

	if (s->device_count == CONFIG_DEVICES_MAX) {
		p->error = "too many devices";
		return;
	}
	if (l->count != 5 || !number(l->word[2], &d->io_base) ||
	    !number(l->word[3], &d->io_count) || !number(l->word[4], &d->line)) {
		p->error = "a device is NAME IO-BASE IO-COUNT LINE";
		return;
	}
	copy_word(d->name, l->word[1]);
	s->device_count++;
}

static void parse_restart(struct parser *p, const struct line *l)
{
	bool always = l->count == 2 && strcmp(l->word[1], "always") == 0;

	if (!always && (l->count != 2 || strcmp(l->word[1], "never") != 0))
		p->error = "restart is always or never";
	p->last->restart = always;
}

static void parse_critical(struct parser *p, const struct line *l)
{
	if (l->count != 1)
		p->error = "critical stands alone";
	p->last->critical = true;
}

static void parse_state(struct parser *p, const struct line *l)
{
	if (l->count != 1)
		p->error = "state stands alone";
	p->last->state = true;
}

static void parse_family(struct parser *p, const struct line *l)
{
	if (l->count != 1)
		p->error = "family stands alone";
	p->last->family = true;
}

static void parse_only(struct parser *p, const struct line *l)
{
	if (l->count == 2 && strcmp(l->word[1], "test") == 0)
		p->last->when = WHEN_TEST;
	else if (l->count == 2 && strcmp(l->word[1], "unix") == 0)
		p->last->when = WHEN_NO_TEST;
	else
		p->error = "only is test or unix";
}

static const struct {
	const char *word;
	void (*parse)(struct parser *p, const struct line *l);
} statements[] = {
	{"server", parse_server},   {"services", parse_services},
	{"grant", parse_grant},	    {"device", parse_device},
	{"restart", parse_restart}, {"critical", parse_critical},
	{"only", parse_only},	    {"state", parse_state},
	{"family", parse_family},
};

static void line_parse(struct parser *p, const struct line *l)
{
	for (unsigned i = 0; i < COUNT(statements); i++) {
		if (strcmp(l->word[0], statements[i].word) != 0)
			continue;
		if (p->last == NULL && statements[i].parse != parse_server)
			p->error = "this belongs to a server";
		else
			statements[i].parse(p, l);
		return;
	}
	p->error = "unknown word";
}

static void all_free(struct config_server *s)
{
	while (s != NULL) {
		struct config_server *next = s->next;

		free(s);
		s = next;
	}
}

static void parse_text(struct parser *p, const char *text, size_t size)
{
	static char message[96];
	static struct line l;
	const char *end = text + size;

	for (unsigned n = 1; text < end && p->error == NULL; n++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		p->error = line_split(&l, text, stop, '#');
		if (p->error == NULL && l.count != 0)
			line_parse(p, &l);
		if (p->error != NULL) {
			snprintf(message, sizeof message, "line %u: %s", n,
				 p->error);
			p->error = message;
		}
		text = stop + 1;
	}
}

struct config_server *config_parse(const char *text, size_t size,
				   const char **error)
{
	struct parser p = {NULL, NULL, NULL};

	parse_text(&p, text, size);
	if (p.error == NULL && p.first == NULL)
		p.error = "names no server";
	if (p.error != NULL) {
		all_free(p.first);
		*error = p.error;
		return NULL;
	}
	return p.first;
}

/* The last part of a path. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

struct config_server *config_command(const char *command)
{
	static struct line l;
	struct config_server *s;
	const char *wrong;

	wrong = line_split(&l, command, command + strlen(command), '\0');
	if (wrong != NULL || l.count == 0 || l.count > CONFIG_ARGS_MAX + 1 ||
	    *base_name(l.word[0]) == '\0')
		return NULL;
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	copy_word(s->name, base_name(l.word[0]));
	copy_word(s->program, l.word[0] + (l.word[0][0] == '/'));
	for (unsigned i = 1; i < l.count; i++)
		copy_word(s->arg[s->arg_count++], l.word[i]);
	s->restart = true;
	return s;
}
