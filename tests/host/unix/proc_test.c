/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes, signals, pipes, poll, terminals: what waits and what wakes. */
#include "fake.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include "../../../servers/unix/exec.h"
#include "../../../servers/unix/tty.h"
#include "../check.h"

static struct lwp *me;
static struct outcome parked;

static void start(struct lwp *l, int op, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t words[6] = {a, b, c};

	fake_start(l, &parked, op, words, NULL, 0);
}

static void close_all(void)
{
	for (uint64_t fd = 0; fd < 20; fd++)
		fake_call(me, UX_CLOSE, fd, 0, 0, 0, NULL, 0);
}

static void wait_blocks_until_exit(void)
{
	struct lwp *child = fake_fork(me);
	int pid = child->proc->pid, status;

	CHECK_EQ(fake_wait(me, -1, WNOHANG, NULL), 0);
	start(me, UX_WAIT4, (uint64_t)-1, 0, 0);
	CHECK_EQ(parked.result, PENDING);
	fake_exit(child, 7);
	CHECK_EQ(parked.result, pid);
	memcpy(&status, parked.data, 4);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 7);
	CHECK_EQ(fake_wait(me, -1, 0, NULL), -ECHILD);
}

static void pipe_wakes_and_ends(void)
{
	struct lwp *child;

	CHECK_EQ(fake_call(me, UX_PIPE2, 0, 0, 0, 0, NULL, 0), 0);
	child = fake_fork(me);
	start(me, UX_READ, 0, 100, 0);
	CHECK_EQ(parked.result, PENDING);
	CHECK_EQ(fake_write(child, 1, "data"), 4);
	CHECK_EQ(parked.result, 4);
	start(me, UX_READ, 0, 100, 0);
	CHECK_EQ(parked.result, PENDING);
	fake_call(me, UX_NONE, 0, 0, 0, 0, NULL, 0);
	fake_exit(child, 0);
	CHECK_EQ(parked.result, PENDING); /* we are a writer ourselves */
	fdt_close(me->proc, 1);
	call_run_woken();
	CHECK_EQ(parked.result, 0);
	CHECK(fake_wait(me, -1, 0, NULL) > 0);
	close_all();
}

static void pipe_full_and_broken(void)
{
	struct lwp *child;
	static char block[UX_DATA_MAX];
	const uint64_t words[6] = {1, UX_DATA_MAX};
	struct outcome out;

	CHECK_EQ(fake_call(me, UX_PIPE2, 0, 0, 0, 0, NULL, 0), 0);
	child = fake_fork(me);
	for (int n = 0; n < 2; n++) {
		fake_start(child, &out, UX_WRITE, words, block,
			   sizeof(block));
		CHECK_EQ(out.result, UX_DATA_MAX);
	}
	fake_start(child, &out, UX_WRITE, words, block, sizeof(block));
	CHECK_EQ(out.result, PENDING);
	CHECK_EQ(fake_read(me, 0, 32767), 32767);
	CHECK_EQ(out.result, PENDING);
	CHECK_EQ(fake_read(me, 0, 100), 100);
	CHECK_EQ(out.result, UX_DATA_MAX);
	fake_call(child, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
	fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
	fake_handler(me, SIGPIPE, 1, 0);
	CHECK_EQ(fake_write(me, 1, "x"), -EPIPE);
	close_all();
	fake_handler(me, SIGPIPE, 0, 0);
	fake_exit(child, 0);
	CHECK(fake_wait(me, -1, 0, NULL) > 0);
}

static void sigpipe_kills(void)
{
	struct lwp *child;
	int status, pid;

	CHECK_EQ(fake_call(me, UX_PIPE2, 0, 0, 0, 0, NULL, 0), 0);
	child = fake_fork(me);
	pid = child->proc->pid;
	fake_call(child, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
	fake_call(me, UX_CLOSE, 0, 0, 0, 0, NULL, 0);
	CHECK_EQ(fake_write(child, 1, "x"), CALL_NO_REPLY);
	CHECK_EQ(fake_wait(me, pid, 0, &status), pid);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGPIPE);
	close_all();
}

static void handler_interrupts(void)
{
	struct lwp *child = fake_fork(me);
	struct ux_sigtake take;

	fake_handler(me, SIGUSR1, 0x1234, SA_RESTART);
	start(me, UX_WAIT4, (uint64_t)-1, 0, 0);
	CHECK_EQ(fake_call(child, UX_KILL, (uint64_t)me->proc->pid, SIGUSR1, 0,
			   0, NULL, 0),
		 0);
	CHECK_EQ(parked.result, -EINTR);
	CHECK_EQ(parked.flags, UX_RF_SIGNAL | UX_RF_NOINTR);
	CHECK_EQ(fake_call(me, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0), 0);
	memcpy(&take, fake_last.data, sizeof(take));
	CHECK_EQ(take.signal, SIGUSR1);
	CHECK_EQ(take.handler, 0x1234);
	CHECK_EQ(take.restart, 1);
	CHECK_EQ(fake_last.flags, 0);
	CHECK(me->mask & SIG_BIT(SIGUSR1));
	/* Blocked now: it stays pending. */
	fake_call(child, UX_KILL, (uint64_t)me->proc->pid, SIGUSR1, 0, 0, NULL,
		  0);
	CHECK_EQ(fake_call(me, UX_GETPID, 0, 0, 0, 0, NULL, 0),
		 me->proc->pid);
	CHECK_EQ(fake_last.flags, 0);
	fake_call(me, UX_SIGPROCMASK, SIG_SETMASK, 1, 0, 0, NULL, 0);
	CHECK_EQ(fake_last.flags, UX_RF_SIGNAL);
	fake_call(me, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0);
	fake_call(me, UX_SIGPROCMASK, SIG_SETMASK, 1, 0, 0, NULL, 0);
	fake_handler(me, SIGUSR1, 0, 0);
	fake_exit(child, 0);
	CHECK(fake_wait(me, -1, 0, NULL) > 0);
}

static void stop_and_continue(void)
{
	struct lwp *child = fake_fork(me);
	int pid = child->proc->pid, status, stops = fake_stops;

	/* Its group must not be orphaned for SIGTSTP; SIGSTOP always works. */
	CHECK_EQ(fake_call(me, UX_KILL, (uint64_t)pid, SIGSTOP, 0, 0, NULL, 0),
		 0);
	CHECK_EQ(fake_stops, stops + 1);
	CHECK_EQ(fake_wait(me, pid, WNOHANG, &status), 0);
	CHECK_EQ(fake_wait(me, pid, WUNTRACED, &status), pid);
	CHECK(WIFSTOPPED(status));
	CHECK_EQ(WSTOPSIG(status), SIGSTOP);
	CHECK_EQ(fake_wait(me, pid, WUNTRACED | WNOHANG, &status), 0);
	fake_call(me, UX_KILL, (uint64_t)pid, SIGCONT, 0, 0, NULL, 0);
	CHECK_EQ(fake_wait(me, pid, WCONTINUED, &status), pid);
	CHECK(WIFCONTINUED(status));
	fake_call(me, UX_KILL, (uint64_t)pid, SIGKILL, 0, 0, NULL, 0);
	CHECK_EQ(fake_wait(me, pid, 0, &status), pid);
	CHECK_EQ(WTERMSIG(status), SIGKILL);
}

/* A shell that kills its child and waits has waited for it: the signal comes with
 * the wait, not before. */
static void own_kill_is_heard_late(void)
{
	struct lwp *child = fake_fork(me);
	int pid = child->proc->pid;

	fake_handler(me, SIGCHLD, 0x1000, SA_NODEFER);
	CHECK_EQ(fake_call(me, UX_KILL, (uint64_t)pid, SIGKILL, 0, 0, NULL, 0),
		 0);
	CHECK(!(fake_last.flags & UX_RF_SIGNAL));
	CHECK_EQ(fake_call(me, UX_KILL, (uint64_t)pid, 0, 0, 0, NULL, 0), 0);
	CHECK(!(fake_last.flags & UX_RF_SIGNAL));
	CHECK_EQ(fake_wait(me, -1, WNOHANG, NULL), pid);
	CHECK(fake_last.flags & UX_RF_SIGNAL);
	CHECK_EQ(fake_call(me, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0), 0);

	/* Any call that waits hears it, and time. */
	child = fake_fork(me);
	pid = child->proc->pid;
	fake_call(me, UX_KILL, (uint64_t)pid, SIGKILL, 0, 0, NULL, 0);
	CHECK_EQ(fake_call(me, UX_PAUSE, 0, 0, 0, 0, NULL, 0), -EINTR);
	CHECK_EQ(fake_call(me, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
	CHECK(!(fake_last.flags & UX_RF_SIGNAL));
	child = fake_fork(me);
	pid = child->proc->pid;
	fake_pokes = 0;
	fake_call(me, UX_KILL, (uint64_t)pid, SIGKILL, 0, 0, NULL, 0);
	CHECK_EQ(fake_pokes, 0);
	fake_advance(SIG_DEAF_NS);
	CHECK_EQ(fake_pokes, 1);
	CHECK_EQ(fake_call(me, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_wait(me, pid, 0, NULL), pid);
	fake_handler(me, SIGCHLD, 0, 0);
}

static void suspend_and_timedwait(void)
{
	struct ux_sigtake take;

	start(me, UX_SIGTIMEDWAIT, SIG_BIT(SIGUSR2), 1000000, 0);
	CHECK_EQ(parked.result, PENDING);
	fake_advance(2000000);
	CHECK_EQ(parked.result, -EAGAIN);
	fake_call(me, UX_SIGPROCMASK, SIG_BLOCK, 1, SIG_BIT(SIGUSR2), 0, NULL,
		  0);
	start(me, UX_SIGTIMEDWAIT, SIG_BIT(SIGUSR2), (uint64_t)-1, 0);
	sig_send(me->proc, SIGUSR2, NULL);
	call_run_woken();
	CHECK_EQ(parked.result, SIGUSR2);
	fake_handler(me, SIGUSR2, 0x99, 0);
	start(me, UX_SIGSUSPEND, 0, 0, 0);
	CHECK_EQ(parked.result, PENDING);
	sig_send(me->proc, SIGUSR2, NULL);
	CHECK_EQ(parked.result, -EINTR);
	CHECK_EQ(parked.flags, UX_RF_SIGNAL);
	fake_call(me, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0);
	memcpy(&take, fake_last.data, sizeof(take));
	CHECK(take.old_mask == SIG_BIT(SIGUSR2));
	fake_handler(me, SIGUSR2, 0, 0);
	fake_call(me, UX_SIGPROCMASK, SIG_SETMASK, 1, 0, 0, NULL, 0);
}

static void alarm_comes(void)
{
	fake_handler(me, SIGALRM, 0x77, 0);
	CHECK_EQ(fake_call(me, UX_ALARM, 3, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_call(me, UX_ALARM, 2, 0, 0, 0, NULL, 0), 3);
	start(me, UX_PAUSE, 0, 0, 0);
	fake_advance(1900000000);
	CHECK_EQ(parked.result, PENDING);
	fake_advance(200000000);
	CHECK_EQ(parked.result, -EINTR);
	fake_call(me, UX_SIGTAKE, 0, 0, 0, 0, NULL, 0);
	fake_handler(me, SIGALRM, 0, 0);
	fake_call(me, UX_SIGPROCMASK, SIG_SETMASK, 1, 0, 0, NULL, 0);
}

static void poll_waits(void)
{
	struct pollfd e = {.fd = 0, .events = POLLIN};
	const uint64_t forever[6] = {1, (uint64_t)-1};
	const uint64_t brief[6] = {1, 1000000};
	struct lwp *child;

	fake_call(me, UX_PIPE2, 0, 0, 0, 0, NULL, 0);
	child = fake_fork(me);
	fake_start(me, &parked, UX_POLL, brief, &e, sizeof(e));
	CHECK_EQ(parked.result, PENDING);
	fake_advance(1000000);
	CHECK_EQ(parked.result, 0);
	fake_start(me, &parked, UX_POLL, forever, &e, sizeof(e));
	fake_write(child, 1, "x");
	CHECK_EQ(parked.result, 1);
	memcpy(&e, parked.data, sizeof(e));
	CHECK_EQ(e.revents, POLLIN);
	fake_exit(child, 0);
	close_all();
	fake_wait(me, -1, 0, NULL);
}

static void vfork_parks_the_parent(void)
{
	struct proc *child;

	start(me, UX_FORK, 0, 1, 0);
	CHECK_EQ(parked.result, PENDING);
	child = list_entry(me->proc->children.next, struct proc, siblings);
	CHECK(child->vforked_from == me->proc);
	fake_exit(list_entry(child->threads.next, struct lwp, siblings), 3);
	CHECK_EQ(parked.result, child->pid);
	CHECK_EQ(fake_wait(me, child->pid, 0, NULL), child->pid);
}

static void fifo_ends_meet(void)
{
	struct lwp *child = fake_fork(me);
	const uint64_t words[6] = {(uint64_t)AT_FDCWD, 10, O_RDONLY, 0};

	CHECK_EQ(fake_path(me, UX_MKNODAT, "/tmp/fifo", S_IFIFO | 0600, 0), 0);
	CHECK_EQ(fake_open(me, "/tmp/fifo", O_WRONLY | O_NONBLOCK, 0), -ENXIO);
	fake_start(me, &parked, UX_OPENAT, words, "/tmp/fifo", 10);
	CHECK_EQ(parked.result, PENDING);
	CHECK_EQ(fake_open(child, "/tmp/fifo", O_WRONLY, 0), 0);
	CHECK_EQ(parked.result, 0);
	fake_write(child, 0, "through");
	CHECK_EQ(fake_read(me, 0, 100), 7);
	fake_exit(child, 0);
	CHECK_EQ(fake_read(me, 0, 100), 0);
	close_all();
	fake_wait(me, -1, 0, NULL);
}

static void orphans_go_to_init(void)
{
	struct lwp *child = fake_fork(me), *grandchild = fake_fork(child);
	int pid = grandchild->proc->pid;

	fake_exit(child, 0);
	CHECK(grandchild->proc->parent == proc_init_process);
	fake_exit(grandchild, 0);
	CHECK(proc_find(pid) == NULL);
	CHECK(fake_wait(me, -1, 0, NULL) > 0);
}

static struct lwp *terminal_session(void)
{
	struct lwp *l = fake_fork(me);

	fake_call(l, UX_SETSID, 0, 0, 0, 0, NULL, 0);
	tty_init(&tty_console);
	if (fake_open(l, "/dev/console", O_RDWR, 0) != 0)
		return NULL;
	return l;
}

static void type(const char *text)
{
	tty_input(&tty_console, (const uint8_t *)text, (unsigned)strlen(text));
	call_run_woken();
}

static const char *shown(void)
{
	static uint8_t bytes[256];

	bytes[tty_output_take(&tty_console, bytes, 255)] = 0;
	return (char *)bytes;
}

static void end_session(struct lwp *l)
{
	fake_exit(l, 0);
	while (fake_wait(me, -1, WNOHANG, NULL) > 0)
		;
}

static void terminal_edits_lines(void)
{
	struct lwp *l = terminal_session();

	CHECK(l);
	start(l, UX_READ, 0, 100, 0);
	type("helk\177lo wrold\027world");
	CHECK_EQ(parked.result, PENDING);
	type("\r");
	CHECK_EQ(parked.result, 12);
	CHECK(!memcmp(parked.data, "hello world\n", 12));
	CHECK(!strncmp(shown(), "helk\b \blo wrold\b \b", 18));
	type("par\004tial");
	CHECK_EQ(fake_read(l, 0, 100), 3);
	type("\004");
	CHECK_EQ(fake_read(l, 0, 100), 4);
	type("\004");
	CHECK_EQ(fake_read(l, 0, 100), 0);
	shown();
	fake_write(l, 0, "a\n");
	CHECK(!strcmp(shown(), "a\r\n"));
	end_session(l);
}

static void terminal_signals(void)
{
	struct lwp *l = terminal_session(), *job;
	int status;

	CHECK(l);
	fake_handler(l, SIGINT, 1, 0);
	job = fake_fork(l);
	fake_handler(job, SIGINT, 0, 0);
	start(job, UX_READ, 0, 10, 0);
	type("x\003");
	CHECK_EQ(parked.result, CALL_NO_REPLY);
	CHECK_EQ(fake_wait(l, -1, 0, &status) > 0, 1);
	CHECK_EQ(WTERMSIG(status), SIGINT);
	CHECK(!strcmp(shown(), "x^C"));
	end_session(l);
}

static void background_read_stops(void)
{
	struct lwp *l = terminal_session(), *job = fake_fork(l);
	int pid = job->proc->pid, status;

	CHECK(l);
	CHECK_EQ(fake_call(l, UX_SETPGID, (uint64_t)pid, 0, 0, 0, NULL, 0),
		 0);
	start(job, UX_READ, 0, 10, 0);
	CHECK_EQ(parked.result, PENDING);
	CHECK_EQ(fake_wait(l, pid, WUNTRACED, &status), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTTIN);
	CHECK_EQ(fake_call(l, UX_IOCTL, 0, TIOCSPGRP, 4, 0, &pid, 4), 0);
	fake_call(l, UX_KILL, (uint64_t)-pid, SIGCONT, 0, 0, NULL, 0);
	type("fg\n");
	CHECK_EQ(parked.result, 3);
	end_session(l);
}

static void raw_mode_has_vmin_vtime(void)
{
	struct lwp *l = terminal_session();
	struct tty_modes m = tty_console.modes;

	m.lflag &= ~(uint32_t)(ICANON | ECHO | ISIG);
	m.cc[6] = 2;
	m.cc[5] = 0;
	CHECK_EQ(fake_call(l, UX_IOCTL, 0, TCSETS, 0, 0, &m, sizeof(m)), 0);
	start(l, UX_READ, 0, 10, 0);
	type("\003");
	CHECK_EQ(parked.result, PENDING);
	type("b");
	CHECK_EQ(parked.result, 2);
	m.cc[6] = 0;
	m.cc[5] = 1;
	fake_call(l, UX_IOCTL, 0, TCSETS, 0, 0, &m, sizeof(m));
	start(l, UX_READ, 0, 10, 0);
	CHECK_EQ(parked.result, PENDING);
	fake_advance(100000000);
	CHECK_EQ(parked.result, 0);
	end_session(l);
}

int main(void)
{
	me = fake_boot();
	RUN(wait_blocks_until_exit);
	RUN(pipe_wakes_and_ends);
	RUN(pipe_full_and_broken);
	RUN(sigpipe_kills);
	RUN(handler_interrupts);
	RUN(stop_and_continue);
	RUN(own_kill_is_heard_late);
	RUN(suspend_and_timedwait);
	RUN(alarm_comes);
	RUN(poll_waits);
	RUN(vfork_parks_the_parent);
	RUN(fifo_ends_meet);
	RUN(orphans_go_to_init);
	RUN(terminal_edits_lines);
	RUN(terminal_signals);
	RUN(background_read_stops);
	RUN(raw_mode_has_vmin_vtime);
	fake_shutdown();
	return check_done();
}
