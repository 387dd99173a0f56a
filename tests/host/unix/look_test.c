/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may look into whom: /proc and prlimit ask for all ids of the other, and
 * /proc for its being dumpable.
 */
#include "fake.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "../check.h"

static struct lwp *me, *looks, *seen;

static const struct cred user = {.uid = 1000, .euid = 1000, .suid = 1000,
				 .fsuid = 1000, .gid = 100, .egid = 100,
				 .sgid = 100, .fsgid = 100};

static const char *of_seen(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", seen->proc->pid, name);
	return path;
}

/* Each way in must say the same; -1 if they do not. */
static int may_look(void)
{
	int64_t cwd = fake_path(looks, UX_READLINKAT, of_seen("cwd"), 64, 0);
	int64_t inside = fake_path0(looks, UX_CHDIR, of_seen("cwd"), 0);
	int64_t maps = fake_open(looks, of_seen("maps"), O_RDONLY, 0);
	int64_t open = fake_open(looks, of_seen("threads"), O_RDONLY, 0);

	if (maps >= 0)
		fdt_close(looks->proc, (int)maps);
	if (open < 0) /* it is for everybody */
		return -1;
	fdt_close(looks->proc, (int)open);
	if (cwd == 1 && inside == 0 && maps >= 0)
		return 1;
	return cwd == -EACCES && inside < 0 && maps == -EACCES ? 0 : -1;
}

static int64_t limit(void)
{
	return fake_call(looks, UX_PRLIMIT, (uint64_t)seen->proc->pid,
			 RLIMIT_NOFILE, 0, 0, NULL, 0);
}

static int64_t owner(const char *name)
{
	struct stat s;

	if (fake_path(looks, UX_STATAT, of_seen(name), 0, 0))
		return -1;
	memcpy(&s, fake_last.data, sizeof(s));
	return s.st_uid;
}

static void all_ids_count(void)
{
	struct cred *c = &seen->proc->cred;
	uint32_t *const ids[] = {&c->uid, &c->euid, &c->suid,
				 &c->gid, &c->egid, &c->sgid};

	CHECK_EQ(may_look(), 1);
	CHECK_EQ(limit(), 0);
	for (unsigned n = 0; n < sizeof(ids) / sizeof(ids[0]); n++) {
		*ids[n] += 1;
		CHECK_EQ(may_look(), 0);
		CHECK_EQ(limit(), -EPERM);
		*ids[n] -= 1;
	}
	looks->proc->cred.gid = looks->proc->cred.fsgid = 101;
	CHECK_EQ(may_look(), 0);
	CHECK_EQ(limit(), -EPERM);
	looks->proc->cred = (struct cred){0};
	c->sgid = 7;
	CHECK_EQ(may_look(), 1);
	CHECK_EQ(limit(), 0);
	looks->proc->cred = *c = user;
}

static void private_is_private(void)
{
	CHECK_EQ(owner("fd"), 1000);
	CHECK_EQ(fake_call(seen, UX_PRCTL, PR_SET_DUMPABLE, 0, 0, 0, NULL, 0),
		 0);
	CHECK_EQ(may_look(), 0);
	CHECK_EQ(limit(), 0);
	CHECK_EQ(owner("fd"), 0);
	CHECK_EQ(owner(""), 1000);
	/* To itself it is open. */
	CHECK_EQ(fake_path(seen, UX_READLINKAT, "/proc/self/cwd", 64, 0), 1);
	CHECK(fake_open(seen, "/proc/self/fd", O_RDONLY | O_DIRECTORY, 0) >= 0);
	CHECK_EQ(fake_call(seen, UX_PRCTL, PR_SET_DUMPABLE, 1, 0, 0, NULL, 0),
		 0);
	CHECK_EQ(may_look(), 1);
}

/* A process that acted as somebody else may still know something of theirs. */
static void changed_selves_are_private(void)
{
	seen->proc->cred = (struct cred){0};
	CHECK_EQ(fake_call(seen, UX_SETRESGID, 100, 100, 100, 0, NULL, 0), 0);
	CHECK_EQ(fake_call(seen, UX_SETRESUID, 1000, 1000, 1000, 0, NULL, 0),
		 0);
	CHECK_EQ(may_look(), 0);
	seen->proc->undumpable = false;
	CHECK_EQ(may_look(), 1);
}

int main(void)
{
	me = fake_boot();
	looks = fake_fork(me);
	seen = fake_fork(me);
	looks->proc->cred = seen->proc->cred = user;
	RUN(all_ids_count);
	RUN(private_is_private);
	RUN(changed_selves_are_private);
	fake_shutdown();
	return check_done();
}
