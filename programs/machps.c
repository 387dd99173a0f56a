/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machps: ps as Mach's was: processes as tasks and threads, with priorities.
 *
 * The columns are those of the ps of 4.3BSD on Mach. What a process is comes
 * from /proc, so everybody may use it; `ps` itself stays the UNIX system's.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/watch.h"

#define LINE	 4096
#define IDLE	 20 /* seconds; who sleeps longer is idle */
#define SECOND	 1000000000ull
#define KILOBYTE 1024.0

static const char usage_text[] =
	"usage: machps [-acluxmw] [PID...]\n"
	"Shows processes: those of one's own that have a terminal, or those "
	"named.\n"
	"  -a  of all users        -x  those without a terminal, too\n"
	"  -u  with memory and share of a processor, by which they are sorted\n"
	"  -l  with parents, lowest priorities of threads, and what is waited "
	"for\n"
	"  -m  each thread on a line, with its priority and times\n"
	"  -c  names in place of arguments\n"
	"  -w  132 columns; twice: whole lines\n"
	"STAT: R runs or may, S sleeps, I longer than 20 seconds, U cannot be\n"
	"interrupted, T stopped, H halted, Z waits for its parent; then N less\n"
	"urgent than others, < more.\n";

static struct {
	bool everybody, no_terminal, names;
	char format; /* u, l, m; 0: short */
	int wide;
} want;

[[gnu::noreturn]] static void misuse(const char *what, const char *argument)
{
	fprintf(stderr, "machps: %s%s (machps --help)\n", what, argument);
	exit(2);
}

/* --- values --- */

/* Three digits: 936K 3.84M 45.2M. */
static const char *size_text(uint64_t bytes, char out[16])
{
	double n = (double)bytes / KILOBYTE;
	const char *unit = "KMGT";

	for (; n >= 1000 && unit[1]; unit++)
		n /= KILOBYTE;
	snprintf(out, 16, "%.*f%c", *unit == 'K' || n >= 100 ? 0 :
		 n >= 10 ? 1 : 2, n, *unit);
	return out;
}

static const char *minutes(uint64_t ns, char out[24])
{
	unsigned long long s = ns / SECOND;

	snprintf(out, 24, "%llu:%02llu", s / 60, s % 60);
	return out;
}

static const char *hundredths(uint64_t ns, char out[24])
{
	unsigned long long h = ns / (SECOND / 100);

	snprintf(out, 24, "%llu:%02llu.%02llu", h / 6000, h / 100 % 60,
		 h % 100);
	return out;
}

static const char *user_name(unsigned uid)
{
	static unsigned last;
	static char name[16];
	const struct passwd *who;

	if (*name && uid == last)
		return name;
	who = getpwuid(uid);
	if (who)
		snprintf(name, sizeof(name), "%.8s", who->pw_name);
	else
		snprintf(name, sizeof(name), "%u", uid);
	last = uid;
	return name;
}

static const char *terminal(const struct process *p)
{
	return p->terminal ? "co" : "?";
}

static double percent_used(const struct process *p)
{
	unsigned usage = 0;

	for (size_t n = 0; n < p->count; n++)
		usage += p->threads[n].usage;
	return usage / 10.0;
}

static double percent_memory(const struct process *p)
{
	static uint64_t total;

	if (!total)
		total = process_memory();
	return total ? (double)p->resident * 100 / (double)total : 0;
}

static char thread_letter(const struct process *p,
			  const struct process_thread *t)
{
	if (p->state == 'T')
		return 'T';
	return t->state == 'S' && t->sleep > IDLE ? 'I' : t->state;
}

/* A process is what its liveliest thread is. */
static char letter(const struct process *p)
{
	static const char order[] = "RUSITH";
	const char *best = NULL;

	if (p->state == 'Z' || p->state == 'T')
		return p->state;
	if (p->state == 'D')
		return 'U';
	for (size_t n = 0; n < p->count; n++) {
		char l = thread_letter(p, &p->threads[n]);
		const char *at = strchr(order, l);
		if (at && (!best || at < best))
			best = at;
	}
	return best ? *best : p->state;
}

static const char *state(const struct process *p, char l, char out[4])
{
	snprintf(out, 4, "%c%s", l,
		 p->nice > 0 ? "N" : p->nice < 0 ? "<" : "");
	return out;
}

/* The lowest of all threads, which is what the process can count on. */
static void lowest(const struct process *p, int *current, int *most)
{
	*current = *most = p->count ? 31 : 0;
	for (size_t n = 0; n < p->count; n++) {
		const struct process_thread *t = &p->threads[n];
		if (t->current < *current)
			*current = t->current;
		if (t->most < *most)
			*most = t->most;
	}
}

/* What the first thread waits for in the UNIX server. */
static const char *waits(const struct process *p)
{
	if (!p->count || !strcmp(p->threads[0].waits, "-"))
		return "0";
	return p->threads[0].waits;
}

static void command(const struct process *p, char *out, size_t size)
{
	if (p->state == 'Z')
		snprintf(out, size, "<defunct>");
	else if (want.names)
		snprintf(out, size, "%s", p->name);
	else if (*p->command)
		snprintf(out, size, "%s", p->command);
	else
		snprintf(out, size, "(%s)", p->name);
}

/* --- lines --- */

static unsigned columns(void)
{
	struct winsize w;

	if (want.wide > 1)
		return LINE;
	if (want.wide)
		return 132;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col >= 40)
		return w.ws_col;
	return 80;
}

static void put(const char *line)
{
	static unsigned width;

	if (!width)
		width = columns();
	printf("%.*s\n", (int)width, line);
}

static void put_short(const struct process *p)
{
	char line[LINE], what[LINE - 64], s[4], time[24];

	command(p, what, sizeof(what));
	snprintf(line, sizeof(line), "%5d %-2s %-4s%6s %s", p->pid, terminal(p),
		 state(p, letter(p), s), minutes(p->time, time), what);
	put(line);
}

static void put_user(const struct process *p)
{
	char line[LINE], what[LINE - 128], s[4], time[24], size[16], in[16];

	command(p, what, sizeof(what));
	snprintf(line, sizeof(line),
		 "%-8s %5d %5.1f %4.1f %5s %5s %-2s %-4s%6s %s",
		 user_name(p->uid), p->pid, percent_used(p), percent_memory(p),
		 size_text(p->size, size), size_text(p->resident, in),
		 terminal(p), state(p, letter(p), s), minutes(p->time, time),
		 what);
	put(line);
}

static void put_long(const struct process *p)
{
	char line[LINE], what[LINE - 128], s[4], time[24], size[16], in[16];
	int current, most;

	lowest(p, &current, &most);
	command(p, what, sizeof(what));
	snprintf(line, sizeof(line),
		 "%d %5u %5d %5d %3.0f %3d %4d %5s %5s %6.6s  %-4s %-2s%5s %s",
		 p->state != 'Z', p->uid, p->pid, p->parent, percent_used(p),
		 current, most, size_text(p->size, size),
		 size_text(p->resident, in), waits(p), state(p, letter(p), s),
		 terminal(p), minutes(p->time, time), what);
	put(line);
}

static void put_thread(const struct process *p, const struct process_thread *t,
		       bool first)
{
	char line[LINE], what[LINE - 128] = "", who[32] = "", s[4];
	char system[24], user[24];

	if (first) {
		command(p, what, sizeof(what));
		snprintf(who, sizeof(who), "%-8s %5d  %-2s", user_name(p->uid),
			 p->pid, terminal(p));
	}
	snprintf(line, sizeof(line), "%-18s%5.1f  %-4s %3d%10s%10s%s%s", who,
		 t->usage / 10.0,
		 state(p, p->count ? thread_letter(p, t) : letter(p), s),
		 t->current, hundredths(t->system, system),
		 hundredths(t->user, user), first ? "  " : "", what);
	put(line);
}

static void put_threads(const struct process *p)
{
	static const struct process_thread none;

	if (!p->count)
		put_thread(p, &none, true);
	for (size_t n = 0; n < p->count; n++)
		put_thread(p, &p->threads[n], n == 0);
}

static const struct {
	char option;
	const char *head;
	void (*put)(const struct process *);
} formats[] = {
	{0, "  PID TT STAT  TIME COMMAND", put_short},
	{'u', "USER       PID  %CPU %MEM VSIZE RSIZE TT STAT  TIME COMMAND",
	 put_user},
	{'l',
	 "F   UID   PID  PPID  CP PRI  MAX VSIZE RSIZE  WCHAN  STAT TT TIME COMMAND",
	 put_long},
	{'m', "USER       PID  TT %CPU  STAT PRI    SYSTEM      USER  COMMAND",
	 put_threads},
};

/* --- which, and in what order --- */

static bool is_shown(const struct process *p)
{
	return (want.everybody || p->uid == geteuid()) &&
	       (want.no_terminal || p->terminal);
}

static int by_use(const void *a, const void *b)
{
	const struct process *x = a, *y = b;
	double d = percent_used(y) - percent_used(x);

	return d > 0 ? 1 : d < 0 ? -1 : x->pid - y->pid;
}

static struct process *chosen(size_t *count)
{
	struct process *all = process_all(count);
	size_t n = 0;

	for (size_t i = 0; i < *count; i++) {
		if (is_shown(&all[i]))
			all[n++] = all[i];
		else
			process_free(&all[i]);
	}
	*count = n;
	return all;
}

/* The processes of these numbers; a complaint for each that is not there. */
static struct process *named(char **numbers, int how_many, size_t *count)
{
	struct process *some = watch_alloc(NULL, (size_t)how_many,
					   sizeof(*some));

	for (int i = 0; i < how_many; i++) {
		char *end;
		long pid = strtol(numbers[i], &end, 10);
		if (end == numbers[i] || *end || pid <= 0 || pid > 0x7fffffff)
			misuse("not a process number: ", numbers[i]);
		if (process_read((int)pid, &some[*count]))
			++*count;
		else
			fprintf(stderr, "machps: no process %ld\n", pid);
	}
	return some;
}

static void choose_format(const char *option)
{
	if (want.format && want.format != *option)
		misuse("one of -u, -l and -m, not two", "");
	want.format = *option;
}

/* As in 1983 the dash may be missing. */
static void options(const char *letters)
{
	for (const char *o = letters + (*letters == '-'); *o; o++) {
		const char name[] = {'-', *o, '\0'};
		if (*o == 'a')
			want.everybody = true;
		else if (*o == 'x')
			want.no_terminal = true;
		else if (*o == 'c')
			want.names = true;
		else if (*o == 'w')
			want.wide++;
		else if (strchr("ulm", *o))
			choose_format(o);
		else
			misuse("no such option: ", name);
	}
}

static int show(struct process *list, size_t count)
{
	unsigned f = 0;

	while (formats[f].option != want.format)
		f++;
	if (want.format == 'u')
		qsort(list, count, sizeof(*list), by_use);
	put(formats[f].head);
	for (size_t n = 0; n < count; n++) {
		formats[f].put(&list[n]);
		process_free(&list[n]);
	}
	free(list);
	return fflush(stdout) || ferror(stdout);
}

int main(int argc, char **argv)
{
	size_t count = 0;
	int at = 1;

	watch_program = "machps";
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return fputs(usage_text, stdout) < 0;
	while (at < argc && (at == 1 || argv[at][0] == '-') &&
	       !(argv[at][0] >= '0' && argv[at][0] <= '9'))
		options(argv[at++]);
	if (at == argc) {
		struct process *all = chosen(&count);
		return show(all, count);
	}
	struct process *some = named(argv + at, argc - at, &count);
	int failed = show(some, count);
	return failed || (int)count < argc - at;
}
