/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptydrive SCRIPT COMMAND ARG...: runs COMMAND on a terminal of its own and
 * plays SCRIPT, one step a line:
 *	send TEXT	type TEXT; \r \n \t \e \\ and \xNN are understood
 *	expect TEXT	wait until TEXT is seen behind what was matched so far
 *	refuse TEXT	TEXT must not stand in what was matched by the last expect
 *	size R C	the window becomes R rows of C columns
 *	timeout S	from now on wait at most S seconds for a TEXT (default 20)
 *	status N	wait for the end; the exit status must be N
 * Ends with 0 when all steps held; otherwise says which did not and shows what
 * the terminal showed.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SHOWN_MAX = 1 << 22 };

static char shown[SHOWN_MAX]; /* all the terminal ever showed */
static size_t shown_length;
static size_t matched;      /* end of the last match */
static size_t match_begin;  /* where the search for it began */
static int master = -1;
static pid_t child;
static int patience = 20; /* seconds */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

[[gnu::noreturn]] static void fail(int line, const char *why)
{
	size_t from = shown_length > 4000 ? shown_length - 4000 : 0;

	fprintf(stderr, "ptydrive: line %d: %s; the terminal showed:\n", line,
		why);
	fwrite(shown + from, 1, shown_length - from, stderr);
	fputc('\n', stderr);
	if (child > 0)
		kill(child, SIGTERM);
	exit(1);
}

/* Takes what the terminal shows; false at its end or when seconds passed. */
static bool look(double seconds)
{
	struct pollfd p = { master, POLLIN, 0 };
	ssize_t n;

	if (seconds <= 0 || poll(&p, 1, (int)(seconds * 1000) + 1) <= 0)
		return false;
	n = read(master, shown + shown_length, SHOWN_MAX - 1 - shown_length);
	if (n <= 0)
		return false;
	shown_length += (size_t)n;
	return true;
}

static char unescape(const char **at)
{
	static const char names[] = "rnte\\";
	static const char values[] = "\r\n\t\033\\";
	const char *p = *at;
	const char *name = strchr(names, *p);
	char digits[3] = {};

	*at = p + 1;
	if (*p == 'x' && p[1] != '\0' && p[2] != '\0') {
		memcpy(digits, p + 1, 2);
		*at = p + 3;
		return (char)strtol(digits, NULL, 16);
	}
	return *p != '\0' && name != NULL ? values[name - names] : *p;
}

/* In place; returns the length. */
static size_t unescape_all(char *text)
{
	const char *from = text;
	char *to = text;

	while (*from != '\0')
		if (*from == '\\' && from[1] != '\0') {
			from++;
			*to++ = unescape(&from);
		} else {
			*to++ = *from++;
		}
	*to = '\0';
	return (size_t)(to - text);
}

static void do_send(int line, char *text)
{
	size_t n = unescape_all(text);

	if (write(master, text, n) != (ssize_t)n)
		fail(line, "cannot type");
}

static void do_expect(int line, char *text)
{
	double until = now() + patience;
	size_t n = unescape_all(text);
	char *at;

	match_begin = matched;
	while ((at = memmem(shown + matched, shown_length - matched, text,
			    n)) == NULL)
		if (!look(until - now()))
			fail(line, "not seen");
	matched = (size_t)(at - shown) + n;
}

static void do_refuse(int line, char *text)
{
	size_t n = unescape_all(text);

	if (memmem(shown + match_begin, matched - match_begin, text, n) != NULL)
		fail(line, "seen, but must not be");
}

static void do_size(int line, const char *text)
{
	struct winsize w = {};

	if (sscanf(text, "%hu %hu", &w.ws_row, &w.ws_col) != 2 ||
	    ioctl(master, TIOCSWINSZ, &w) != 0)
		fail(line, "cannot set the window size");
}

static void do_status(int line, const char *text)
{
	double until = now() + patience;
	int status;
	char why[60];

	while (look(until - now()))
		;
	if (now() >= until)
		fail(line, "it does not end");
	if (waitpid(child, &status, 0) != child)
		fail(line, "it is gone already");
	child = 0;
	snprintf(why, sizeof(why), "the wait status is %#x", status);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != atoi(text))
		fail(line, why);
}

static void step(int line, char *text)
{
	char *rest = strchr(text, ' ');

	if (text[0] == '#' || text[0] == '\0')
		return;
	if (rest == NULL)
		fail(line, "malformed step");
	*rest++ = '\0';
	if (strcmp(text, "send") == 0)
		do_send(line, rest);
	else if (strcmp(text, "expect") == 0)
		do_expect(line, rest);
	else if (strcmp(text, "refuse") == 0)
		do_refuse(line, rest);
	else if (strcmp(text, "size") == 0)
		do_size(line, rest);
	else if (strcmp(text, "timeout") == 0)
		patience = atoi(rest);
	else if (strcmp(text, "status") == 0)
		do_status(line, rest);
	else
		fail(line, "unknown step");
}

int main(int argc, char **argv)
{
	struct winsize w = { .ws_row = 24, .ws_col = 80 };
	char *text = NULL;
	size_t capacity = 0;
	ssize_t n;
	FILE *script;

	if (argc < 3 || (script = fopen(argv[1], "r")) == NULL) {
		fputs("usage: ptydrive SCRIPT COMMAND ARG...\n", stderr);
		return 2;
	}
	child = forkpty(&master, NULL, NULL, &w);
	if (child == 0) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	for (int line = 1; (n = getline(&text, &capacity, script)) > 0;
	     line++) {
		if (text[n - 1] == '\n')
			text[n - 1] = '\0';
		step(line, text);
	}
	if (child > 0)
		kill(child, SIGTERM);
	return 0;
}
