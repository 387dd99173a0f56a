/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C threads in a UNIX process: system calls, errno, malloc and stdio in many
 * threads at once, and what CTHREADS_DEBUG=1 says, to the byte.
 *
 * Runs: unix
 */
#include "lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <mach/cthreads.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 16 };

/* What every thread found wrong, added up. */
static long in_threads(unsigned n, cthread_fn_t body)
{
	cthread_t t[THREADS];
	long bad = 0;

	for (unsigned i = 0; i < n; i++)
		t[i] = cthread_fork(body, (any_t)(long)i);
	for (unsigned i = 0; i < n; i++)
		bad += (long)cthread_join(t[i]);
	return bad;
}

/* ---- errno ---- */

static int fails_with(int which)
{
	switch (which) {
	case 0:
		return open("/no/such/file", O_RDONLY) == -1 ? ENOENT : 0;
	case 1:
		return close(-1) == -1 ? EBADF : 0;
	case 2:
		return mkdir("/tmp", 0700) == -1 ? EEXIST : 0;
	case 3:
		return rmdir("/etc/passwd") == -1 ? ENOTDIR : 0;
	case 4:
		return unlink("/tmp") == -1 ? EISDIR : 0;
	default:
		return kill(0, 1000) == -1 ? EINVAL : 0;
	}
}

static any_t errno_body(any_t arg)
{
	long me = (long)arg, bad = 0;

	for (int i = 0; i < 200; i++) {
		int want = fails_with((int)(me % 6));

		bad += want == 0 || errno != want;
		cthread_yield();
		bad += errno != want || cthread_errno() != want;
		cthread_set_errno_self((int)me + 1000);
		cthread_yield();
		bad += errno != (int)me + 1000;
	}
	return (any_t)bad;
}

/* Checklist: CTH-04 CTH-07 */
static void errno_of_each(void)
{
	errno = 77;
	EQUAL(in_threads(12, errno_body), 0);
	EQUAL(errno, 77);
	EQUAL(cthread_errno(), 77);
}

/* ---- system calls ---- */

static long file_round(const char *path, char fill)
{
	char out[3000], in[3000];
	struct stat st;
	long bad = 0;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	memset(out, fill, sizeof out);
	bad += fd < 0;
	bad += write(fd, out, sizeof out) != sizeof out;
	bad += fstat(fd, &st) != 0 || st.st_size != sizeof out;
	bad += pread(fd, in, sizeof in, 0) != sizeof in;
	bad += memcmp(in, out, sizeof in) != 0;
	bad += close(fd) != 0;
	return bad;
}

static long pipe_round(char fill)
{
	char in = 0;
	int fds[2];
	long bad = pipe(fds) != 0;

	bad += write(fds[1], &fill, 1) != 1;
	bad += read(fds[0], &in, 1) != 1 || in != fill;
	return bad + (close(fds[0]) != 0) + (close(fds[1]) != 0);
}

static any_t calls_body(any_t arg)
{
	pid_t pid = getpid();
	char path[40];
	long bad = 0;

	snprintf(path, sizeof path, "/tmp/calls.%ld", (long)arg);
	for (int i = 0; i < 40; i++) {
		bad += file_round(path, (char)(long)arg);
		bad += pipe_round((char)(long)arg);
		bad += getpid() != pid;
		bad += unlink(path) != 0;
	}
	return (any_t)bad;
}

/* Checklist: CTH-07 */
static void calls_of_all(void)
{
	int before = dup(0);

	close(before);
	EQUAL(in_threads(8, calls_body), 0);
	EQUAL(dup(0), before); /* no descriptor was lost */
	close(before);
}

/* ---- malloc: blocks change hands ---- */

static long *slots[8];

static any_t malloc_body(any_t arg)
{
	unsigned long seed = (unsigned long)arg + 1;
	long bad = 0;

	for (int i = 0; i < 1000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		size_t n = seed >> 40 & 0x3ff;
		long *new = calloc(n + 2, sizeof *new);

		for (size_t j = 0; new != NULL && j < n + 2; j++)
			bad += new[j] != 0;
		new = realloc(new, (2 * n + 2) * sizeof *new);
		new[0] = (long)n;
		new[2 * n + 1] = ~(long)n;
		new = __atomic_exchange_n(&slots[seed >> 60 & 7], new,
					  __ATOMIC_ACQ_REL);
		if (new != NULL)
			bad += new[2 * new[0] + 1] != ~new[0];
		free(new);
	}
	return (any_t)bad;
}

/* Checklist: CTH-08 */
static void malloc_shared(void)
{
	malloc_singlethreaded(); /* a promise that is not kept does no harm */
	EQUAL(in_threads(8, malloc_body), 0);
	for (int i = 0; i < 8; i++)
		free(slots[i]);
}

/* ---- stdio ---- */

enum { LINES = 100 };

static any_t print_body(any_t arg)
{
	for (int i = 0; i < LINES; i++)
		printf("<thread %02ld line %03d %.*s>\n", (long)arg, i, i % 40,
		       "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
	return NULL;
}

/* Each line is whole, and each thread's are in order. */
static int check_lines(FILE *f)
{
	char line[200], want[200];
	int next[THREADS] = {0}, lines = 0;

	while (fgets(line, sizeof line, f) != NULL) {
		long who = atol(line + 8);

		if (who < 0 || who >= THREADS)
			return -1;
		snprintf(want, sizeof want, "<thread %02ld line %03d %.*s>\n",
			 who, next[who], next[who] % 40,
			 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
		if (strcmp(line, want) != 0)
			return -1;
		next[who]++;
		lines++;
	}
	return lines;
}

static void printed_to(int mode)
{
	int saved = dup(1);
	int fd = open("/tmp/lines", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	FILE *f;

	fflush(stdout);
	dup2(fd, 1);
	setvbuf(stdout, NULL, mode, 1024);
	in_threads(THREADS, print_body);
	fflush(stdout);
	dup2(saved, 1);
	setvbuf(stdout, NULL, _IOLBF, 1024);
	close(saved);
	close(fd);
	f = fopen("/tmp/lines", "r");
	EQUAL(check_lines(f), THREADS * LINES);
	fclose(f);
	unlink("/tmp/lines");
}

/* Checklist: CTH-09 */
static void whole_lines(void)
{
	printed_to(_IOLBF);
	printed_to(_IOFBF);
}

/* ---- CTHREADS_DEBUG ---- */

static struct mutex a = MUTEX_INITIALIZER, b = MUTEX_INITIALIZER,
		    c = MUTEX_INITIALIZER;
static volatile int stuck;

static void both(mutex_t first, mutex_t second)
{
	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

static any_t locks_twice(any_t arg)
{
	cthread_set_name(cthread_self(), "careless");
	mutex_lock(&a);
	stuck = 1;
	mutex_lock(&a);
	mutex_unlock(&a);
	return arg;
}

/* Nobody would ever go on, so this thread lets the mutex go. */
static void role_self(void)
{
	cthread_t t = cthread_fork(locks_twice, NULL);

	while (!stuck)
		sleep_ms(1);
	while (__atomic_load_n(&a.word, __ATOMIC_RELAXED) != 2)
		sleep_ms(1);
	mutex_unlock(&a);
	cthread_join(t);
}

static void role_pair(void)
{
	both(&a, &b);
	both(&a, &b);
	both(&b, &a);
	both(&b, &a); /* said once */
}

static void role_three(void)
{
	both(&a, &b);
	both(&b, &c);
	both(&c, &a);
}

static any_t other_order(any_t arg)
{
	cthread_set_name(cthread_self(), "second");
	both(&b, &a);
	return arg;
}

static void role_threads(void)
{
	both(&a, &b);
	cthread_join(cthread_fork(other_order, NULL));
}

static void role_forgotten(void)
{
	both(&a, &b);
	mutex_clear(&a); /* another mutex now */
	both(&b, &a);
}

static void role_try(void)
{
	both(&a, &b);
	mutex_lock(&b);
	if (mutex_try_lock(&a)) /* cannot deadlock */
		mutex_unlock(&a);
	mutex_unlock(&b);
}

static void role_quiet(void)
{
	both(&a, &b);
	both(&b, &c);
	both(&a, &c);
}

#define ORDER(thread, second, first)                                        \
	"cthreads: lock order: thread " thread " locks mutex " second       \
	" after " first ", which were locked in the other order before\n"

static const struct role {
	const char *name;
	void (*run)(void);
	const char *says;
} roles[] = {
	{"self", role_self,
	 "cthreads: self-deadlock: thread careless locks mutex Anna, which it "
	 "holds\n"},
	{"pair", role_pair, ORDER("?", "Anna", "Bert")},
	{"three", role_three, ORDER("?", "Anna", "Carl")},
	{"threads", role_threads, ORDER("second", "Anna", "Bert")},
	{"forgotten", role_forgotten, ""},
	{"try", role_try, ""},
	{"quiet", role_quiet, ""},
};

static int play(const char *name)
{
	mutex_set_name(&a, "Anna");
	mutex_set_name(&b, "Bert");
	mutex_set_name(&c, "Carl");
	for (unsigned i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i].name, name) == 0)
			roles[i].run();
	return 0;
}

static char *program; /* argv[0] */

/* What this program says on standard error in that role. */
static void spoken(const char *role, const char *environment, char *text,
		   size_t size)
{
	size_t n = 0;
	ssize_t got;
	int fds[2], status = -1;
	pid_t pid;

	pipe(fds);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 2);
		execle(program, program, "role", role, NULL,
		       (char *[]){(char *)environment, NULL});
		_exit(127);
	}
	close(fds[1]);
	while (n + 1 < size && (got = read(fds[0], text + n, size - n - 1)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	EQUAL(status, 0);
}

static void expect_spoken(const struct role *role, const char *environment,
			  const char *want)
{
	char text[1024];

	spoken(role->name, environment, text, sizeof text);
	if (strcmp(text, want) != 0)
		test_fail(__FILE__, __LINE__, "%s, %s: \"%s\"", role->name,
			  environment, text);
}

/* Checklist: CTH-10 */
static void debug_reports(void)
{
	for (unsigned i = 0; i < sizeof roles / sizeof *roles; i++)
		expect_spoken(&roles[i], "CTHREADS_DEBUG=1", roles[i].says);
}

/* Checklist: CTH-10 */
static void silent_without(void)
{
	for (unsigned i = 0; i < sizeof roles / sizeof *roles; i++)
		expect_spoken(&roles[i], "CTHREADS_DEBUG=0", "");
}

static const struct test tests[] = {
	TEST(errno_of_each), TEST(calls_of_all),  TEST(malloc_shared),
	TEST(whole_lines),   TEST(debug_reports), TEST(silent_without),
};

int main(int argc, char **argv)
{
	program = argv[0];
	if (argc == 3 && strcmp(argv[1], "role") == 0)
		return play(argv[2]);
	return test_main(tests, sizeof tests / sizeof *tests, argc, argv);
}
