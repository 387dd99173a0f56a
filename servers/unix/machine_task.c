/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and ending tasks: fork, vfork, exec, exit. */
#include <errno.h>
#include <mach/mach_ext.h>
#include <server/notify.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "exec.h"
#include "inode.h"
#include "machine_i.h"

#define PAGE 4096ull
#define PAGE_UP(x) (((x) + PAGE - 1) & ~(PAGE - 1))
#define PAGE_DOWN(x) ((x) & ~(PAGE - 1))

static struct mtask *mtask_create(mach_port_t parent, bool inherit)
{
	struct mtask *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->users = 1;
	if (task_create(parent, inherit, &t->task) != KERN_SUCCESS) {
		free(t);
		return NULL;
	}
	port_insert(t->task, PORT_TASK, t);
	notify_request_dead_name(t->task, notify_port);
	return t;
}

/* One process fewer uses it; the last one ends it. */
static void mtask_release(struct mtask *t)
{
	if (--t->users)
		return;
	port_remove(t->task);
	task_terminate(t->task);
	mach_port_deallocate(mach_task_self(), t->task);
	session_ports_unref(t->session);
	free(t);
}

/* A program can end its own task by Mach's means: its processes end too. */
void mtask_died(mach_port_t task)
{
	struct mtask *t = port_lookup(task, PORT_TASK);
	struct proc_walk walk;
	struct proc *p;

	if (!t)
		return;
	proc_each(p, &walk)
		if (mtask_of(p) == t)
			proc_exit(p, SIGKILL);
}

static int fork_copy(struct proc *parent, struct proc *child, struct lwp *l,
		     uint64_t block, uint64_t fs)
{
	struct mtask *t = mtask_create(mtask_of(parent)->task, true);
	int error;

	if (!t)
		return -EAGAIN;
	t->session = session_ports_ref(mtask_of(parent)->session);
	child->task = (uint64_t)t;
	machine_rename(child);
	error = mproc_enter(child, t->task, UX_PORT_NAME, UX_SLOT_BASE);
	if (!error)
		error = thread_begin(child, l, t->task, emul.fork_child, block,
				     fs, NULL);
	return error;
}

static int fork_share(struct proc *parent, struct proc *child, struct lwp *l,
		      uint64_t block, uint64_t fs)
{
	struct mtask *t = mtask_of(parent);
	int error;

	t->users++;
	child->task = (uint64_t)t;
	error = mproc_enter(child, t->task,
			    UX_PORT_NAME + 0x1000 + (unsigned)child->pid,
			    UX_SLOT_BASE + PAGE);
	if (!error)
		error = thread_begin(child, l, t->task, emul.thread, block,
				     fs, NULL);
	return error;
}

int machine_fork(struct proc *parent, struct proc *child, struct lwp *l,
		 uint64_t block, uint64_t fs, bool share)
{
	int error = mproc_create(child);

	if (error)
		return error;
	error = share ? fork_share(parent, child, l, block, fs)
		      : fork_copy(parent, child, l, block, fs);
	if (error)
		machine_process_end(child);
	return error;
}

void machine_process_end(struct proc *p)
{
	struct mtask *t = mtask_of(p);

	if (!t)
		return;
	if (t->users > 1) {
		mproc_leave(p, t->task);
		machine_continue(p);
	}
	p->task = 0;
	mtask_release(t); /* first: a call that dies with the port would return */
	mproc_destroy(p);
}

static void name_task(mach_port_t task, const char *comm, int pid)
{
	const char *slash = strrchr(comm, '/');
	char name[32];

	snprintf(name, sizeof(name), "%.15s[%d]", slash ? slash + 1 : comm, pid);
	task_set_name(task, name);
}

void machine_rename(struct proc *p)
{
	if (p->task && mtask_of(p)->users == 1) /* not its parent's */
		name_task(mtask_of(p)->task, p->comm, p->pid);
}

/* --- exec --- */

/* The page in which the file's bytes end and zeros begin. */
static int map_last_page(mach_port_t task, const struct exec_segment *s)
{
	uint64_t whole = PAGE_DOWN(s->file_size);
	static char page[PAGE];
	vm_address_t at = s->address + whole;
	kern_return_t kr;

	memset(page, 0, sizeof(page));
	data_read(s->file, page, s->file_size - whole, s->offset + whole);
	kr = vm_allocate(task, &at, PAGE, FALSE);
	if (kr == KERN_SUCCESS)
		kr = vm_write(task, at, (pointer_t)page, PAGE);
	return kern_errno(kr);
}

static int map_segment(mach_port_t task, const struct exec_segment *s)
{
	bool writable = s->prot & PROT_WRITE;
	uint64_t file = writable ? PAGE_DOWN(s->file_size)
				 : PAGE_UP(s->file_size);
	uint64_t end = PAGE_UP(s->memory_size);
	vm_address_t at;
	int error = 0;

	if (file)
		error = map_file_range(task, s->address, file, s->prot, MAP_ONE_OWN,
				       s->file, s->offset);
	if (!error && file < s->file_size) {
		error = map_last_page(task, s);
		file += PAGE;
	}
	at = s->address + file;
	if (!error && file < end)
		error = kern_errno(vm_allocate(task, &at, end - file, FALSE));
	if (!error && writable && (s->prot & PROT_EXEC))
		error = kern_errno(vm_protect(task, s->address, end, FALSE,
					      s->prot));
	return error;
}

static int map_stack(mach_port_t task, const struct exec_image *image)
{
	vm_address_t at = UX_STACK_TOP - UX_STACK_SIZE;
	kern_return_t kr = vm_allocate(task, &at, UX_STACK_SIZE, FALSE);

	if (kr == KERN_SUCCESS)
		kr = vm_write(task, UX_STACK_TOP - image->stack_size,
			      (pointer_t)image->stack,
			      (mach_msg_type_number_t)image->stack_size);
	return kern_errno(kr);
}

/* The ports we were started with become the task's registered ones. */
static kern_return_t register_ours(mach_port_t task)
{
	mach_port_array_t ports;
	mach_msg_type_number_t count;
	kern_return_t kr = mach_ports_lookup(mach_task_self(), &ports, &count);

	if (kr != KERN_SUCCESS)
		return kr;
	kr = mach_ports_register(task, ports, count);
	for (unsigned n = 0; n < count; n++)
		if (MACH_PORT_VALID(ports[n]))
			mach_port_deallocate(mach_task_self(), ports[n]);
	vm_deallocate(mach_task_self(), (vm_address_t)ports,
		      count * sizeof(*ports));
	return kr;
}

static int fill_task(mach_port_t task, mach_port_t bootstrap,
		     const struct exec_image *image)
{
	int error = 0;

	for (unsigned n = 0; n < image->count && !error; n++)
		error = map_segment(task, &image->segments[n]);
	if (!error)
		error = map_stack(task, image);
	if (!error)
		error = emul_map(task);
	if (!error)
		error = kern_errno(task_set_special_port(
			task, TASK_EXCEPTION_PORT, exception_port));
	if (!error)
		error = kern_errno(task_set_special_port(
			task, TASK_BOOTSTRAP_PORT, bootstrap));
	/* What an unprivileged parent registered must not reach set-uid. */
	if (!error && image->secure)
		error = kern_errno(register_ours(task));
	return error;
}

/* The new task takes the old one's place; cannot fail any more. */
static void exec_replace(struct proc *p, struct mtask *t,
			 mach_port_t old_thread, struct mproc *old_mproc)
{
	struct mtask *old = mtask_of(p);
	uint64_t user, system, resident;

	machine_usage(p, &user, &system, &resident);
	p->user += user;
	p->system += system;
	p->task = (uint64_t)t;
	if (!old)
		return;
	mproc_port_destroy(old_mproc->port);
	port_remove(old_thread);
	if (old->users > 1) {
		thread_terminate(old_thread);
		vm_deallocate(old->task, old_mproc->slots_at, PAGE);
		mach_port_deallocate(old->task, old_mproc->name);
		task_resume(old->task);
	}
	mach_port_deallocate(mach_task_self(), old_thread);
	mtask_release(old);
}

/*
 * A process port of its own for the new program: what the old one still has
 * under way, or gave to others, must not speak for a set-uid program.
 */
static int exec_renew(struct proc *p, struct mproc *old)
{
	if (!p->slots)
		return mproc_create(p);
	*old = *mproc_of(p);
	return mproc_port_renew(p);
}

static void exec_restore(struct proc *p, const struct mproc *old)
{
	if (!old->port)
		return;
	mproc_port_destroy(mproc_of(p)->port);
	*mproc_of(p) = *old;
}

/* The new task with its first thread; *t is set on success only. */
static int exec_build(struct proc *p, struct lwp *l,
		      const struct exec_image *image, struct mtask **made)
{
	const uint64_t after[3] = {image->start, image->sp, image->brk};
	mach_port_t parent = p->task ? mtask_of(p)->task : mach_task_self();
	struct mtask *t = mtask_create(parent, false);
	const uint32_t uid = p->cred.euid;
	int error = -ENOMEM;

	if (t) {
		t->session = session_ports_take(uid);
		error = fill_task(t->task, session_bootstrap(t->session, uid),
				  image);
	}
	if (!error)
		error = mproc_enter(p, t->task, UX_PORT_NAME, UX_SLOT_BASE);
	if (!error) {
		name_task(t->task, image->name, p->pid);
		error = thread_begin(p, l, t->task, emul.start, UX_BLOCK_BASE,
				     0, after);
	}
	if (error && t)
		mtask_release(t);
	else
		*made = t;
	return error;
}

/* Of the threads of the old task, which have all ended by now. */
static void exec_robust(struct proc *p, struct lwp *l, uint64_t old_block)
{
	unsigned left = ROBUST_ALL;
	struct list *pos;

	list_each(pos, &p->threads) {
		struct lwp *one = list_entry(pos, struct lwp, siblings);
		robust_release(p, one == l ? old_block : one->block, one->tid,
			       &left);
	}
}

int machine_exec(struct proc *p, struct lwp *l,
		 const struct exec_image *image)
{
	mach_port_t old_thread = (mach_port_t)l->thread;
	struct mtask *old = mtask_of(p), *t = NULL;
	struct mproc old_mproc = {0};
	int error = exec_renew(p, &old_mproc);
	const uint64_t old_block = l->block;

	if (error)
		return error;
	/* The other threads must not see the new program run. */
	if (old)
		task_suspend(old->task);
	error = exec_build(p, l, image, &t);
	if (error) {
		exec_restore(p, &old_mproc);
		if (old)
			task_resume(old->task);
		return error;
	}
	if (old)
		exec_robust(p, l, old_block);
	exec_replace(p, t, old_thread, &old_mproc);
	return 0;
}
