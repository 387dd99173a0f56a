/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program may not do to the server: deaths in the midst of a walk over
 * processes, counts that lie, and random requests from many threads.
 */
#include "fake.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include "../../../servers/unix/exec.h"
#include "../../../servers/unix/tty.h"
#include "../check.h"

static struct lwp *me;

static struct lwp *leader_with_terminal(void)
{
	struct lwp *l = fake_fork(me);

	tty_init(&tty_console);
	fake_call(l, UX_SETSID, 0, 0, 0, 0, NULL, 0);
	fake_open(l, "/dev/console", O_RDWR, 0);
	return l;
}

static void reap(void)
{
	while (fake_wait(me, -1, WNOHANG, NULL) > 0)
		;
	fake_call(me, UX_NONE, 0, 0, 0, 0, NULL, 0);
}

/* The leader's job, next in the list, dies of the hang-up and is reaped. */
static void killed_leader_takes_its_job_along(void)
{
	struct lwp *l = leader_with_terminal();
	int pid = l->proc->pid, job = fake_fork(l)->proc->pid;

	CHECK_EQ(fake_call(me, UX_KILL, (uint64_t)pid, SIGKILL, 0, 0, NULL,
			   0), 0);
	CHECK(!proc_find(job));
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
	reap();
}

/* Both stopped children die of SIGHUP at once, and nobody waits for them. */
static void orphans_die_with_their_parent(void)
{
	struct lwp *l = fake_fork(me), *a, *b;
	int group, pid = l->proc->pid, other;

	fake_call(l, UX_SETSID, 0, 0, 0, 0, NULL, 0);
	fake_handler(l, SIGCHLD, 1, 0);
	a = fake_fork(l);
	b = fake_fork(l);
	group = a->proc->pid;
	other = b->proc->pid;
	CHECK_EQ(fake_call(l, UX_SETPGID, (uint64_t)group, 0, 0, 0, NULL, 0),
		 0);
	CHECK_EQ(fake_call(l, UX_SETPGID, (uint64_t)other, (uint64_t)group, 0,
			   0, NULL, 0), 0);
	fake_call(l, UX_KILL, (uint64_t)-group, SIGSTOP, 0, 0, NULL, 0);
	fake_exit(l, 0);
	CHECK(!proc_find(group));
	CHECK(!proc_find(other));
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
	reap();
}

/* The leader gives its terminal up and dies of the hang-up, and is reaped. */
static void leader_leaves_its_terminal(void)
{
	struct lwp *l = leader_with_terminal();
	int pid = l->proc->pid;

	fake_handler(me, SIGCHLD, 1, 0);
	fake_call(l, UX_IOCTL, 0, TIOCNOTTY, 0, 0, NULL, 0);
	CHECK(!proc_find(pid));
	CHECK(!tty_console.session);
	fake_handler(me, SIGCHLD, 0, 0);
	reap();
}

/* Who leaves leaves alone: the session and its leader keep the terminal. */
static void member_leaves_the_terminal(void)
{
	struct lwp *l = leader_with_terminal(), *child = fake_fork(l);
	int pid = l->proc->pid;

	fake_handler(child, SIGHUP, 1, 0);
	CHECK_EQ(fake_call(child, UX_IOCTL, 0, TIOCNOTTY, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_open(child, "/dev/tty", O_RDWR, 0), -ENXIO);
	CHECK_EQ(fake_open(l, "/dev/tty", O_RDWR, 0), 1);
	fake_exit(l, 0);
	fake_exit(child, 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
	reap();
	CHECK(!tty_console.session);
}

static int64_t exec_with_counts(uint64_t argc, uint64_t envc)
{
	static const char path[] = "/tmp/none";

	return fake_call(me, UX_EXECVE, (uint64_t)AT_FDCWD, sizeof(path),
			 argc, envc, path, sizeof(path));
}

static void counts_of_arguments_are_checked(void)
{
	CHECK_EQ(exec_with_counts(0xffffffff, 1), -EINVAL);
	CHECK_EQ(exec_with_counts(1ull << 32, 0), -EINVAL);
	CHECK_EQ(exec_with_counts(0, 0), -ENOENT);
}

/* Every thread makes the next one and ends. */
static void threads_in_a_chain(void)
{
	struct lwp *l = fake_fork(me);
	int pid = l->proc->pid;
	int64_t tid = 0;

	for (int n = 0; n < 2 * UX_SLOTS_PER_PAGE && tid >= 0; n++) {
		tid = fake_call(l, UX_CLONE, 0, 0, 0, 0, NULL, 0);
		fake_call(l, UX_EXIT, 0, 0, 0, 0, NULL, 0);
		l = lwp_find((int)tid);
	}
	CHECK(tid > 0);
	fake_exit(l, 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
}

/* A program of one page, under a name. */
static void make_program(const char *name)
{
	struct {
		Elf64_Ehdr head;
		Elf64_Phdr load;
	} file = {
		.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				     ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			 .e_type = ET_EXEC,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_entry = 0x400000,
			 .e_phoff = sizeof(Elf64_Ehdr),
			 .e_ehsize = sizeof(Elf64_Ehdr),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 1},
		.load = {.p_type = PT_LOAD,
			 .p_flags = PF_R | PF_X,
			 .p_vaddr = 0x400000,
			 .p_filesz = sizeof(file),
			 .p_memsz = sizeof(file),
			 .p_align = 4096},
	};
	int64_t fd = fake_open(me, name, O_WRONLY | O_CREAT, 0755);

	CHECK_EQ(fake_call(me, UX_WRITE, (uint64_t)fd, sizeof(file), 0, 0,
			   &file, sizeof(file)),
		 sizeof(file));
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
}

/* An exec that fails, even at its last step, ends no thread. */
static void exec_fails_whole(void)
{
	static const char strings[] = "/tmp/prog\0prog";
	struct lwp *l = fake_fork(me), *other;
	const uint64_t words[6] = {(uint64_t)AT_FDCWD, sizeof("/tmp/prog"), 1};
	int pid = l->proc->pid;
	struct outcome out;
	int64_t tid;

	make_program("/tmp/prog");
	tid = fake_call(l, UX_CLONE, 0, 0, 0, 0, NULL, 0);
	CHECK(tid > 0);
	other = lwp_find((int)tid);
	fake_exec_result = -ENOMEM;
	CHECK_EQ(fake_call(l, UX_EXECVE, words[0], words[1], words[2], 0,
			   strings, sizeof(strings)),
		 -ENOMEM);
	CHECK(lwp_find((int)tid) == other);
	CHECK_EQ(l->proc->nthreads, 2);
	fake_exec_result = 0;
	fake_start(l, &out, UX_EXECVE, words, strings, sizeof(strings));
	CHECK(!lwp_find((int)tid));
	CHECK_EQ(l->proc->nthreads, 1);
	CHECK(!strcmp(l->proc->comm, "prog"));
	fake_exit(l, 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
}

static void mapping_types_are_checked(void)
{
	int64_t fd = fake_open(me, "/tmp/map", O_RDWR | O_CREAT, 0600);
	int64_t ro = fake_open(me, "/tmp/map", O_RDONLY, 0);
	struct outcome out;

	for (uint64_t type = 0; type < 16; type++) {
		const uint64_t words[6] = {0x10000, 4096,
					   PROT_READ | PROT_WRITE, type,
					   (uint64_t)ro, 0};
		fake_start(me, &out, UX_MMAP, words, NULL, 0);
		CHECK_EQ(out.result, type == MAP_PRIVATE ? 0x10000
				     : type == MAP_SHARED || type == 3
					     ? -EACCES
					     : -EINVAL);
	}
	fdt_close(me->proc, (int)fd);
	fdt_close(me->proc, (int)ro);
}

/* --- two threads --- */

static struct outcome parked;

static void start(struct lwp *l, int op, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t words[6] = {a, b, c};

	fake_start(l, &parked, op, words, NULL, 0);
}

/* A process of two threads with a pipe at 0 and 1. */
static struct lwp *two_threads(struct lwp **other)
{
	struct lwp *l = fake_fork(me);

	fake_call(l, UX_PIPE2, 0, 0, 0, 0, NULL, 0);
	*other = lwp_find((int)fake_call(l, UX_CLONE, 0, 0, 0, 0, NULL, 0));
	return l;
}

/* A signal meant for one thread, which blocks it before it takes it. */
static void blocked_signal_goes_to_another(void)
{
	struct lwp *b, *a = two_threads(&b);
	int pid = a->proc->pid;

	fake_handler(a, SIGUSR1, 0x1000, 0);
	start(b, UX_READ, 0, 1, 0);
	CHECK_EQ(fake_call(me, UX_KILL, (uint64_t)pid, SIGUSR1, 0, 0, NULL, 0),
		 0);
	CHECK_EQ(parked.result, PENDING); /* it is for a */
	CHECK_EQ(fake_call(a, UX_SIGPROCMASK, SIG_BLOCK, 1, SIG_BIT(SIGUSR1),
			   0, NULL, 0), 0);
	CHECK_EQ(parked.result, -EINTR);
	CHECK(parked.flags & UX_RF_SIGNAL);
	fake_exit(a, 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
}

/* The other thread closes the descriptor and opens something there. */
static void parked_read_keeps_its_file(void)
{
	struct lwp *b, *a = two_threads(&b);
	int pid = a->proc->pid;

	CHECK_EQ(fake_call(a, UX_DUP, 1, 0, 0, 0, NULL, 0), 2);
	start(b, UX_READ, 0, 10, 0);
	CHECK_EQ(fake_call(a, UX_CLOSE, 0, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_open(a, "/dev/zero", O_RDONLY, 0), 0);
	CHECK_EQ(parked.result, PENDING);
	CHECK_EQ(fake_write(a, 2, "pipe"), 4);
	CHECK_EQ(parked.result, 4);
	CHECK_EQ(fake_write(a, 2, "pipe"), CALL_NO_REPLY); /* SIGPIPE */
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
}

static void stopped_process_dies_when_it_goes_on(void)
{
	struct lwp *l = fake_fork(me);
	int pid = l->proc->pid, status;

	fake_call(me, UX_KILL, (uint64_t)pid, SIGSTOP, 0, 0, NULL, 0);
	CHECK_EQ(fake_wait(me, pid, WUNTRACED, &status), pid);
	fake_call(me, UX_KILL, (uint64_t)pid, SIGTERM, 0, 0, NULL, 0);
	CHECK_EQ(fake_wait(me, pid, WNOHANG, &status), 0);
	fake_call(me, UX_KILL, (uint64_t)pid, SIGCONT, 0, 0, NULL, 0);
	CHECK_EQ(fake_wait(me, pid, WNOHANG, &status), pid);
	CHECK_EQ(WTERMSIG(status), SIGTERM);
}

static void stopped_process_is_killed_at_once(void)
{
	struct lwp *l = fake_fork(me);
	int pid = l->proc->pid, status;

	fake_call(me, UX_KILL, (uint64_t)pid, SIGSTOP, 0, 0, NULL, 0);
	fake_call(me, UX_KILL, (uint64_t)pid, SIGTERM, 0, 0, NULL, 0);
	fake_call(me, UX_KILL, (uint64_t)pid, SIGTSTP, 0, 0, NULL, 0);
	fake_call(l, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0);
	fake_call(me, UX_KILL, (uint64_t)pid, SIGKILL, 0, 0, NULL, 0);
	CHECK_EQ(fake_wait(me, pid, WNOHANG, &status), pid);
	CHECK_EQ(WTERMSIG(status), SIGKILL);
}

/* Due again whenever one looks. */
static void fast_alarm_leaves_time(void)
{
	struct lwp *l = fake_fork(me);
	const struct itimerval fast = {{0, 1}, {0, 1}};
	int pid = l->proc->pid;

	fake_handler(l, SIGALRM, 1, 0);
	CHECK_EQ(fake_call(l, UX_ITIMER, ITIMER_REAL, 1, 0, 0, &fast,
			   sizeof(fast)), 0);
	fake_tick = 2000;
	fake_advance(5000);
	fake_tick = 0;
	fake_exit(l, 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
}

static void queued_signals_are_limited(void)
{
	struct lwp *l = fake_fork(me);
	const int info[32] = {0, 0, -1};
	int pid = l->proc->pid;
	int64_t error = 0;

	fake_call(l, UX_SIGPROCMASK, SIG_BLOCK, 1, ~0ull, 0, NULL, 0);
	for (int n = 0; n < 5000 && !error; n++)
		error = fake_call(l, UX_SIGQUEUE, (uint64_t)pid, 0, 50, 0,
				  info, sizeof(info));
	CHECK_EQ(error, -EAGAIN);
	fake_exit(l, 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
}

/* --- names --- */

static struct lwp *made[64];
static unsigned made_count;

/* A new process of a user's. */
static struct lwp *process_of(uint32_t uid)
{
	struct lwp *l = made[made_count++] = fake_fork(me);

	l->proc->cred.uid = l->proc->cred.euid = l->proc->cred.suid =
		l->proc->cred.fsuid = uid;
	return l;
}

/* One lock more at the place. */
static int64_t lock_at(struct lwp *l, int fd, int64_t place)
{
	struct flock u = {.l_type = F_RDLCK, .l_start = 2 * place, .l_len = 1};

	return fake_call(l, UX_FCNTL, (uint64_t)fd, F_SETLK, 0, 0, &u,
			 sizeof(u));
}

/* How many times a process can do something that takes from a shared table. */
static unsigned pipes_of(struct lwp *l)
{
	unsigned n = 0;

	while (!fake_call(l, UX_PIPE2, 0, 0, 0, 0, NULL, 0))
		n++;
	return n;
}

static unsigned locks_of(struct lwp *l)
{
	int fd = (int)fake_open(l, "/tmp/locks", O_RDWR, 0);
	unsigned n = 0;

	while (!lock_at(l, fd, n))
		n++;
	return n;
}

static unsigned files_of(struct lwp *l)
{
	unsigned n = 0;

	while (fake_open(l, "/tmp/locks", O_RDWR, 0) >= 0)
		n++;
	return n;
}

/* One user's processes, as many as he likes, get half; the other as much. */
static void shared_by_users(unsigned (*take)(struct lwp *l), unsigned half)
{
	unsigned got[2] = {0};
	uint32_t uid;

	for (uid = 0; uid < 2; uid++)
		for (unsigned more = 1; more;) {
			more = take(process_of(1000 + uid));
			got[uid] += more;
		}
	CHECK_EQ(got[0], half);
	CHECK_EQ(got[1], half);
	CHECK(take(process_of(0)) > 0); /* there is more for him */
	while (made_count)
		fake_exit(made[--made_count], 0);
	reap();
}

static void no_user_has_more_than_half(void)
{
	int fd = (int)fake_open(me, "/tmp/locks", O_CREAT | O_RDWR, 0);

	fake_path(me, UX_FCHMODAT, "/tmp/locks", 0666, 0);
	fake_call(me, UX_CLOSE, (uint64_t)fd, 0, 0, 0, NULL, 0);
	shared_by_users(pipes_of, (1024 - 128) / 2);
	shared_by_users(locks_of, (16384 - 1024) / 2);
	shared_by_users(files_of, (32768 - 1024) / 2);
}

static void removed_directories_take_no_names(void)
{
	struct lwp *l = fake_fork(me);
	static const char two[] = "/tmp/file\0name";
	uint64_t words[6] = {(uint64_t)AT_FDCWD, 10, (uint64_t)AT_FDCWD, 5};
	struct outcome out;
	int pid = l->proc->pid;

	fake_path(l, UX_MKDIRAT, "/tmp/gone", 0700, 0);
	fake_open(l, "/tmp/file", O_CREAT | O_WRONLY, 0600);
	fake_path0(l, UX_CHDIR, "/tmp/gone", 0);
	CHECK_EQ(fake_path(l, UX_UNLINKAT, "/tmp/gone", AT_REMOVEDIR, 0), 0);
	fake_start(l, &out, UX_LINKAT, words, two, sizeof(two));
	CHECK_EQ(out.result, -ENOENT);
	fake_start(l, &out, UX_RENAMEAT, words, two, sizeof(two));
	CHECK_EQ(out.result, -ENOENT);
	CHECK_EQ(fake_path(l, UX_UNLINKAT, "/tmp/file", 0, 0), 0);
	fake_exit(l, 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
}

/* Reading goes on where it was, whatever is removed meanwhile. */
static void readdir_survives_removal(void)
{
	char name[32];
	int64_t fd, got, seen = 0;

	fake_path(me, UX_MKDIRAT, "/tmp/many", 0700, 0);
	for (int n = 0; n < 200; n++) {
		snprintf(name, sizeof(name), "/tmp/many/%03d", n);
		fdt_close(me->proc, (int)fake_open(me, name,
						   O_CREAT | O_WRONLY, 0600));
	}
	fd = fake_open(me, "/tmp/many", O_RDONLY | O_DIRECTORY, 0);
	while ((got = fake_call(me, UX_GETDENTS, (uint64_t)fd, 240, 0, 0, NULL,
				0)) > 0) {
		for (int64_t at = 0; at < got; at += fake_last.data[at + 16])
			seen++;
		for (int n = 0; n < 2; n++) {
			snprintf(name, sizeof(name), "/tmp/many/%03d",
				 (int)seen - 3 - n);
			if (seen > 4)
				CHECK_EQ(fake_path(me, UX_UNLINKAT, name, 0, 0),
					 0);
		}
	}
	CHECK_EQ(seen, 202);
	fdt_close(me->proc, (int)fd);
}

/* --- anything, from anyone --- */

static uint64_t seed = 88172645463325252ull;

static uint64_t any(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint64_t any_word(void)
{
	static const uint64_t odd[] = {
		0, 1, 2, 3, ~0ull, 1ull << 31, 1ull << 32, 1ull << 63,
		INT64_MAX, 0x7fffffff, 0xffffffff, 4096, UX_DATA_MAX,
		UX_DATA_MAX + 1, 1024, 128, 64, 32, (uint64_t)AT_FDCWD};

	switch (any() % 4) {
	case 0:
		return any();
	case 1:
		return odd[any() % (sizeof(odd) / sizeof(odd[0]))];
	default:
		return any() % 12;
	}
}

static size_t any_path(char *to)
{
	static const char *const paths[] = {
		"/", ".", "..", "/tmp", "/tmp/a", "/tmp/b", "/tmp/a/b",
		"/proc/self/fd/3", "/proc/self/exe", "/proc/1/stat", "/proc",
		"/dev/null", "/dev/tty", "/dev/console", "/tmp/link", "",
		"/tmp/fifo", "a/../b/./c", "/proc/self/cwd/a", "/dev/zero"};
	const char *path = paths[any() % (sizeof(paths) / sizeof(paths[0]))];

	strcpy(to, path);
	return strlen(path) + 1;
}

/* Words and data, half of them as the operation would have them. */
static void any_request(struct lwp *l, int op)
{
	static struct outcome lost[64];
	static char data[UX_DATA_MAX];
	uint64_t words[6];
	size_t length = 0;

	for (int n = 0; n < 6; n++)
		words[n] = any_word();
	if (any() % 4) {
		length = any_path(data);
		words[any() % 2] = length;
		length += any_path(data + length);
		if (any() % 2)
			words[3] = length - words[1];
	}
	while (any() % 3 && length + 8 < sizeof(data)) {
		uint64_t word = any_word();
		memcpy(data + length, &word, 8);
		length += 8;
	}
	fake_start(l, &lost[any() % 64], op, words, data, length);
}

static struct lwp *any_thread(void)
{
	struct lwp *found[64];
	unsigned count = 0;
	struct list *pos;

	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		struct list *at;
		if (p == proc_init_process || p == me->proc)
			continue;
		list_each(at, &p->threads) {
			struct lwp *l = list_entry(at, struct lwp, siblings);
			if (!l->call && count < 64)
				found[count++] = l;
		}
	}
	return count ? found[any() % count] : NULL;
}

static bool op_is_tame(int op)
{
	/* The end of everything, and more processes than it is worth. */
	return op != UX_REBOOT && (op != UX_FORK || any() % 8 == 0) &&
	       (op != UX_EXIT || any() % 4 == 0) &&
	       (op != UX_KILL || any() % 8 == 0);
}

/* The parent of all, which takes no signals it can help. */
static int parent_of_all(void)
{
	for (int sig = 1; sig <= SIG_COUNT; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			fake_handler(me, sig, 1, 0);
	return me->proc->pid;
}

static void random_requests(void)
{
	int pid = parent_of_all();
	unsigned many = getenv("ROUNDS") ? (unsigned)atoi(getenv("ROUNDS"))
					 : 60000;

	if (getenv("SEED"))
		seed ^= strtoull(getenv("SEED"), NULL, 0) * 0x9e3779b97f4a7c15;
	for (unsigned n = 0; n < many; n++) {
		int op = (int)(any() % (UX_OP_COUNT + 1));
		struct lwp *l;

		if (!proc_find(pid) || me->proc->state == PROC_ZOMBIE) {
			me = fake_boot();
			pid = parent_of_all();
		}
		l = any_thread();
		if (!l) {
			l = fake_fork(me);
			if (!l)
				break;
			l->proc->cred.uid = l->proc->cred.euid =
				l->proc->cred.suid = l->proc->cred.fsuid =
					any() % 3 ? 1000 : 0;
		}
		if (!op_is_tame(op))
			continue;
		any_request(l, op);
		if (any() % 16 == 0)
			fake_advance(any() % 2000000000);
	}
	CHECK_EQ(fake_call(me, UX_GETPID, 0, 0, 0, 0, NULL, 0),
		 me->proc->pid);
}

int main(void)
{
	me = fake_boot();
	RUN(killed_leader_takes_its_job_along);
	RUN(orphans_die_with_their_parent);
	RUN(leader_leaves_its_terminal);
	RUN(member_leaves_the_terminal);
	RUN(counts_of_arguments_are_checked);
	RUN(threads_in_a_chain);
	RUN(exec_fails_whole);
	RUN(mapping_types_are_checked);
	RUN(blocked_signal_goes_to_another);
	RUN(parked_read_keeps_its_file);
	RUN(stopped_process_dies_when_it_goes_on);
	RUN(stopped_process_is_killed_at_once);
	RUN(fast_alarm_leaves_time);
	RUN(queued_signals_are_limited);
	RUN(no_user_has_more_than_half);
	RUN(removed_directories_take_no_names);
	RUN(readdir_survives_removal);
	RUN(random_requests);
	fake_shutdown();
	return check_done();
}
