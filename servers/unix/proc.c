/* SPDX-License-Identifier: BSD-2-Clause */
/* The process table: birth, threads, death. See proc.h. */
#include "proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core.h"
#include "inode.h"
#include "machine.h"
#include "sig.h"

#define TID_BUCKETS 256
#define PROC_RESERVE 64

struct list proc_all = {&proc_all, &proc_all};
struct proc *proc_init_process;

static struct list tid_table[TID_BUCKETS];
static struct list dead_procs = {&dead_procs, &dead_procs};
static struct list dead_lwps = {&dead_lwps, &dead_lwps};
static struct proc_walk *walks; /* going on, the innermost first */
static int next_id = 1, id_count;
static unsigned proc_count;

void proc_walk_begin(struct proc_walk *w)
{
	w->next = proc_all.next;
	w->outer = walks;
	walks = w;
}

struct proc *proc_walk_next(struct proc_walk *w)
{
	struct proc *p;

	if (w->next == &proc_all) {
		walks = w->outer;
		return NULL;
	}
	p = list_entry(w->next, struct proc, all);
	w->next = w->next->next;
	return p;
}

static void walks_leave(const struct proc *p)
{
	for (struct proc_walk *w = walks; w; w = w->outer)
		if (w->next == &p->all)
			w->next = p->all.next;
}

struct proc *proc_find(int pid)
{
	struct list *pos;

	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		if (p->pid == pid)
			return p;
	}
	return NULL;
}

static struct list *tid_bucket(int tid)
{
	struct list *b = &tid_table[(unsigned)tid % TID_BUCKETS];

	if (!b->next)
		list_init(b);
	return b;
}

struct lwp *lwp_find(int tid)
{
	struct list *pos, *bucket = tid_bucket(tid);

	list_each(pos, bucket) {
		struct lwp *l = list_entry(pos, struct lwp, hash);
		if (l->tid == tid)
			return l;
	}
	return NULL;
}

static bool id_in_use(int id)
{
	struct list *pos;

	if (lwp_find(id))
		return true;
	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		if (p->pid == id || p->pgid == id ||
		    (p->session && p->session->sid == id))
			return true;
	}
	return false;
}

static int id_allocate(void)
{
	int id;

	if (id_count >= PROC_MAX)
		return 0;
	do {
		id = next_id++;
		if (next_id > 32767)
			next_id = 300;
	} while (id_in_use(id));
	return id;
}

/* Every limit unlimited but those with a natural bound. */
static void limits_init(struct rlimit *limits)
{
	for (int n = 0; n < PROC_RLIMITS; n++)
		limits[n] = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
	limits[RLIMIT_STACK].rlim_cur = UX_STACK_SIZE;
	limits[RLIMIT_CORE].rlim_cur = 0;
	limits[RLIMIT_NOFILE] = (struct rlimit){FD_MAX, FD_MAX};
	limits[RLIMIT_NPROC] = (struct rlimit){PROC_MAX / 4, PROC_MAX / 4};
	limits[RLIMIT_MEMLOCK] = (struct rlimit){65536, 65536};
}

static struct proc *proc_allocate(void)
{
	struct proc *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	list_init(&p->all);
	list_init(&p->siblings);
	list_init(&p->children);
	list_init(&p->threads);
	waitq_init(&p->vfork_done);
	waitq_init(&p->child_news);
	waitq_init(&p->signal_news);
	sig_pending_init(&p->pending);
	timer_init(&p->alarm, NULL, p);
	timer_init(&p->hears, sig_hear_at_last, p);
	p->exit_signal = SIGCHLD;
	p->start = machine_monotonic();
	return p;
}

/* The lowest that no thread has. */
static unsigned lwp_free_slot(const struct proc *p)
{
	bool used[UX_SLOTS_PER_PAGE] = {0};
	struct list *pos;
	unsigned index = 0;

	list_each(pos, &p->threads)
		used[list_entry(pos, struct lwp, siblings)->slot_index] = true;
	while (index < UX_SLOTS_PER_PAGE && used[index])
		index++;
	return index;
}

struct lwp *lwp_create(struct proc *p)
{
	int tid = list_empty(&p->threads) && p->pid ? p->pid : id_allocate();
	struct lwp *l;

	if (!tid || lwp_free_slot(p) >= UX_SLOTS_PER_PAGE)
		return NULL;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->proc = p;
	l->tid = tid;
	l->slot_index = lwp_free_slot(p);
	sig_pending_init(&l->pending);
	list_insert(&p->threads, &l->siblings);
	list_insert(tid_bucket(tid), &l->hash);
	p->nthreads++;
	id_count++;
	return l;
}

void lwp_end(struct lwp *l)
{
	machine_thread_end(l);
	if (l->call)
		call_drop(l->call);
	sig_pending_clear(&l->pending);
	list_remove(&l->siblings);
	list_remove(&l->hash);
	l->proc->nthreads--;
	id_count--;
	list_insert(&dead_lwps, &l->hash);
}

struct proc *proc_create_first(struct inode *root)
{
	struct proc *p = proc_allocate();

	if (!p)
		return NULL;
	p->pid = p->pgid = id_allocate();
	p->session = session_create(p->pid);
	if (!p->session || !lwp_create(p)) {
		free(p->session);
		free(p);
		return NULL;
	}
	p->umask = 022;
	p->cwd = p->root = root;
	inode_ref(root);
	inode_ref(root);
	limits_init(p->limits);
	strcpy(p->comm, "init");
	list_insert(&proc_all, &p->all);
	proc_count++;
	if (!proc_init_process)
		proc_init_process = p;
	return p;
}

static char *copy_bytes(const char *from, unsigned length)
{
	char *to = from ? malloc(length) : NULL;

	if (to)
		memcpy(to, from, length);
	return to;
}

/* What fork hands down, once nothing can fail any more. */
static void proc_inherit(struct proc *p, struct proc *parent)
{
	p->pgid = parent->pgid;
	p->session = parent->session;
	p->session->members++;
	p->tty_left = parent->tty_left;
	p->cred = parent->cred;
	p->umask = parent->umask;
	p->nice = parent->nice;
	p->cwd = parent->cwd;
	p->root = parent->root;
	p->exe = parent->exe;
	inode_ref(p->cwd);
	inode_ref(p->root);
	if (p->exe) {
		inode_ref(p->exe);
		p->exe->executing++;
	}
	memcpy(p->actions, parent->actions, sizeof(p->actions));
	memcpy(p->limits, parent->limits, sizeof(p->limits));
	memcpy(p->comm, parent->comm, sizeof(p->comm));
	p->cmdline = copy_bytes(parent->cmdline, parent->cmdline_length);
	p->cmdline_length = p->cmdline ? parent->cmdline_length : 0;
	p->environ = copy_bytes(parent->environ, parent->environ_length);
	p->environ_length = p->environ ? parent->environ_length : 0;
	p->exe_path = parent->exe_path ? strdup(parent->exe_path) : NULL;
	p->auxv = parent->auxv;
	p->undumpable = parent->undumpable;
	p->parent = parent;
	list_insert(&parent->children, &p->siblings);
	list_insert(&proc_all, &p->all);
	proc_count++;
}

/* How many processes a user has. */
static unsigned user_count(uint32_t uid)
{
	struct list *pos;
	unsigned n = 0;

	list_each(pos, &proc_all)
		n += list_entry(pos, struct proc, all)->cred.uid == uid;
	return n;
}

/* Users have limits; the last places are the super-user's. */
static bool proc_may_grow(const struct proc *p)
{
	if (!p->cred.uid || cred_is_root(&p->cred))
		return proc_count < PROC_MAX;
	return id_count < PROC_MAX - PROC_RESERVE &&
	       proc_count < PROC_MAX - PROC_RESERVE &&
	       user_count(p->cred.uid) < p->limits[RLIMIT_NPROC].rlim_cur;
}

struct proc *proc_create_child(struct proc *parent, struct lwp *from)
{
	struct proc *p = proc_may_grow(parent) ? proc_allocate() : NULL;
	struct lwp *l;

	if (!p)
		return NULL;
	p->pid = id_allocate();
	l = p->pid ? lwp_create(p) : NULL;
	if (!l || fdt_copy(parent, p)) {
		if (l)
			lwp_end(l);
		free(p->fdt.slots);
		free(p);
		return NULL;
	}
	l->mask = from->mask;
	proc_inherit(p, parent);
	return p;
}

/* Releases what a process holds beside its table entry. */
static void proc_release(struct proc *p)
{
	fdt_destroy(p);
	timer_clear(&p->alarm);
	timer_clear(&p->hears);
	sig_pending_clear(&p->pending);
	if (p->exe) {
		p->exe->executing--;
		inode_unref(p->exe);
	}
	inode_unref(p->cwd);
	inode_unref(p->root);
	p->exe = p->cwd = p->root = NULL;
}

void proc_discard(struct proc *p)
{
	while (!list_empty(&p->threads))
		lwp_end(list_entry(p->threads.next, struct lwp, siblings));
	proc_release(p);
	proc_reap(p);
}

void proc_vfork_release(struct proc *p)
{
	p->vforked_from = NULL;
	waitq_wake(&p->vfork_done);
}

static void proc_reparent_children(struct proc *p)
{
	while (!list_empty(&p->children)) {
		struct proc *child =
			list_entry(p->children.next, struct proc, siblings);
		list_remove(&child->siblings);
		child->parent = proc_init_process;
		list_insert(&proc_init_process->children, &child->siblings);
		if (child->state == PROC_ZOMBIE)
			proc_news(child);
	}
}

static void session_leader_exit(struct proc *p)
{
	struct session *s = p->session;

	if (s->sid != p->pid || !s->tty)
		return;
	tty_session_ends(s);
}

void proc_close_others(struct proc *p, struct lwp *keep)
{
	struct list *pos, *next;

	for (pos = p->threads.next; pos != &p->threads; pos = next) {
		struct lwp *l = list_entry(pos, struct lwp, siblings);
		next = pos->next;
		if (l != keep)
			lwp_end(l);
	}
}

/* Whether a thread could go on when its call is dropped, or another has ended. The
 * only one, in the call that ends the process, cannot. */
static bool might_go_on(struct proc *p)
{
	struct lwp *l = list_entry(p->threads.next, struct lwp, siblings);

	return p->nthreads > 1 ||
	       (p->nthreads == 1 && l->call && !l->call->running);
}

void proc_end_threads(struct proc *p)
{
	if (might_go_on(p))
		machine_stop(p);
	machine_robust(p);
	proc_close_others(p, NULL);
}

static uint64_t ended_user, ended_system; /* times of those that exited */

void proc_times_of_all(uint64_t *user, uint64_t *system)
{
	struct proc_walk walk;
	struct proc *p;

	*user = ended_user;
	*system = ended_system;
	proc_each(p, &walk) {
		uint64_t live_user, live_system, resident;

		if (p->state == PROC_ZOMBIE)
			continue;
		machine_usage(p, &live_user, &live_system, &resident);
		*user += p->user + live_user;
		*system += p->system + live_system;
	}
}

void proc_exit(struct proc *p, int status)
{
	uint64_t user = 0, system = 0, resident = 0;

	if (p->state == PROC_ZOMBIE)
		return;
	if (p == proc_init_process) {
		machine_power_off(status);
		return;
	}
	core_abandon(p);
	machine_usage(p, &user, &system, &resident);
	p->user += user;
	p->system += system;
	ended_user += p->user;
	ended_system += p->system;
	p->state = PROC_ZOMBIE;
	p->exit_status = status;
	pgrp_check_orphans(p);
	session_leader_exit(p);
	proc_end_threads(p);
	machine_process_end(p);
	proc_release(p);
	proc_vfork_release(p);
	proc_reparent_children(p);
	proc_news(p);
}

void proc_reap(struct proc *p)
{
	session_leave(p);
	walks_leave(p);
	proc_count--;
	list_remove(&p->all);
	list_remove(&p->siblings);
	list_insert(&dead_procs, &p->all);
}

void proc_free_dead(void)
{
	while (!list_empty(&dead_lwps)) {
		struct lwp *l = list_entry(dead_lwps.next, struct lwp, hash);
		list_remove(&l->hash);
		lwp_exec_drop(l);
		free(l);
	}
	while (!list_empty(&dead_procs)) {
		struct proc *p = list_entry(dead_procs.next, struct proc, all);
		list_remove(&p->all);
		free(p->cmdline);
		free(p->environ);
		free(p->exe_path);
		free(p);
	}
}
