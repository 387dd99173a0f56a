/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sorts: sorting methods at work side by side, a thread for each.
 *
 * Each thread sorts an array of its own, the same numbers for all, and shows
 * every change; the first thread draws all of them as bars. What is drawn is
 * read while it changes: a bar may be one step old, never torn, since a number
 * is one word. On anything but a terminal, or with -b, only the end is told.
 *
 * Three of the methods take time with the square of the count: that is what is
 * to be seen.
 */
#include <errno.h>
#include <mach/cthreads.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PANEL = 13,	/* columns of a method; six fill 78 */
	BAR = PANEL - 1,
	ROWS = 20,	/* numbers that are shown */
	NUMBERS_MAX = 10000,
	FRAME = 50,	/* ms between two pictures */
	TOLD = 500,	/* ms between two lines of progress */
	DELAY_MAX = 10000,
	SEED_MAX = 1 << 30,
};

static const char usage_text[] =
	"usage: sorts [-b] [-n COUNT] [-d MS] [-s SEED]\n"
	"Six sorting methods in six threads, shown live as bars.\n"
	"  -b  no picture: a line for each method when it is done\n"
	"  -n  so many numbers (20; at most 20 are shown, 10000 without).  Bubble,\n"
	"      insertion and selection take a hundred times as long for ten\n"
	"      times as many\n"
	"  -d  milliseconds a change takes (30; without picture 0)\n"
	"  -s  another order to begin with\n";

struct sort {
	const char *name;
	void (*run)(struct sort *s);
	volatile int *a; /* (owner writes, all read) */
	volatile long compared, moved;
	volatile bool done;
};

static struct {
	bool quiet;
	int count, delay;
	unsigned seed;
} want = {.count = ROWS, .delay = -1, .seed = 1};

static volatile sig_atomic_t ended;

/* ---- what methods are made of ---- */

/* Where nothing is shown nobody has to see each step: no trap for it. */
static void pause_a_step(void)
{
	if (want.delay > 0)
		thread_switch(THREAD_NULL, SWITCH_OPTION_WAIT, want.delay);
	else if (!want.quiet)
		cthread_yield();
	if (ended)
		cthread_exit(NULL);
}

static bool less(struct sort *s, int i, int j)
{
	s->compared++;
	return s->a[i] < s->a[j];
}

static void swap(struct sort *s, int i, int j)
{
	int was = s->a[i];

	s->a[i] = s->a[j];
	s->a[j] = was;
	s->moved++;
	pause_a_step();
}

/* ---- methods ---- */

static void bubble(struct sort *s)
{
	bool again = true;

	for (int end = want.count - 1; again; end--) {
		again = false;
		for (int i = 0; i < end; i++) {
			if (!less(s, i + 1, i))
				continue;
			swap(s, i, i + 1);
			again = true;
		}
	}
}

/* Every gap-th number: insertion. */
static void insert_by(struct sort *s, int gap)
{
	for (int i = gap; i < want.count; i++)
		for (int j = i; j >= gap && less(s, j, j - gap); j -= gap)
			swap(s, j, j - gap);
}

static void insertion(struct sort *s)
{
	insert_by(s, 1);
}

static void shell(struct sort *s)
{
	int gap = 1;

	while (gap < want.count / 3)
		gap = gap * 3 + 1;
	for (; gap > 0; gap /= 3)
		insert_by(s, gap);
}

static void selection(struct sort *s)
{
	for (int i = 0; i + 1 < want.count; i++) {
		int least = i;

		for (int j = i + 1; j < want.count; j++)
			if (less(s, j, least))
				least = j;
		if (least != i)
			swap(s, i, least);
	}
}

/* Lets the number at i sink to its place among the first n. */
static void sink(struct sort *s, int i, int n)
{
	for (;;) {
		int child = 2 * i + 1;

		if (child >= n)
			return;
		if (child + 1 < n && less(s, child, child + 1))
			child++;
		if (!less(s, i, child))
			return;
		swap(s, i, child);
		i = child;
	}
}

static void heap(struct sort *s)
{
	for (int i = want.count / 2; i-- > 0;)
		sink(s, i, want.count);
	for (int n = want.count - 1; n > 0; n--) {
		swap(s, 0, n);
		sink(s, 0, n);
	}
}

static void quick_range(struct sort *s, int from, int to)
{
	while (to - from > 1) {
		int middle = from;

		swap(s, from, from + (to - from) / 2);
		for (int i = from + 1; i < to; i++)
			if (less(s, i, from) && ++middle != i)
				swap(s, i, middle);
		if (middle != from)
			swap(s, from, middle);
		/* The shorter half calls, the longer goes on: little stack. */
		if (middle - from < to - middle) {
			quick_range(s, from, middle);
			from = middle + 1;
		} else {
			quick_range(s, middle + 1, to);
			to = middle;
		}
	}
}

static void quick(struct sort *s)
{
	quick_range(s, 0, want.count);
}

static struct sort sorts[] = {
	{.name = "bubble", .run = bubble},
	{.name = "insertion", .run = insertion},
	{.name = "selection", .run = selection},
	{.name = "shell", .run = shell},
	{.name = "heap", .run = heap},
	{.name = "quick", .run = quick},
};
enum { SORTS = sizeof(sorts) / sizeof(sorts[0]) };

/* ---- the picture ---- */

/* A number between 1 and count, as so many characters. */
static void bar(int number, bool done)
{
	int length = (number * BAR + want.count - 1) / want.count;

	printf("%s%.*s\e[0m%*s", done ? "\e[32m" : "", length, "############",
	       PANEL - length, "");
}

static void picture(void)
{
	int rows = want.count < ROWS ? want.count : ROWS;

	printf("\e[H");
	for (int s = 0; s < SORTS; s++)
		printf("%-*s", PANEL, sorts[s].name);
	printf("\e[K\r\n");
	for (int row = 0; row < rows; row++) {
		for (int s = 0; s < SORTS; s++)
			bar(sorts[s].a[row], sorts[s].done);
		printf("\e[K\r\n");
	}
	for (int s = 0; s < SORTS; s++)
		printf("%-*ld", PANEL, sorts[s].moved);
	printf("\e[K\r\n");
	fflush(stdout);
}

static int count_done(void)
{
	int n = 0;

	for (int s = 0; s < SORTS; s++)
		n += sorts[s].done;
	return n;
}

static void show(void)
{
	printf("\e[2J\e[?25l");
	while (!ended && count_done() < SORTS) {
		picture();
		thread_switch(THREAD_NULL, SWITCH_OPTION_WAIT, FRAME);
	}
	picture();
	printf("\e[?25h");
	fflush(stdout);
}

/* Without a picture: one line that is renewed, for who waits at a terminal. */
static void tell_progress(void)
{
	for (int ms = FRAME; !ended && count_done() < SORTS; ms += FRAME) {
		long moved = 0;

		thread_switch(THREAD_NULL, SWITCH_OPTION_WAIT, FRAME);
		if (ms % TOLD != 0)
			continue;
		for (int s = 0; s < SORTS; s++)
			moved += sorts[s].moved;
		fprintf(stderr, "\r%d of %d done, %ld moved", count_done(),
			SORTS, moved);
	}
	fputs("\r\e[K", stderr);
}

/* ---- threads ---- */

static any_t sort_thread(any_t arg)
{
	struct sort *s = arg;

	cthread_set_name(cthread_self(), s->name);
	s->run(s);
	s->done = true;
	return NULL;
}

static bool is_sorted(const struct sort *s)
{
	for (int i = 0; i < want.count; i++)
		if (s->a[i] != i + 1)
			return false;
	return true;
}

/* 1 to count in an order that depends on the seed only. */
static void shuffle(int *a)
{
	unsigned state = want.seed;

	for (int i = 0; i < want.count; i++) {
		int j;

		state = state * 1664525u + 1013904223u;
		j = (int)((state >> 8) % (unsigned)(i + 1));
		a[i] = a[j];
		a[j] = i + 1;
	}
}

static void begin(cthread_t *threads)
{
	int *order = malloc(sizeof(int) * (size_t)want.count);

	if (order == NULL)
		abort();
	shuffle(order);
	for (int s = 0; s < SORTS; s++) {
		int *copy = malloc(sizeof(int) * (size_t)want.count);

		if (copy == NULL)
			abort();
		memcpy(copy, order, sizeof(int) * (size_t)want.count);
		sorts[s].a = copy;
	}
	free(order);
	for (int s = 0; s < SORTS; s++)
		threads[s] = cthread_fork(sort_thread, &sorts[s]);
}

static int report(void)
{
	int bad = 0;

	for (int s = 0; s < SORTS; s++) {
		const struct sort *m = &sorts[s];

		if (want.quiet)
			printf("%-10s %ld compared, %ld moved, %s\n", m->name,
			       m->compared, m->moved,
			       is_sorted(m) ? "sorted" : "NOT SORTED");
		bad += !is_sorted(m);
	}
	return bad != 0 && !ended;
}

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

[[gnu::noreturn, gnu::format(printf, 1, 2)]] static void
misused(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("sorts: ", stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n%s", usage_text);
	exit(2);
}

static int number_of(int option, const char *text, long least, long most)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end != '\0')
		misused("-%c wants a number, not \"%s\"", option, text);
	if (errno || value < least || value > most)
		misused("-%c wants %ld to %ld, not %s", option, least, most,
			text);
	return (int)value;
}

static void options(int argc, char **argv)
{
	want.quiet = !isatty(1);
	for (int c; (c = getopt(argc, argv, ":bn:d:s:")) != -1;) {
		if (c == 'b')
			want.quiet = true;
		else if (c == 'n')
			want.count = number_of(c, optarg, 1, NUMBERS_MAX);
		else if (c == 'd')
			want.delay = number_of(c, optarg, 0, DELAY_MAX);
		else if (c == 's')
			want.seed = (unsigned)number_of(c, optarg, 0, SEED_MAX);
		else if (c == ':')
			misused("-%c wants a number", optopt);
		else
			misused("unknown option -%c", optopt);
	}
	if (optind != argc)
		misused("\"%s\"? There are only options", argv[optind]);
	if (!want.quiet && want.count > ROWS)
		misused("at most %d numbers are shown; more with -b", ROWS);
	if (want.delay < 0)
		want.delay = want.quiet ? 0 : 30;
}

int main(int argc, char **argv)
{
	cthread_t threads[SORTS];

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	opterr = 0;
	options(argc, argv);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	begin(threads);
	if (!want.quiet)
		show();
	else if (isatty(2))
		tell_progress();
	for (int s = 0; s < SORTS; s++)
		cthread_join(threads[s]);
	return report();
}
