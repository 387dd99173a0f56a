/* SPDX-License-Identifier: BSD-2-Clause */
/* execve: arguments, scripts, credentials; the plan; the commit. */
#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include "dispatch.h"
#include "inode.h"
#include "machine.h"
#include "path.h"
#include "sig.h"

#define SCRIPT_DEPTH 5
#define SCRIPT_LINE  256

/* Bytes of arguments that came ahead, of all threads; the last are the
 * super-user's. */
#define AHEAD_MAX     (16u << 20)
#define AHEAD_RESERVE (2u << 20)

static uint32_t exec_ahead;

void exec_image_done(struct exec_image *image)
{
	for (unsigned n = 0; n < image->count; n++)
		inode_unref(image->segments[n].file);
	free(image->stack);
}

/* Everything the call brought: what came ahead, then this message's data. */
static int exec_collect(struct call *c, const char **path,
			struct exec_args *args)
{
	struct lwp *l = c->lwp;
	uint32_t rest, length, at, ahead = l->exec_length;
	const char *strings;

	*path = call_path(c, 1);
	if (!*path)
		return -ENAMETOOLONG;
	rest = c->in_length - c->in_cursor;
	strings = call_take(c, rest);
	length = ahead + rest;
	args->strings = malloc(length + 1);
	if (!args->strings)
		return -ENOMEM;
	if (ahead)
		memcpy(args->strings, l->exec_data, ahead);
	memcpy(args->strings + ahead, strings, rest);
	args->strings[length] = 0;
	args->length = length;
	/* Each string has a byte at least. */
	if (c->words[2] > length || c->words[3] > length)
		return -EINVAL;
	args->argc = (unsigned)c->words[2];
	args->envc = (unsigned)c->words[3];
	args->env_start = length;
	at = 0;
	for (unsigned n = 0; n < args->argc + args->envc; n++) {
		if (n == args->argc)
			args->env_start = at;
		if (at >= length)
			return -EINVAL;
		at += (uint32_t)strlen(args->strings + at) + 1;
	}
	return at == length ? 0 : -EINVAL;
}

/* words[5]: more argument strings follow in another message; 2: these are the
 * first. */
static int64_t exec_append(struct call *c)
{
	struct lwp *l = c->lwp;
	uint8_t *grown;

	if (c->words[5] == 2)
		lwp_exec_drop(l);
	if (c->in_length > EXEC_ARGS_MAX - l->exec_length)
		return -E2BIG;
	if (exec_ahead + c->in_length >
	    (l->proc->cred.euid ? AHEAD_MAX - AHEAD_RESERVE : AHEAD_MAX))
		return -ENOMEM;
	grown = realloc(l->exec_data, l->exec_length + c->in_length + 1);
	if (!grown)
		return -ENOMEM;
	memcpy(grown + l->exec_length, c->in, c->in_length);
	l->exec_data = grown;
	l->exec_length += c->in_length;
	exec_ahead += c->in_length;
	return 0;
}

void lwp_exec_drop(struct lwp *l)
{
	exec_ahead -= l->exec_length;
	free(l->exec_data);
	l->exec_data = NULL;
	l->exec_length = 0;
}

/* Puts strings (size bytes, n of them) in place of argv[0]. */
static int args_replace_first(struct exec_args *args, const char *strings,
			      size_t size, unsigned n)
{
	size_t old = args->argc ? strlen(args->strings) + 1 : 0;
	size_t length = args->length - old + size;
	char *made = malloc(length + 1);

	if (!made)
		return -ENOMEM;
	memcpy(made, strings, size);
	memcpy(made + size, args->strings + old, args->length - old);
	free(args->strings);
	args->strings = made;
	args->length = (uint32_t)length;
	args->env_start = (uint32_t)(args->env_start - old + size);
	args->argc = args->argc ? args->argc - 1 + n : n;
	return 0;
}

/*
 * A file that begins with #!: its interpreter's name goes to name, the
 * arguments change. 1: it was a script; 0: not; or -errno.
 */
static int exec_script(struct inode *file, char *name,
		       struct exec_args *args)
{
	char line[SCRIPT_LINE + 1], strings[SCRIPT_LINE + UX_PATH_MAX + 2];
	int64_t got = data_read(file, line, SCRIPT_LINE, 0);
	char *start, *end, *argument;
	size_t size;
	int error;

	if (got < 2 || line[0] != '#' || line[1] != '!')
		return 0;
	line[got] = 0;
	end = strchr(line, '\n');
	if (!end)
		end = line + got;
	while (end > line + 2 && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = 0;
	start = line + 2 + strspn(line + 2, " \t");
	if (!*start)
		return -ENOEXEC;
	argument = start + strcspn(start, " \t");
	if (*argument) {
		*argument++ = 0;
		argument += strspn(argument, " \t");
	}
	size = strlen(start) + 1;
	memcpy(strings, start, size);
	if (*argument) {
		strcpy(strings + size, argument);
		size += strlen(argument) + 1;
	}
	strcpy(strings + size, name);
	size += strlen(name) + 1;
	error = args_replace_first(args, strings, size, *argument ? 3 : 2);
	strcpy(name, start);
	return error ? error : 1;
}

static int exec_find(struct proc *p, int dirfd, const char *name, int flags,
		     struct inode **out)
{
	int error = path_inode(p, dirfd, name,
			       (flags & AT_SYMLINK_NOFOLLOW ? 0
							    : PATH_FOLLOW) |
				       (flags & AT_EMPTY_PATH ? PATH_EMPTY
							      : 0),
			       out);

	if (error)
		return error;
	error = inode_access(&p->cred, *out, 1);
	if (!S_ISREG((*out)->mode) || (*out)->ops)
		error = -EACCES;
	else if (!error && (*out)->writers)
		error = -ETXTBSY;
	if (error)
		inode_unref(*out);
	return error;
}

/* Follows scripts to the ELF file to run. +1 in *out. */
static int exec_resolve(struct proc *p, int dirfd, char *name, int flags,
			struct exec_args *args, struct inode **out)
{
	for (int depth = 0; depth < SCRIPT_DEPTH; depth++) {
		int error = exec_find(p, dirfd, name, flags, out);
		if (error)
			return error;
		error = exec_script(*out, name, args);
		if (error == 0)
			return 0;
		inode_unref(*out);
		if (error < 0)
			return error;
		dirfd = AT_FDCWD;
		flags = 0;
	}
	return -ELOOP;
}

static void exec_set_ids(struct cred *cred, const struct inode *file)
{
	if (file->mode & S_ISUID)
		cred->euid = file->uid;
	if ((file->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		cred->egid = file->gid;
	cred->suid = cred->fsuid = cred->euid;
	cred->sgid = cred->fsgid = cred->egid;
}

static void exec_set_comm(struct proc *p, const char *name)
{
	const char *slash = strrchr(name, '/');

	memset(p->comm, 0, sizeof(p->comm));
	strncpy(p->comm, slash ? slash + 1 : name, sizeof(p->comm) - 1);
}

/* The name of the executable for /proc/N/exe. */
static char *exec_full_name(struct proc *p, const char *name)
{
	char cwd[UX_PATH_MAX];
	char *full;

	if (!strncmp(name, "/proc/", 6) && p->exe_path)
		return strdup(p->exe_path);
	if (*name == '/' ||
	    path_of_dir(p->cwd, p->root, cwd, sizeof(cwd)) < 0)
		return strdup(name);
	full = malloc(strlen(cwd) + strlen(name) + 2);
	if (full) {
		strcpy(full, cwd);
		if (full[1])
			strcat(full, "/");
		strcat(full, name);
	}
	return full;
}

/* The process becomes the program: cannot fail. Consumes args->strings. */
static void exec_commit(struct proc *p, struct inode *file,
			struct exec_args *args, const char *name,
			const char *original)
{
	char *full = exec_full_name(p, name);

	sig_reset_for_exec(p);
	fdt_close_on_exec(p);
	if (p->exe) {
		p->exe->executing--;
		inode_unref(p->exe);
	}
	p->exe = file;
	inode_ref(file);
	file->executing++;
	free(p->exe_path);
	p->exe_path = full;
	exec_set_comm(p, original);
	free(p->cmdline);
	p->cmdline = args->strings;
	p->cmdline_length = args->env_start;
	args->strings = NULL;
	p->has_execed = true;
	proc_vfork_release(p);
}

static int64_t exec_run(struct call *c, struct inode *file,
			struct exec_args *args, const char *name,
			const char *original)
{
	struct proc *p = c->lwp->proc;
	struct exec_image image = {0};
	struct cred old = p->cred;
	int error;

	exec_set_ids(&p->cred, file);
	image.secure = p->cred.uid != p->cred.euid ||
		       p->cred.gid != p->cred.egid;
	error = elf_plan(p, file, &image);
	if (!error)
		error = stack_build(p, args, original, &image);
	image.name = original;
	if (!error)
		error = machine_exec(p, c->lwp, &image);
	exec_image_done(&image);
	if (error) {
		p->cred = old;
		return error;
	}
	proc_close_others(p, c->lwp);
	exec_commit(p, file, args, name, original);
	p->auxv = image.auxv;
	p->undumpable = image.secure || inode_access(&p->cred, file, 4);
	sig_update(c->lwp); /* the new program has heard of none yet */
	c->lwp->call = NULL;
	return CALL_NO_REPLY;
}

int64_t op_execve(struct call *c)
{
	struct proc *p = c->lwp->proc;
	struct exec_args args = {0};
	struct inode *file;
	const char *path;
	char name[UX_PATH_MAX];
	int64_t error;

	if (c->words[5])
		return exec_append(c);
	error = exec_collect(c, &path, &args);
	lwp_exec_drop(c->lwp);
	if (!error && !*path && !(c->words[4] & AT_EMPTY_PATH))
		error = -ENOENT;
	if (!error) {
		strcpy(name, path);
		error = exec_resolve(p, (int)c->words[0], name,
				     (int)c->words[4], &args, &file);
	}
	if (!error) {
		error = exec_run(c, file, &args, name, path);
		inode_unref(file);
	}
	free(args.strings);
	return error;
}
