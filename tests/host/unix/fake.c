/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake machine and the calls' harness; see fake.h. */
#include "fake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../../servers/unix/core.h"
#include "../../../servers/unix/exec.h"
#include "../../../servers/unix/init.h"
#include "../../../servers/unix/machine.h"
#include "../../../servers/unix/misc.h"
#include "../../../servers/unix/tty.h"

int fake_stops, fake_continues, fake_pokes, fake_power_off_status = -1;
int fake_drops;
bool fake_cores_wait;
uint64_t fake_available = 32 << 20;
int fake_exec_result;
struct outcome fake_last;
static uint64_t now = 1000000000;

uint64_t fake_tick;

uint64_t machine_monotonic(void)
{
	return now += fake_tick;
}

uint64_t machine_realtime(void)
{
	return 1600000000000000000ull + now;
}

int machine_set_realtime(uint64_t ns)
{
	(void)ns;
	return 0;
}

void machine_random(void *buffer, size_t length)
{
	memset(buffer, 0x5a, length);
}

void *machine_region_create(size_t size)
{
	return calloc(1, size);
}

void machine_region_destroy(void *region, size_t size)
{
	(void)size;
	free(region);
}

void machine_entry_destroy(uint64_t *entry)
{
	*entry = 0;
}

void machine_drop_caches(void)
{
	fake_drops++;
}

void machine_discard(void *buffer, size_t size)
{
	memset(buffer, 0, size);
}

void machine_memory(uint64_t *total, uint64_t *available)
{
	*total = 64 << 20;
	*available = fake_available;
}

int machine_fork(struct proc *parent, struct proc *child, struct lwp *thread,
		 uint64_t block, uint64_t fs, bool share)
{
	(void)fs;
	(void)parent;
	(void)thread;
	(void)block;
	(void)share;
	child->task = 1;
	return 0;
}

int machine_clone(struct proc *p, struct lwp *thread, uint64_t block,
		  uint64_t fs)
{
	(void)fs;
	(void)p;
	(void)thread;
	(void)block;
	return 0;
}

int machine_exec(struct proc *p, struct lwp *thread,
		 const struct exec_image *image)
{
	(void)p;
	(void)thread;
	(void)image;
	return fake_exec_result;
}

void machine_rename(struct proc *p)
{
	(void)p;
}

void machine_thread_end(struct lwp *thread)
{
	thread->thread = 0;
}

void machine_process_end(struct proc *p)
{
	p->task = 0;
}

void machine_poke(struct lwp *thread)
{
	(void)thread;
	fake_pokes++;
}

void machine_unpoke(struct lwp *thread)
{
	(void)thread;
}

void machine_late(struct lwp *thread, bool late)
{
	(void)thread;
	(void)late;
}

void machine_robust(struct proc *p)
{
	(void)p;
}

void machine_stop(struct proc *p)
{
	(void)p;
	fake_stops++;
}

void machine_continue(struct proc *p)
{
	(void)p;
	fake_continues++;
}

int64_t machine_mmap(struct proc *p, uint64_t address, uint64_t length,
		     int prot, int flags, bool writable, struct inode *file,
		     uint64_t offset)
{
	(void)p;
	(void)writable;
	(void)length;
	(void)prot;
	(void)flags;
	(void)file;
	(void)offset;
	return (int64_t)address;
}

int machine_make_own(struct proc *p, uint64_t address, uint64_t length)
{
	(void)p;
	(void)address;
	(void)length;
	return 0;
}

void machine_usage(struct proc *p, uint64_t *user, uint64_t *system,
		   uint64_t *resident)
{
	(void)p;
	*user = 30000000;
	*system = 10000000;
	*resident = 1 << 20;
}

bool machine_thread(const struct lwp *l, struct machine_thread *t)
{
	*t = (struct machine_thread){
		.user = 30000000,
		.system = 10000000,
		.usage = 125,
		.base = 10,
		.current = (int)(l->tid % 8),
		.most = 18,
		.state = 'S',
	};
	return true;
}

bool machine_region_next(struct proc *p, uint64_t address,
			 struct machine_region *region)
{
	(void)p;
	if (address > 0x400000)
		return false;
	*region = (struct machine_region){0x400000, 0x401000, 5, false};
	return true;
}

/* Ones and zeros by turns. */
bool machine_memory_read(struct proc *p, uint64_t address, void *buffer,
			 size_t size)
{
	(void)p;
	memset(buffer, address & 0x1000 ? 0 : 1, size);
	return true;
}

void machine_memory_drop(struct proc *p, uint64_t address, size_t size)
{
	(void)p;
	(void)address;
	(void)size;
}

void machine_registers(struct lwp *thread, struct machine_registers *r)
{
	memset(r, 0, sizeof(*r));
	r->general[16] = (uint64_t)thread->tid; /* rip */
}

unsigned machine_processors(void)
{
	return 2;
}

uint32_t machine_priv_port(unsigned which)
{
	return 100 + which;
}

uint64_t machine_hwcap(void)
{
	return 0;
}

void machine_log(const char *format, ...)
{
	(void)format;
}

void machine_power_off(int status)
{
	fake_power_off_status = status;
}

void fake_advance(uint64_t ns)
{
	now += ns;
	timer_run();
	call_run_woken();
}

static void fake_cores(void)
{
	while (!fake_cores_wait && core_step())
		;
	call_run_woken();
}

static void fake_reply(struct call *c, int64_t result, int flags)
{
	struct outcome *out = (struct outcome *)c->reply_to;

	out->result = result;
	out->flags = flags;
	if (result == CALL_NO_REPLY)
		return;
	out->length = c->out_length;
	if (c->out_length)
		memcpy(out->data, c->out, c->out_length);
}

void fake_start(struct lwp *l, struct outcome *out, int op,
		const uint64_t words[6], const void *data, size_t length)
{
	struct call *c = calloc(1, sizeof(*c));

	memset(out, 0, sizeof(*out));
	out->result = PENDING;
	c->lwp = l;
	c->op = op;
	memcpy(c->words, words, sizeof(c->words));
	c->in = malloc(length + 1);
	if (length)
		memcpy(c->in, data, length);
	c->in_length = (uint32_t)length;
	c->reply = fake_reply;
	c->reply_to = (uint64_t)out;
	call_start(c);
	call_run_woken();
	fake_cores();
}

int64_t fake_call(struct lwp *l, int op, uint64_t a, uint64_t b, uint64_t c,
		  uint64_t d, const void *data, size_t length)
{
	const uint64_t words[6] = {a, b, c, d, 0, 0};

	fake_start(l, &fake_last, op, words, data, length);
	return fake_last.result;
}

int64_t fake_path(struct lwp *l, int op, const char *path, uint64_t c,
		  uint64_t d)
{
	size_t length = strlen(path) + 1;

	return fake_call(l, op, (uint64_t)AT_FDCWD, length, c, d, path,
			 length);
}

int64_t fake_path0(struct lwp *l, int op, const char *path, uint64_t b)
{
	size_t length = strlen(path) + 1;

	return fake_call(l, op, length, b, 0, 0, path, length);
}

int64_t fake_open(struct lwp *l, const char *path, int flags, int mode)
{
	return fake_path(l, UX_OPENAT, path, (uint64_t)flags, (uint64_t)mode);
}

int64_t fake_write(struct lwp *l, int fd, const char *text)
{
	return fake_call(l, UX_WRITE, (uint64_t)fd, strlen(text), 0, 0, text,
			 strlen(text));
}

int64_t fake_read(struct lwp *l, int fd, unsigned n)
{
	int64_t got = fake_call(l, UX_READ, (uint64_t)fd, n, 0, 0, NULL, 0);

	fake_last.data[got > 0 ? got : 0] = 0;
	return got;
}

struct lwp *fake_fork(struct lwp *l)
{
	struct proc *child = proc_find(
		(int)fake_call(l, UX_FORK, 0, 0, 0, 0, NULL, 0));

	if (!child)
		return NULL;
	return list_entry(child->threads.next, struct lwp, siblings);
}

void fake_exit(struct lwp *l, int status)
{
	fake_call(l, UX_EXIT, (uint64_t)status, 1, 0, 0, NULL, 0);
}

int64_t fake_wait(struct lwp *l, int pid, int options, int *status)
{
	int64_t got = fake_call(l, UX_WAIT4, (uint64_t)pid, (uint64_t)options,
				0, 0, NULL, 0);

	if (got > 0 && status)
		memcpy(status, fake_last.data, sizeof(*status));
	return got;
}

int64_t fake_handler(struct lwp *l, int sig, uint64_t handler, uint64_t flags)
{
	struct sig_action a = {.handler = handler, .flags = flags};

	return fake_call(l, UX_SIGACTION, (uint64_t)sig, 1, 0, 0, &a,
			 sizeof(a));
}

struct lwp *fake_boot(void)
{
	struct lwp *first;

	if (!root_fs.root) {
		fs_init(&root_fs, "tmpfs", 0x01021994);
		root_fs.path = "/";
		root_fs.root = inode_create(&root_fs, S_IFDIR | 0755);
		root_fs.root->nlink = 2;
		root_fs.root->dir.parent = root_fs.root;
		tree_directory(root_fs.root, "tmp");
		devices_create(tree_directory(root_fs.root, "dev"));
		procfs_mount(tree_directory(root_fs.root, "proc"));
		tty_init(&tty_console);
		init_create(root_fs.root);
	}
	first = list_entry(proc_init_process->threads.next, struct lwp,
			   siblings);
	return fake_fork(first);
}

void fake_shutdown(void)
{
	struct proc_walk walk;
	struct proc *p;

	proc_each(p, &walk)
		if (p != proc_init_process)
			proc_exit(p, 0);
	proc_free_dead();
}
