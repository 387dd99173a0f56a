/* SPDX-License-Identifier: BSD-2-Clause */
/* Core files: when there is one, where, and what is in it. */
#include "fake.h"

#include <elf.h>
#include <sys/procfs.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "../../../servers/unix/core.h"
#include "../../../servers/unix/path.h"
#include "../check.h"

static struct lwp *me;

static void limit_set(struct proc *p, rlim_t bytes)
{
	p->limits[RLIMIT_CORE].rlim_cur = bytes;
}

/* A child dies by sig with this limit; true: it says there is a core. */
static bool dies_by(int sig, rlim_t limit,
		    void (*before)(struct lwp *))
{
	struct lwp *child = fake_fork(me);
	int pid = child->proc->pid, status = 0;

	limit_set(child->proc, limit);
	if (before)
		before(child);
	fake_call(me, UX_KILL, (uint64_t)pid, (uint64_t)sig, 0, 0, NULL, 0);
	if (fake_wait(me, pid, 0, &status) != pid || !WIFSIGNALED(status) ||
	    WTERMSIG(status) != sig)
		return false;
	return WCOREDUMP(status);
}

/* The core file in the current directory, +1, or NULL. */
static struct inode *core_here(void)
{
	struct inode *i;

	return path_inode(me->proc, AT_FDCWD, "core", 0, &i) ? NULL : i;
}

static void core_gone(void)
{
	fake_call(me, UX_UNLINKAT, (uint64_t)AT_FDCWD, 5, 0, 0, "core", 5);
}

static void only_within_the_limit(void)
{
	struct inode *i;

	CHECK(!dies_by(SIGSEGV, 0, NULL));
	CHECK(!dies_by(SIGSEGV, 4095, NULL));
	CHECK(!core_here());
	CHECK(dies_by(SIGSEGV, 4096, NULL)); /* cut */
	i = core_here();
	CHECK(i && i->size == 4096 && (i->mode & 07777) == 0600);
	inode_unref(i);
	CHECK(!dies_by(SIGTERM, RLIM_INFINITY, NULL)); /* no such signal */
	core_gone();
}

static void what_is_in_it(void)
{
	Elf64_Ehdr h;
	Elf64_Phdr p[2];
	Elf64_Nhdr note;
	struct elf_prstatus s;
	struct inode *i;
	uint8_t byte = 0;

	CHECK(dies_by(SIGQUIT, RLIM_INFINITY, NULL));
	i = core_here();
	CHECK(i != NULL);
	data_read(i, &h, sizeof(h), 0);
	CHECK(!memcmp(h.e_ident, ELFMAG, SELFMAG) && h.e_type == ET_CORE);
	CHECK_EQ(h.e_phnum, 2);
	data_read(i, p, sizeof(p), h.e_phoff);
	CHECK_EQ(p[0].p_type, PT_NOTE);
	CHECK_EQ(p[1].p_type, PT_LOAD);
	CHECK_EQ(p[1].p_vaddr, 0x400000);
	CHECK_EQ(p[1].p_filesz, 0x1000);
	CHECK_EQ(p[1].p_flags, PF_R | PF_X);
	CHECK_EQ(p[1].p_offset % 4096, 0);
	CHECK_EQ(i->size, p[1].p_offset + 0x1000);
	CHECK(p[0].p_offset + p[0].p_filesz <= p[1].p_offset);
	data_read(i, &byte, 1, p[1].p_offset);
	CHECK_EQ(byte, 1);
	data_read(i, &note, sizeof(note), p[0].p_offset);
	CHECK_EQ(note.n_type, NT_PRSTATUS);
	CHECK_EQ(note.n_descsz, sizeof(s));
	data_read(i, &s, sizeof(s), p[0].p_offset + sizeof(note) + 8);
	CHECK_EQ(s.pr_cursig, SIGQUIT);
	CHECK_EQ(s.pr_reg[16], s.pr_pid); /* the fake's pc */
	inode_unref(i);
	core_gone();
}

static void becomes_undumpable(struct lwp *l)
{
	fake_call(l, UX_SETRESUID, (uint64_t)-1, 1000, (uint64_t)-1, 0, NULL,
		  0);
}

static void becomes_other(struct lwp *l)
{
	becomes_undumpable(l);
	l->proc->undumpable = false;
}

static void calls_prctl(struct lwp *l)
{
	CHECK_EQ(fake_call(l, UX_PRCTL, 3, 0, 0, 0, NULL, 0), 1);
	CHECK_EQ(fake_call(l, UX_PRCTL, 4, 2, 0, 0, NULL, 0), -EINVAL);
	CHECK_EQ(fake_call(l, UX_PRCTL, 4, 0, 0, 0, NULL, 0), 0);
	CHECK_EQ(fake_call(l, UX_PRCTL, 3, 0, 0, 0, NULL, 0), 0);
}

static void never_of_changed_selves(void)
{
	CHECK(!dies_by(SIGABRT, RLIM_INFINITY, becomes_undumpable));
	CHECK(!dies_by(SIGABRT, RLIM_INFINITY, calls_prctl));
	CHECK(!core_here());
	/* Where it may not write. */
	fake_call(me, UX_FCHMODAT, (uint64_t)AT_FDCWD, 2, 0755, 0, ".", 2);
	CHECK(!dies_by(SIGABRT, RLIM_INFINITY, becomes_other));
	CHECK(!core_here());
}

static void never_into_others_files(void)
{
	struct inode *i;

	/* Through a link; into a second name; into another's file. */
	fake_call(me, UX_SYMLINKAT, 7, (uint64_t)AT_FDCWD, 5, 0,
		  "target\0core", 12);
	CHECK(!dies_by(SIGSEGV, RLIM_INFINITY, NULL));
	CHECK_EQ(path_inode(me->proc, AT_FDCWD, "target", 0, &i), -ENOENT);
	core_gone();
	CHECK(dies_by(SIGSEGV, RLIM_INFINITY, NULL));
	i = core_here();
	CHECK(i != NULL);
	i->nlink = 2;
	CHECK(!dies_by(SIGSEGV, RLIM_INFINITY, NULL));
	i->nlink = 1;
	i->uid = 7;
	CHECK(!dies_by(SIGSEGV, RLIM_INFINITY, NULL));
	i->uid = 0;
	CHECK(dies_by(SIGSEGV, RLIM_INFINITY, NULL));
	inode_unref(i);
	core_gone();
}

/* A child that has begun to dump; fake_cores_wait is set. */
static struct proc *dumping(void)
{
	struct lwp *child = fake_fork(me);
	struct proc *p = child->proc;

	fake_cores_wait = true;
	limit_set(p, RLIM_INFINITY);
	fake_call(me, UX_KILL, (uint64_t)p->pid, SIGQUIT, 0, 0, NULL, 0);
	return p;
}

/* How many pieces until all is written. */
static unsigned steps(void)
{
	unsigned n = 0;

	while (n < 100 && core_step())
		n++;
	fake_cores_wait = false;
	return n;
}

static int status_of(int pid)
{
	int status = -1;

	return fake_wait(me, pid, WNOHANG, &status) == pid ? status : -1;
}

static void others_go_on_meanwhile(void)
{
	struct proc *p = dumping();
	char name[32];
	int fd, pid = p->pid;

	CHECK_EQ(p->state, PROC_DUMPING);
	CHECK_EQ(p->nthreads, 0);
	CHECK_EQ(fake_wait(me, pid, WNOHANG | WCONTINUED | WUNTRACED, NULL), 0);
	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	fd = (int)fake_open(me, name, O_RDONLY, 0);
	CHECK(fake_read(me, fd, 100) > 0);
	CHECK(strstr((char *)fake_last.data, ") D "));
	fdt_close(me->proc, fd);
	/* What comes now comes too late. */
	for (int sig = SIGHUP; sig < SIGSYS; sig++)
		if (sig != SIGKILL)
			fake_call(me, UX_KILL, (uint64_t)pid, (uint64_t)sig, 0, 0,
				  NULL, 0);
	CHECK_EQ(p->state, PROC_DUMPING);
	CHECK(steps() >= 1);
	CHECK_EQ(status_of(pid), SIGQUIT | 0x80);
	core_gone();
}

static void sigkill_cuts_it(void)
{
	struct proc *p = dumping();
	int pid = p->pid;
	struct inode *i;

	fake_call(me, UX_KILL, (uint64_t)pid, SIGKILL, 0, 0, NULL, 0);
	CHECK_EQ(status_of(pid), SIGQUIT | 0x80);
	CHECK_EQ(steps(), 0);
	i = core_here();
	CHECK(i && i->size > 0 && i->size % 4096 == 0);
	inode_unref(i);
	core_gone();
}

static void little_memory_cuts_it(void)
{
	struct inode *i;
	int pid;

	fake_available = 1 << 20;
	CHECK(!dies_by(SIGQUIT, RLIM_INFINITY, NULL));
	CHECK(!core_here());
	fake_available = 32 << 20;
	pid = dumping()->pid;
	fake_available = 1 << 20;
	CHECK_EQ(steps(), 0);
	fake_available = 32 << 20;
	CHECK_EQ(status_of(pid), SIGQUIT | 0x80);
	i = core_here();
	CHECK(i != NULL);
	CHECK_EQ(i->size, 4096); /* the head, and no memory */
	inode_unref(i);
	core_gone();
}

static void two_do_not_share_a_file(void)
{
	int first = dumping()->pid, second = dumping()->pid;

	CHECK_EQ(status_of(second), SIGQUIT);
	CHECK_EQ(status_of(first), -1);
	steps();
	CHECK_EQ(status_of(first), SIGQUIT | 0x80);
	core_gone();
}

int main(void)
{
	me = fake_boot();
	RUN(only_within_the_limit);
	RUN(what_is_in_it);
	RUN(never_of_changed_selves);
	RUN(never_into_others_files);
	RUN(others_go_on_meanwhile);
	RUN(sigkill_cuts_it);
	RUN(little_memory_cuts_it);
	RUN(two_do_not_share_a_file);
	fake_shutdown();
	return check_done();
}
