/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portmap: who holds which right to whom, as a table or as a picture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/portgraph.h"

static const char usage_text[] =
	"usage: portmap [-svg] [-t TASK]\n"
	"Shows which task holds which right to which port, and who receives\n"
	"from that port: a table, a line for each name.\n"
	"  -svg  a picture instead, an SVG document: portmap -svg >map.svg\n"
	"  -t    only what concerns this task (its name, number, or process id)\n"
	"In the table NAME is hexadecimal; REFS counts a name's user\n"
	"references; queue 2/5: two messages wait, five may.\n";

/* A right to receive: how full the port is, in which set, and whether anybody can
 * send. */
static void state_of(const struct graph *g, const struct graph_right *r,
		     char *out, size_t room)
{
	const struct graph_port *p = &g->ports[r->port];
	char set[24] = "";

	if (p->set >= 0)
		snprintf(set, sizeof(set), ", set%u", g->ports[p->set].number);
	snprintf(out, room, "p%u, queue %lld/%lld%s%s", p->number,
		 (long long)p->queued, (long long)p->qlimit, set,
		 p->holders || r->right.word[RIGHT_STAT_UREFS] ?
			 "" : ", no senders");
}

static void put_right(const struct graph *g, const struct graph_right *r)
{
	const int64_t *w = r->right.word;
	char kind[GRAPH_KIND], to[GRAPH_LABEL] = "";

	if (w[RIGHT_STAT_TYPE] & MACH_PORT_TYPE_RECEIVE)
		state_of(g, r, to, sizeof(to));
	else if (r->port >= 0)
		graph_label(g, r->port, to);
	/* 80 columns at most. */
	printf("%-16.16s %8llx %-12s %4lld  %.34s\n",
	       g->tasks[r->holder].name,
	       (unsigned long long)w[RIGHT_STAT_NAME],
	       graph_kind(w[RIGHT_STAT_TYPE], kind),
	       (long long)w[RIGHT_STAT_UREFS], to);
}

static void put_table(const struct graph *g, int only)
{
	printf("%-16s %8s %-12s %4s  %s\n", "HOLDER", "NAME", "RIGHT", "REFS",
	       "TO");
	for (size_t i = 0; i < g->right_count; i++)
		if (graph_concerns(g, &g->rights[i], only))
			put_right(g, &g->rights[i]);
}

[[gnu::noreturn]] static void misuse(const char *what, const char *argument)
{
	fprintf(stderr, "portmap: %s%s\n%s", what, argument, usage_text);
	exit(2);
}

static int task_index(const struct graph *g, const char *name)
{
	const struct watch_task *t = watch_find(g->tasks, g->task_count, name);

	if (!t) {
		fprintf(stderr, "portmap: no task \"%s\"\n", name);
		exit(1);
	}
	return (int)(t - g->tasks);
}

int main(int argc, char **argv)
{
	const char *task = NULL;
	bool picture = false;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help"))
			return fputs(usage_text, stdout) < 0;
		if (!strcmp(argv[i], "-svg") || !strcmp(argv[i], "--svg"))
			picture = true;
		else if (!strcmp(argv[i], "-t") && i + 1 < argc)
			task = argv[++i];
		else if (argv[i][0] == '-')
			misuse("no such option, or nothing behind it: ",
			       argv[i]);
		else
			misuse("what is ", argv[i]);
	}
	watch_program = "portmap";
	struct graph *g = graph_make(watch_host());
	int only = task ? task_index(g, task) : -1;
	if (picture)
		graph_draw(g, only);
	else
		put_table(g, only);
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
