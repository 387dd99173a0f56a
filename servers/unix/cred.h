/* SPDX-License-Identifier: BSD-2-Clause */
/* Credentials: who a process is. Plain values, copied on fork. */
#ifndef UX_CRED_H
#define UX_CRED_H

#include <stdbool.h>
#include <stdint.h>

#define CRED_GROUPS 64

struct cred {
	uint32_t uid, euid, suid, fsuid;
	uint32_t gid, egid, sgid, fsgid;
	unsigned ngroups;
	uint32_t groups[CRED_GROUPS];
};

static inline bool cred_in_group(const struct cred *c, uint32_t gid)
{
	if (c->fsgid == gid)
		return true;
	for (unsigned n = 0; n < c->ngroups; n++)
		if (c->groups[n] == gid)
			return true;
	return false;
}

static inline bool cred_is_root(const struct cred *c)
{
	return c->euid == 0;
}

/* Real, effective and saved: all of them that user's and that group's. */
static inline bool cred_all_are(const struct cred *c, uint32_t uid,
				uint32_t gid)
{
	return c->uid == uid && c->euid == uid && c->suid == uid &&
	       c->gid == gid && c->egid == gid && c->sgid == gid;
}

#endif
