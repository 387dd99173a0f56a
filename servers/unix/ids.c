/* SPDX-License-Identifier: BSD-2-Clause */
/* User and group numbers. */
#include <errno.h>
#include <string.h>
#include "dispatch.h"
#include "proc.h"

#define KEEP (~0u)

bool proc_may_look(const struct proc *who, const struct proc *p)
{
	if (!who || !p || who == p || cred_is_root(&who->cred))
		return true;
	return !p->undumpable &&
	       cred_all_are(&p->cred, who->cred.fsuid, who->cred.fsgid);
}

static struct cred *call_cred(struct call *c)
{
	return &c->lwp->proc->cred;
}

int64_t op_getresuid(struct call *c)
{
	struct cred *cr = call_cred(c);

	call_put(c, &cr->uid, 4);
	call_put(c, &cr->euid, 4);
	call_put(c, &cr->suid, 4);
	return 0;
}

int64_t op_getresgid(struct call *c)
{
	struct cred *cr = call_cred(c);

	call_put(c, &cr->gid, 4);
	call_put(c, &cr->egid, 4);
	call_put(c, &cr->sgid, 4);
	return 0;
}

/* One set of real, effective, saved, as the uid or the gid calls see it. */
struct id_set {
	uint32_t *real, *effective, *saved, *fs;
};

static struct id_set id_users(struct cred *c)
{
	return (struct id_set){&c->uid, &c->euid, &c->suid, &c->fsuid};
}

static struct id_set id_groups(struct cred *c)
{
	return (struct id_set){&c->gid, &c->egid, &c->sgid, &c->fsgid};
}

static bool id_is_mine(const struct id_set *s, uint32_t id)
{
	return id == KEEP || id == *s->real || id == *s->effective ||
	       id == *s->saved;
}

static int64_t id_setres(struct cred *cr, struct id_set s,
			 const uint64_t *words)
{
	uint32_t real = (uint32_t)words[0], effective = (uint32_t)words[1];
	uint32_t saved = (uint32_t)words[2];

	if (!cred_is_root(cr) &&
	    !(id_is_mine(&s, real) && id_is_mine(&s, effective) &&
	      id_is_mine(&s, saved)))
		return -EPERM;
	if (real != KEEP)
		*s.real = real;
	if (effective != KEEP)
		*s.effective = effective;
	if (saved != KEEP)
		*s.saved = saved;
	*s.fs = *s.effective;
	return 0;
}

static int64_t id_set(struct cred *cr, struct id_set s, uint32_t id)
{
	if (cred_is_root(cr))
		*s.real = *s.saved = id;
	else if (id != *s.real && id != *s.saved)
		return -EPERM;
	*s.effective = *s.fs = id;
	return 0;
}

static int64_t id_setre(struct cred *cr, struct id_set s,
			const uint64_t *words)
{
	uint32_t real = (uint32_t)words[0], effective = (uint32_t)words[1];
	uint32_t old = *s.real;

	if (!cred_is_root(cr)) {
		if (real != KEEP && real != *s.real && real != *s.effective)
			return -EPERM;
		if (!id_is_mine(&s, effective))
			return -EPERM;
	}
	if (real != KEEP)
		*s.real = real;
	if (effective != KEEP)
		*s.effective = effective;
	if (real != KEEP || (effective != KEEP && effective != old))
		*s.saved = *s.effective;
	*s.fs = *s.effective;
	return 0;
}

/* Who changed what it acts as has seen what its new self may not: no core. */
static int64_t id_changed(struct call *c, const struct cred *old,
			  int64_t result)
{
	const struct cred *cr = call_cred(c);

	if (cr->euid != old->euid || cr->egid != old->egid)
		c->lwp->proc->undumpable = true;
	return result;
}

int64_t op_setresuid(struct call *c)
{
	struct cred old = *call_cred(c);

	return id_changed(c, &old,
			  id_setres(call_cred(c), id_users(call_cred(c)), c->words));
}

int64_t op_setresgid(struct call *c)
{
	struct cred old = *call_cred(c);

	return id_changed(c, &old,
			  id_setres(call_cred(c), id_groups(call_cred(c)), c->words));
}

int64_t op_setuid(struct call *c)
{
	struct cred old = *call_cred(c);

	return id_changed(c, &old,
			  id_set(call_cred(c), id_users(call_cred(c)),
			      (uint32_t)c->words[0]));
}

int64_t op_setgid(struct call *c)
{
	struct cred old = *call_cred(c);

	return id_changed(c, &old,
			  id_set(call_cred(c), id_groups(call_cred(c)),
			      (uint32_t)c->words[0]));
}

int64_t op_setreuid(struct call *c)
{
	struct cred old = *call_cred(c);

	return id_changed(c, &old,
			  id_setre(call_cred(c), id_users(call_cred(c)), c->words));
}

int64_t op_setregid(struct call *c)
{
	struct cred old = *call_cred(c);

	return id_changed(c, &old,
			  id_setre(call_cred(c), id_groups(call_cred(c)), c->words));
}

int64_t op_getgroups(struct call *c)
{
	struct cred *cr = call_cred(c);

	if (c->words[0] && c->words[0] < cr->ngroups)
		return -EINVAL;
	if (c->words[0])
		call_put(c, cr->groups, cr->ngroups * 4);
	return cr->ngroups;
}

int64_t op_setgroups(struct call *c)
{
	struct cred *cr = call_cred(c);
	const void *groups;

	if (!cred_is_root(cr))
		return -EPERM;
	if (c->words[0] > CRED_GROUPS)
		return -EINVAL;
	groups = call_take(c, c->words[0] * 4);
	if (!groups)
		return -EFAULT;
	memcpy(cr->groups, groups, c->words[0] * 4);
	cr->ngroups = (unsigned)c->words[0];
	return 0;
}
