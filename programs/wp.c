/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wp: a word processor of three threads that share one text.
 *
 *	service		keys, the text, files, the screen (the first thread)
 *	spelling	looks at lines that changed, marks words nobody knows
 *	cursor		gives the cursor the shape of the place it is at
 *
 * One mutex guards the text and the screen. Spelling waits for `edited`, takes
 * a copy of a line, looks the words up without the mutex, and marks the line
 * if it is still the same. The cursor thread waits for `moved`.
 */
#include <ctype.h>
#include <errno.h>
#include <mach/cthreads.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/document.h"
#include "lib/spell.h"

static const char usage_text[] =
	"usage: wp [-w WORDS] FILE\n"
	"       wp -c [-w WORDS] FILE\n"
	"A small word processor; words that are not known are underlined while\n"
	"you type. WORDS: a file of known words, one a line.\n"
	"  -c  only list the words of FILE that are not known\n"
	"Keys: arrows, Home, End, Backspace; ^S write, ^Q end (asks first if there\n"
	"is something to write).\n";

#define CONTROL(letter) ((letter) & 0x1f)

enum shape { BLOCK = 2, UNDERLINE = 4, BAR = 6 }; /* as terminals number them */

static struct mutex lock = MUTEX_INITIALIZER; /* of all that follows */
static struct condition edited = CONDITION_INITIALIZER;
static struct condition moved = CONDITION_INITIALIZER;
static struct document document;
static const char *file;
static const char *note = "";
static const char asked[] = "^S write, ^Q again: end without";
static int top, rows = 24, columns = 80;
static bool ended;
static enum shape shape;

static volatile sig_atomic_t resized;
static struct termios before;

/* ---- the screen: the mutex is held ---- */

static void put_line(const struct line *l)
{
	bool on = false;
	int chars = 0;

	for (int i = 0; i < l->length; i++) {
		chars += !document_tail(l->text[i]);
		if (chars > columns)
			break;
		if (l->marked[i] != on)
			fputs(on ? "\e[24m" : "\e[4m", stdout);
		on = l->marked[i];
		putchar(l->text[i]);
	}
	fputs(on ? "\e[24m\e[K\r\n" : "\e[K\r\n", stdout);
}

/* Of the cursor, in characters. */
static int column_here(void)
{
	return document_chars(document.lines[document.row], document.column);
}

static void put_status(void)
{
	char text[256];
	int n = snprintf(text, sizeof(text),
			 " %.30s%s  line %d column %d  %d words, %d unknown  %s",
			 file, document.changed ? " *" : "", document.row + 1,
			 column_here() + 1, document_words(&document),
			 document_marks(&document),
			 note[0] != '\0' ? note : "^S write ^Q end");

	if (note == asked)
		n = snprintf(text, sizeof(text), " %s: %.30s", asked, file);
	n = n < columns ? n : columns;
	printf("\e[7m%.*s%*s\e[27m", n, text, columns - n, "");
}

static void draw(void)
{
	if (document.row < top)
		top = document.row;
	if (document.row >= top + rows - 1)
		top = document.row - rows + 2;
	fputs("\e[?25l\e[H", stdout);
	for (int i = top; i < top + rows - 1; i++) {
		if (i < document.count)
			put_line(document.lines[i]);
		else
			fputs("\e[K\r\n", stdout);
	}
	put_status();
	printf("\e[%d;%dH\e[?25h", document.row - top + 1, column_here() + 1);
	fflush(stdout);
}

static void find_size(void)
{
	struct winsize size;

	if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row > 1 &&
	    size.ws_col > 1) {
		rows = size.ws_row;
		columns = size.ws_col;
	}
}

/* ---- the spelling thread ---- */

/* Marks the words of a line's copy; the word at the cursor is being typed. */
static void spell(struct line *l, int cursor)
{
	memset(l->marked, 0, sizeof(l->marked));
	for (int from = 0, to; from < l->length; from = to + 1) {
		to = from;
		while (to < l->length && spell_letter(l->text[to]))
			to++;
		if (to > from && to != cursor &&
		    !spell_knows(l->text + from, (size_t)(to - from)))
			memset(l->marked + from, true, (size_t)(to - from));
	}
}

/* A line whose marks are old; NULL: none. */
static struct line *stale_line(void)
{
	for (int i = 0; i < document.count; i++)
		if (document.lines[i]->stale)
			return document.lines[i];
	return NULL;
}

/* Is the line still in the text? */
static bool still_there(const struct line *l)
{
	for (int i = 0; i < document.count; i++)
		if (document.lines[i] == l)
			return true;
	return false;
}

static void spell_one(struct line *l)
{
	struct line copy = *l;
	int cursor = document.lines[document.row] == l ? document.column : -1;

	l->stale = false;
	mutex_unlock(&lock);
	spell(&copy, cursor);
	mutex_lock(&lock);
	if (!still_there(l) || l->version != copy.version ||
	    memcmp(l->marked, copy.marked, sizeof(copy.marked)) == 0)
		return;
	memcpy(l->marked, copy.marked, sizeof(copy.marked));
	draw();
	condition_signal(&moved);
}

static any_t spelling(any_t arg)
{
	cthread_set_name(cthread_self(), "spelling");
	mutex_lock(&lock);
	while (!ended) {
		struct line *l = stale_line();

		if (l != NULL)
			spell_one(l);
		else
			condition_wait(&edited, &lock);
	}
	mutex_unlock(&lock);
	return arg;
}

/* ---- the cursor thread ---- */

static enum shape shape_here(void)
{
	const struct line *l = document.lines[document.row];

	if (l->marked[document.column] ||
	    (document.column > 0 && l->marked[document.column - 1]))
		return UNDERLINE;
	return document.column == l->length ? BAR : BLOCK;
}

static any_t cursor(any_t arg)
{
	cthread_set_name(cthread_self(), "cursor");
	mutex_lock(&lock);
	while (!ended) {
		enum shape now = shape_here();

		if (now == shape) {
			condition_wait(&moved, &lock);
			continue;
		}
		shape = now;
		printf("\e[%d q", (int)shape);
		fflush(stdout);
	}
	mutex_unlock(&lock);
	return arg;
}

/* ---- the service thread ---- */

static void save(void)
{
	if (document_write(&document, file))
		note = "written";
	else
		note = errno != 0 ? strerror(errno) : "not an ordinary file";
}

static void obey_letter(char c)
{
	switch (c) {
	case 'A':
		document_move(&document, -1, 0);
		break;
	case 'B':
		document_move(&document, 1, 0);
		break;
	case 'C':
		document_move(&document, 0, 1);
		break;
	case 'D':
		document_move(&document, 0, -1);
		break;
	case 'H':
		document_home(&document);
		break;
	case 'F':
		document_end(&document);
		break;
	}
}

/* ^Q: at once if all is written, else at the second one in a row. */
static bool may_end(bool again)
{
	if (document.changed && !again)
		note = asked;
	return again || !document.changed;
}

static void obey(char c)
{
	bool again = note == asked, fits = true;

	note = "";
	if (c == '\r' || c == '\n')
		fits = document_newline(&document);
	else if (c == 0x7f || c == '\b')
		document_erase(&document);
	else if (c == CONTROL('S'))
		save();
	else if (c == CONTROL('Q'))
		ended = may_end(again);
	else if ((unsigned char)c >= ' ')
		fits = document_type(&document, c);
	if (!fits)
		note = "no room";
}

/* ESC [ X is a key; what follows ESC otherwise is not looked at. */
static void key(char c)
{
	static int escape; /* 1: ESC was seen, 2: and [ */
	struct line *was = document.lines[document.row];

	if (escape == 2) {
		escape = isdigit((unsigned char)c) || c == ';' ? 2 : 0;
		obey_letter(c);
	} else if (escape == 1) {
		escape = c == '[' || c == 'O' ? 2 : 0;
	} else if (c == '\e') {
		escape = 1;
	} else {
		obey(c);
	}
	/* The word that was being typed has been left. */
	if (still_there(was))
		was->stale = true;
	document.lines[document.row]->stale = true;
}

static void serve(void)
{
	char c;

	for (;;) {
		ssize_t n = read(0, &c, 1);

		mutex_lock(&lock);
		if (n == 1)
			key(c);
		else if (n == 0 || errno != EINTR)
			ended = true;
		if (resized) {
			resized = 0;
			find_size();
		}
		draw();
		condition_signal(&edited);
		condition_signal(&moved);
		mutex_unlock(&lock);
		if (ended) /* only this thread sets it */
			return;
	}
}

static void on_resize(int number)
{
	(void)number;
	resized = 1;
}

static bool terminal_on(void)
{
	struct sigaction action = {.sa_handler = on_resize};
	struct termios raw;

	if (tcgetattr(0, &before) != 0 || !isatty(1))
		return false;
	raw = before;
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	sigaction(SIGWINCH, &action, NULL);
	find_size();
	return tcsetattr(0, TCSAFLUSH, &raw) == 0;
}

static int edit(void)
{
	cthread_t speller, shaper;

	if (!terminal_on()) {
		fputs("wp: needs a terminal\n", stderr);
		return 1;
	}
	fputs("\e[2J", stdout);
	mutex_lock(&lock);
	draw();
	mutex_unlock(&lock);
	speller = cthread_fork(spelling, NULL);
	shaper = cthread_fork(cursor, NULL);
	serve();
	cthread_join(speller);
	cthread_join(shaper);
	tcsetattr(0, TCSADRAIN, &before);
	printf("\e[0 q\e[H\e[2J");
	return 0;
}

/* ---- the beginning ---- */

static int list_unknown(void)
{
	for (int row = 0; row < document.count; row++) {
		struct line *l = document.lines[row];

		spell(l, -1);
		for (int i = 0; i < l->length; i++) {
			if (!l->marked[i])
				continue;
			putchar(l->text[i]);
			if (!l->marked[i + 1])
				putchar('\n');
		}
	}
	return 0;
}

static int failed(const char *name)
{
	fprintf(stderr, "wp: %s: %s\n", name,
		errno != 0 ? strerror(errno) : "too many lines");
	return 1;
}

static int misused(const char *why)
{
	fprintf(stderr, "wp: %s\n%s", why, usage_text);
	return 2;
}

int main(int argc, char **argv)
{
	bool check = false;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	opterr = 0;
	for (int c; (c = getopt(argc, argv, ":cw:")) != -1;) {
		if (c == 'c')
			check = true;
		else if (c == ':')
			return misused("-w wants a file of words");
		else if (c != 'w')
			return misused("an unknown option");
		else if (!spell_read(optarg))
			return failed(optarg);
	}
	if (optind + 1 != argc)
		return misused(optind == argc ? "which FILE?" :
						"one FILE only");
	file = argv[optind];
	document_init(&document);
	if (!document_read(&document, file) && (check || errno != ENOENT))
		return failed(file);
	return check ? list_unknown() : edit();
}
