/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machtop: what the tasks of this host do, again and again: threads, share of
 * a processor, memory, page faults, messages.
 *
 * Rates are differences between two looks, so the first table comes after one
 * interval. On a terminal the table fills the window and keys are obeyed; a
 * pipe, or -b, gets one table after the other.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/watch.h"

#define LINE	   200
#define NAME_WIDTH 22

static const char usage_text[] =
	"usage: machtop [-b] [-d SECONDS] [-n COUNT] [-s cpu|mem|msg|id|tree]\n"
	"Shows the tasks of this host: threads, processor time, memory, page\n"
	"faults and messages per second, names of rights.\n"
	"  -b  one table after the other, for pipes\n"
	"  -d  seconds between two looks (0.1 to 3600; 1)\n"
	"  -n  so many tables, then end\n"
	"  -s  what to sort by (cpu); tree: each task below the one that it was\n"
	"      created from, a step to the right\n"
	"Keys: q end, c m s i t sort by processor, memory, messages, id, tree.\n";

struct row {
	const struct watch_task *task;
	double cpu, faults, sent, received; /* of a second */
	int depth; /* in the tree, if that is shown */
};

static struct {
	bool batch;
	double delay;
	long count; /* 0: for ever */
	char sort;
} want = {.delay = 1, .sort = 'c'};

static volatile sig_atomic_t ended, resized;

/* --- looks --- */

struct look {
	struct watch_task *tasks;
	size_t count;
	double at;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct look look(host_priv_t host)
{
	struct look l = {.at = now()};

	l.tasks = watch_tasks(host, &l.count);
	return l;
}

static const struct watch_task *same(const struct look *l, int64_t id)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->tasks[i].stat[TASK_STAT_ID] == id)
			return &l->tasks[i];
	return NULL;
}

/* What a counter grew by in a second; a task that was not there had zero. */
static double rate(const struct row *r, const struct watch_task *before,
		   int word, double seconds)
{
	int64_t was = before ? before->stat[word] : 0;
	int64_t is = r->task->stat[word];

	return is > was && seconds > 0 ? (double)(is - was) / seconds : 0;
}

static double sort_value(const struct row *r)
{
	switch (want.sort) {
	case 'm':
		return (double)r->task->stat[TASK_STAT_RESIDENT];
	case 's':
		return r->sent + r->received;
	case 'i':
	case 't':
		return -(double)r->task->stat[TASK_STAT_ID];
	default:
		return r->cpu;
	}
}

static int by_value(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	double d = sort_value(y) - sort_value(x);
	int64_t ids = x->task->stat[TASK_STAT_ID] - y->task->stat[TASK_STAT_ID];

	return d > 0 ? 1 : d < 0 ? -1 : ids > 0 ? 1 : ids < 0 ? -1 : 0;
}

/* Those created from `parent` and theirs, from out[n] on; the new n. from: by id;
 * whose parent is gone counts as nobody's. */
static size_t family(struct row *out, size_t n, const struct row *from,
		     size_t count, const struct look *all, int64_t parent,
		     int depth)
{
	for (size_t i = 0; i < count; i++) {
		const int64_t *stat = from[i].task->stat;
		int64_t of = stat[TASK_STAT_PARENT];

		if ((same(all, of) ? of : 0) != parent)
			continue;
		out[n] = from[i];
		out[n++].depth = depth;
		n = family(out, n, from, count, all, stat[TASK_STAT_ID],
			   depth + 1);
	}
	return n;
}

static struct row *tree(struct row *rows, const struct look *all)
{
	struct row *out = watch_alloc(NULL, all->count, sizeof(*out));

	family(out, 0, rows, all->count, all, 0, 0);
	free(rows);
	return out;
}

static struct row *compare(const struct look *old, const struct look *new)
{
	struct row *rows = watch_alloc(NULL, new->count, sizeof(*rows));
	double seconds = new->at - old->at;

	for (size_t i = 0; i < new->count; i++) {
		struct row *r = &rows[i];
		r->task = &new->tasks[i];
		r->depth = 0;
		const struct watch_task *b =
			same(old, r->task->stat[TASK_STAT_ID]);
		r->cpu = rate(r, b, TASK_STAT_TIME, seconds) / 1e7;
		r->faults = rate(r, b, TASK_STAT_FAULTS, seconds);
		r->sent = rate(r, b, TASK_STAT_SENT, seconds);
		r->received = rate(r, b, TASK_STAT_RECEIVED, seconds);
	}
	qsort(rows, new->count, sizeof(*rows), by_value);
	return want.sort == 't' ? tree(rows, new) : rows;
}

/* --- the table --- */

/* At most so wide: 1234567 -> 1.2M. Units of 1000, or of 1024 for bytes. */
static const char *number(double n, double unit, char *out)
{
	static const char suffix[] = " KMGT";
	unsigned i = 0;

	while (n >= (unit == 1024 ? 1000 : 100000) && i < 4) {
		n /= unit;
		i++;
	}
	if (i == 0)
		sprintf(out, "%.0f", n);
	else
		sprintf(out, n < 10 ? "%.1f%c" : "%.0f%c", n, suffix[i]);
	return out;
}

static void put_line(const char *line, int width, bool screen)
{
	if (screen)
		printf("%.*s\033[K\r\n", width, line);
	else
		printf("%s\n", line);
}

static void put_row(const struct row *r, int width, bool screen)
{
	char line[LINE], mem[16], faults[16], sent[16], received[16];
	int step = r->depth < 10 ? r->depth : 10, left = NAME_WIDTH - step;

	snprintf(line, sizeof(line),
		 "%5lld %*s%-*.*s %4lld %6.1f %7s %7s %7s %7s %6lld",
		 (long long)r->task->stat[TASK_STAT_ID], step, "", left, left,
		 r->task->name[0] ? r->task->name : "-",
		 (long long)r->task->stat[TASK_STAT_THREADS], r->cpu,
		 number((double)r->task->stat[TASK_STAT_RESIDENT], 1024, mem),
		 number(r->faults, 1000, faults), number(r->sent, 1000, sent),
		 number(r->received, 1000, received),
		 (long long)r->task->stat[TASK_STAT_NAMES]);
	put_line(line, width, screen);
}

static void put_table(const struct row *rows, size_t count, int width,
		      int height, bool screen)
{
	long long threads = 0;
	double cpu = 0, messages = 0;
	char line[LINE], sent[16];

	for (size_t i = 0; i < count; i++) {
		threads += rows[i].task->stat[TASK_STAT_THREADS];
		cpu += rows[i].cpu;
		messages += rows[i].sent;
	}
	if (screen)
		printf("\033[H");
	snprintf(line, sizeof(line),
		 "%zu tasks, %lld threads, %.1f%% of a processor, "
		 "%s messages a second",
		 count, threads, cpu, number(messages, 1000, sent));
	put_line(line, width, screen);
	put_line("", width, screen);
	put_line("   ID NAME                    THR   CPU%     MEM "
		 "FAULT/S  SENT/S  RECV/S  NAMES",
		 width, screen);
	for (size_t i = 0; i < count && (!screen || (int)i < height - 4); i++)
		put_row(&rows[i], width, screen);
	if (screen)
		printf("\033[J");
	else
		printf("\n");
	fflush(stdout);
}

/* --- the terminal --- */

static struct termios saved;

static void on_signal(int number)
{
	if (number == SIGWINCH)
		resized = 1;
	else
		ended = 1;
}

static void screen_begin(void)
{
	struct sigaction act = {.sa_handler = on_signal};
	struct termios raw;

	tcgetattr(STDIN_FILENO, &saved);
	raw = saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	sigaction(SIGWINCH, &act, NULL);
	printf("\033[?1049h\033[?25l");
}

static void screen_end(void)
{
	printf("\033[?25h\033[?1049l");
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void window(int *width, int *height)
{
	struct winsize w;

	*width = 80;
	*height = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row) {
		*width = w.ws_col;
		*height = w.ws_row;
	}
}

/* Waits until then, or for a key or a new size of the window: true. */
static bool wait_keys(double until)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	double left = until - now();
	char key;

	if (left < 0)
		left = 0;
	if (poll(&in, 1, (int)(left * 1000) + 1) <= 0 || ended)
		return resized;
	if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q')
		ended = 1;
	else if (strchr("cmsit", key))
		want.sort = key;
	return true;
}

/* --- */

static void pause_for(double until)
{
	double left = until - now();
	struct timespec t = {(time_t)left,
			     (long)((left - (double)(time_t)left) * 1e9)};

	while (left > 0 && nanosleep(&t, &t) && errno == EINTR)
		;
}

static void batch(host_priv_t host)
{
	struct look old = look(host);

	for (long n = 0; !want.count || n < want.count; n++) {
		pause_for(old.at + want.delay);
		struct look new = look(host);
		struct row *rows = compare(&old, &new);
		put_table(rows, new.count, LINE, 0, false);
		free(rows);
		free(old.tasks);
		old = new;
		if (ferror(stdout))
			exit(1);
	}
}

static void draw(const struct look *old, const struct look *new)
{
	struct row *rows = compare(old, new);
	int width, height;

	window(&width, &height);
	put_table(rows, new->count, width, height, true);
	free(rows);
}

static void interactive(host_priv_t host)
{
	struct look old = look(host), new;
	double first = old.at + (want.delay < 0.3 ? want.delay : 0.3);

	screen_begin();
	pause_for(first);
	new = look(host);
	for (long n = 1; !ended; n++) {
		draw(&old, &new);
		while (!ended && now() < new.at + want.delay)
			if (wait_keys(new.at + want.delay) && !ended) {
				resized = 0;
				draw(&old, &new);
			}
		if (ended || n == want.count)
			break;
		free(old.tasks);
		old = new;
		new = look(host);
	}
	screen_end();
}

[[gnu::noreturn]] static void misuse(const char *what, const char *argument)
{
	fprintf(stderr, "machtop: %s%s\n%s", what, argument, usage_text);
	exit(2);
}

static double number_of(const char *text, double least, double most)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || *end || !(n >= least && n <= most))
		misuse("not a number in range: ", text);
	return n;
}

static char sort_of(const char *text)
{
	if (!strcmp(text, "cpu") || !strcmp(text, "mem") || !strcmp(text, "id") ||
	    !strcmp(text, "tree"))
		return text[0];
	if (!strcmp(text, "msg"))
		return 's';
	misuse("cannot sort by ", text);
}

int main(int argc, char **argv)
{
	int option;

	if (argc == 2 && !strcmp(argv[1], "--help"))
		return fputs(usage_text, stdout) < 0;
	opterr = 0;
	while ((option = getopt(argc, argv, "bd:n:s:")) != -1) {
		if (option == 'b')
			want.batch = true;
		else if (option == 'd')
			want.delay = number_of(optarg, 0.1, 3600);
		else if (option == 'n')
			want.count = (long)number_of(optarg, 1, 1e6);
		else if (option == 's')
			want.sort = sort_of(optarg);
		else
			misuse("no such option, or nothing behind it: ",
			       argv[optind - 1]);
	}
	if (optind < argc)
		misuse("what is ", argv[optind]);
	watch_program = "machtop";
	host_priv_t host = watch_host();
	if (want.batch || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		batch(host);
	else
		interactive(host);
	return 0;
}
