/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc: inodes made by look-up. Inode number = pid * 4096 + kind, so the same
 * name always has the same number. Text is made at open.
 */
#include "procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "inode.h"
#include "machine.h"
#include "misc.h"
#include "path.h"
#include "proc.h"

static struct fs proc_fs;
static const struct inode_ops procfs_ops, procfs_magic_ops;

/* Links that lead to an object rather than to a name. */
static bool procfs_is_magic(int kind)
{
	return kind == PROCFS_EXE || kind == PROCFS_CWD ||
	       kind == PROCFS_ROOT_LINK || kind >= PROCFS_FD_FIRST;
}

struct procfs_name {
	const char *name;
	enum procfs_kind kind;
	uint32_t mode;
};

static const struct procfs_name root_names[] = {
	{"self", PROCFS_SELF, S_IFLNK | 0777},
	{"mounts", PROCFS_MOUNTS, S_IFLNK | 0777},
	{"meminfo", PROCFS_MEMINFO, S_IFREG | 0444},
	{"cpuinfo", PROCFS_CPUINFO, S_IFREG | 0444},
	{"uptime", PROCFS_UPTIME, S_IFREG | 0444},
	{"loadavg", PROCFS_LOADAVG, S_IFREG | 0444},
	{"version", PROCFS_VERSION, S_IFREG | 0444},
	{"stat", PROCFS_SYSTEM_STAT, S_IFREG | 0444},
	{"filesystems", PROCFS_FILESYSTEMS, S_IFREG | 0444},
	{"sys", PROCFS_SYS, S_IFDIR | 0555},
};
static const struct procfs_name sys_names[] = {
	{"vm", PROCFS_SYS_VM, S_IFDIR | 0555},
};
static const struct procfs_name sys_vm_names[] = {
	{"drop_caches", PROCFS_DROP_CACHES, S_IFREG | 0200},
};
static const struct procfs_name process_names[] = {
	{"exe", PROCFS_EXE, S_IFLNK | 0777},
	{"cwd", PROCFS_CWD, S_IFLNK | 0777},
	{"root", PROCFS_ROOT_LINK, S_IFLNK | 0777},
	{"fd", PROCFS_FDS, S_IFDIR | 0500},
	{"stat", PROCFS_STAT, S_IFREG | 0444},
	{"statm", PROCFS_STATM, S_IFREG | 0444},
	{"status", PROCFS_STATUS, S_IFREG | 0444},
	{"cmdline", PROCFS_CMDLINE, S_IFREG | 0444},
	{"comm", PROCFS_COMM, S_IFREG | 0444},
	{"threads", PROCFS_THREADS, S_IFREG | 0444},
	{"maps", PROCFS_MAPS, S_IFREG | 0444},
	{"mounts", PROCFS_PROCESS_MOUNTS, S_IFREG | 0444},
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What a directory other than the root and those of descriptors holds. */
static const struct procfs_name *names_of(const struct inode *dir,
					  size_t *count)
{
	switch (dir->info) {
	case PROCFS_SYS:
		*count = COUNT(sys_names);
		return sys_names;
	case PROCFS_SYS_VM:
		*count = COUNT(sys_vm_names);
		return sys_vm_names;
	default:
		*count = COUNT(process_names);
		return process_names;
	}
}

static uint64_t procfs_number(int pid, int kind)
{
	return (uint64_t)pid * 4096 + (uint64_t)kind + 1;
}

/* Of one that may not be looked into the files are root's, but to itself. */
static void procfs_own(struct inode *i, const struct proc *p)
{
	if (p->undumpable && p != proc_current() && i->mode != (S_IFDIR | 0555))
		return;
	i->uid = p->cred.euid;
	i->gid = p->cred.egid;
}

static struct inode *procfs_create(int pid, int kind, uint32_t mode)
{
	struct inode *i = inode_create(&proc_fs, mode);
	struct proc *p = pid ? proc_find(pid) : NULL;

	if (!i)
		return NULL;
	i->ops = procfs_is_magic(kind) ? &procfs_magic_ops : &procfs_ops;
	i->number = procfs_number(pid, kind);
	i->info = kind;
	i->pid = pid;
	if (S_ISDIR(mode))
		i->dir.parent = proc_fs.root;
	if (p)
		procfs_own(i, p);
	return i;
}

static int name_number(const char *name, unsigned length)
{
	int n = 0;

	if (!length || length > 7)
		return -1;
	while (length--) {
		if (*name < '0' || *name > '9')
			return -1;
		n = n * 10 + (*name++ - '0');
	}
	return n;
}

static const struct procfs_name *name_find(const struct procfs_name *names,
					   size_t count, const char *name,
					   unsigned length)
{
	for (size_t n = 0; n < count; n++)
		if (strlen(names[n].name) == length &&
		    !memcmp(names[n].name, name, length))
			return &names[n];
	return NULL;
}

static struct inode *procfs_lookup_root(const char *name, unsigned length)
{
	const struct procfs_name *found =
		name_find(root_names, COUNT(root_names), name, length);
	int pid = name_number(name, length);

	if (found)
		return procfs_create(0, (int)found->kind, found->mode);
	if (pid <= 0 || !proc_find(pid))
		return NULL;
	return procfs_create(pid, PROCFS_PROCESS, S_IFDIR | 0555);
}

static struct inode *procfs_lookup(struct inode *dir, const char *name,
				   unsigned length)
{
	const struct procfs_name *found, *names;
	struct proc *p;
	size_t count;
	int fd;

	if (dir->info == PROCFS_ROOT)
		return procfs_lookup_root(name, length);
	p = dir->pid ? proc_find(dir->pid) : NULL;
	if (dir->pid && !p)
		return NULL;
	if (dir->info == PROCFS_FDS) {
		fd = name_number(name, length);
		if (fd < 0 || !fdt_file(p, fd))
			return NULL;
		return procfs_create(dir->pid, PROCFS_FD_FIRST + fd,
				     S_IFLNK | 0700);
	}
	names = names_of(dir, &count);
	found = name_find(names, count, name, length);
	if (!found)
		return NULL;
	return procfs_create(dir->pid, (int)found->kind, found->mode);
}

static char item_name[16];

static bool item_set(struct dir_item *item, uint64_t number, uint32_t mode,
		     uint64_t cookie)
{
	item->length = (unsigned)strlen(item->name);
	item->number = number;
	item->mode = mode & S_IFMT;
	item->cookie = cookie;
	return true;
}

/* The live process with the lowest pid above after. */
static struct proc *process_above(uint64_t after)
{
	struct proc *best = NULL;
	struct list *pos;

	list_each(pos, &proc_all) {
		struct proc *p = list_entry(pos, struct proc, all);
		if ((uint64_t)p->pid > after && (!best || p->pid < best->pid))
			best = p;
	}
	return best;
}

/* Cookies: 2 + index of a name, then 1000 + pid. */
static bool next_in_root(uint64_t cookie, struct dir_item *item)
{
	uint64_t index = cookie - 2;
	struct proc *p;

	if (index < COUNT(root_names)) {
		item->name = root_names[index].name;
		return item_set(item,
				procfs_number(0, (int)root_names[index].kind),
				root_names[index].mode, cookie + 1);
	}
	p = process_above(cookie < 1000 ? 0 : cookie - 1000);
	if (!p)
		return false;
	snprintf(item_name, sizeof(item_name), "%d", p->pid);
	item->name = item_name;
	return item_set(item, procfs_number(p->pid, PROCFS_PROCESS), S_IFDIR,
			1000 + (uint64_t)p->pid);
}

static bool next_fd(struct inode *dir, uint64_t cookie, struct dir_item *item)
{
	struct proc *p = proc_find(dir->pid);

	for (int fd = (int)cookie - 2; p && fd < p->fdt.size; fd++) {
		if (!fdt_file(p, fd))
			continue;
		snprintf(item_name, sizeof(item_name), "%d", fd);
		item->name = item_name;
		return item_set(item,
				procfs_number(dir->pid, PROCFS_FD_FIRST + fd),
				S_IFLNK, (uint64_t)fd + 3);
	}
	return false;
}

static bool procfs_next(struct inode *dir, uint64_t cookie,
			struct dir_item *item)
{
	const struct procfs_name *names;
	uint64_t index = cookie - 2;
	size_t count;

	if (cookie < 2) {
		item->name = cookie ? ".." : ".";
		return item_set(item, cookie ? proc_fs.root->number
					     : dir->number,
				S_IFDIR, cookie + 1);
	}
	if (dir->info == PROCFS_ROOT)
		return next_in_root(cookie, item);
	if (dir->info == PROCFS_FDS)
		return next_fd(dir, cookie, item);
	names = names_of(dir, &count);
	if (index >= count || (dir->pid && !proc_find(dir->pid)))
		return false;
	item->name = names[index].name;
	return item_set(item, procfs_number(dir->pid, (int)names[index].kind),
			names[index].mode, cookie + 1);
}

static int link_text(char *buffer, unsigned size, const char *text)
{
	size_t length = strlen(text);

	if (length > size)
		length = size;
	memcpy(buffer, text, length);
	return (int)length;
}

/* The path by which i was opened. What has ops is made when looked at: nothing
 * links it. */
static int path_link(char *buffer, unsigned size, const char *path,
		     const struct inode *i)
{
	char text[UX_PATH_MAX + 16];

	snprintf(text, sizeof(text), "%s%s", path,
		 i->nlink || i->ops ? "" : " (deleted)");
	return link_text(buffer, size, text);
}

static int fd_link(struct proc *p, int fd, char *buffer, unsigned size)
{
	struct file *f = fdt_file(p, fd);
	char text[64];

	if (!f)
		return -ENOENT;
	if (f->path)
		return path_link(buffer, size, f->path, f->inode);
	snprintf(text, sizeof(text), "%s:[%llu]",
		 S_ISFIFO(f->inode->mode) ? "pipe" : "anon_inode",
		 (unsigned long long)f->inode->number);
	return link_text(buffer, size, text);
}

static int dir_link(struct proc *p, struct inode *dir, char *buffer,
		    unsigned size)
{
	char text[UX_PATH_MAX];
	int length = path_of_dir(dir, p->root, text, sizeof(text));

	return length < 0 ? length : link_text(buffer, size, text);
}

static int procfs_readlink(struct inode *i, char *buffer, unsigned size)
{
	struct proc *p = i->pid ? proc_find(i->pid) : proc_current();
	char text[16];

	if (!p)
		return -ENOENT;
	if (i->pid && !proc_may_look(proc_current(), p))
		return -EACCES;
	switch (i->info) {
	case PROCFS_SELF:
		snprintf(text, sizeof(text), "%d", p->pid);
		return link_text(buffer, size, text);
	case PROCFS_MOUNTS:
		return link_text(buffer, size, "self/mounts");
	case PROCFS_EXE:
		return p->exe_path && p->exe
			       ? path_link(buffer, size, p->exe_path, p->exe)
			       : -ENOENT;
	case PROCFS_CWD:
		return p->cwd ? dir_link(p, p->cwd, buffer, size) : -ENOENT;
	case PROCFS_ROOT_LINK:
		return link_text(buffer, size, "/");
	default:
		return fd_link(p, i->info - PROCFS_FD_FIRST, buffer, size);
	}
}

/* Links of a process lead to the object itself, whatever its name is now. */
static struct inode *procfs_follow(struct inode *i)
{
	struct proc *p = proc_find(i->pid);
	struct inode *to = NULL;
	struct file *f;

	if (!p || !proc_may_look(proc_current(), p))
		return NULL;
	if (i->info == PROCFS_EXE)
		to = p->exe;
	else if (i->info == PROCFS_CWD)
		to = p->cwd;
	else if (i->info == PROCFS_ROOT_LINK)
		to = p->root;
	else if ((f = fdt_file(p, i->info - PROCFS_FD_FIRST)))
		to = f->inode;
	if (to)
		inode_ref(to);
	return to;
}

static int64_t text_read(struct call *c, struct file *f, uint64_t count,
			 int64_t offset)
{
	struct text *t = f->object;

	return file_read_text(c, f, t->bytes, t->length, count, offset);
}

static int text_poll(struct call *c, struct file *f)
{
	(void)c;
	(void)f;
	return POLLIN | POLLRDNORM;
}

static int64_t text_seek(struct file *f, int64_t offset, int whence)
{
	struct text *t = f->object;

	return file_seek_size(f, offset, whence, (int64_t)t->length);
}

static void text_release(struct file *f)
{
	struct text *t = f->object;

	free(t->bytes);
	free(t);
}

static const struct file_ops text_ops = {
	.read = text_read,
	.poll = text_poll,
	.seek = text_seek,
	.release = text_release,
};

/* Linux's numbers choose between caches; here any number means all. */
static int64_t drop_caches_write(struct call *c, struct file *f,
				 const uint8_t *data, uint64_t count,
				 int64_t offset)
{
	(void)c;
	(void)f;
	(void)offset;
	if (count == 0 || data[0] < '1' || data[0] > '4')
		return -EINVAL;
	machine_drop_caches();
	return (int64_t)count;
}

static int64_t drop_caches_seek(struct file *f, int64_t offset, int whence)
{
	return file_seek_size(f, offset, whence, 0);
}

static const struct file_ops drop_caches_ops = {
	.write = drop_caches_write,
	.seek = drop_caches_seek,
};

static int64_t directory_seek(struct file *f, int64_t offset, int whence)
{
	return file_seek_size(f, offset, whence, INT32_MAX);
}

static const struct file_ops procfs_dir_ops = {.seek = directory_seek};

static int procfs_open(struct inode *i, struct file *f)
{
	struct proc *p = i->pid ? proc_find(i->pid) : NULL;
	struct text *t;

	if (S_ISDIR(i->mode)) {
		f->ops = &procfs_dir_ops;
		return 0;
	}
	if (i->info == PROCFS_DROP_CACHES) {
		f->ops = &drop_caches_ops;
		return 0;
	}
	if (i->pid && !p)
		return -ENOENT;
	if (i->info == PROCFS_MAPS && !proc_may_look(proc_current(), p))
		return -EACCES;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	procfs_text(t, (enum procfs_kind)i->info, p);
	if (t->failed) {
		free(t->bytes);
		free(t);
		return -ENOMEM;
	}
	f->object = t;
	f->ops = &text_ops;
	return 0;
}

static const struct inode_ops procfs_ops = {
	.lookup = procfs_lookup,
	.next = procfs_next,
	.readlink = procfs_readlink,
	.open = procfs_open,
};

static const struct inode_ops procfs_magic_ops = {
	.readlink = procfs_readlink,
	.follow = procfs_follow,
	.open = procfs_open,
};

int procfs_mount(struct inode *on)
{
	fs_init(&proc_fs, "proc", 0x9fa0);
	proc_fs.path = "/proc";
	proc_fs.root = procfs_create(0, PROCFS_ROOT, S_IFDIR | 0555);
	if (!proc_fs.root)
		return -ENOMEM;
	proc_fs.root->nlink = 2;
	proc_fs.covered = on;
	on->mounted = &proc_fs;
	return 0;
}
