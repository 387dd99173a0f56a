/* SPDX-License-Identifier: BSD-2-Clause */
/* Shares of users; see user.h. A user's record exists while he holds something. */
#include "user.h"

#include <stdlib.h>
#include "list.h"
#include "proc.h"

struct user {
	struct list all;
	uint32_t uid;
	unsigned held[USER_KINDS], total;
};

static const struct {
	unsigned max, reserve; /* of all; the super-user's */
} limits[USER_KINDS] = {
	[USER_FILES] = {32768, 1024},
	[USER_LOCKS] = {16384, 1024}, /* walks over them are linear */
	[USER_PIPES] = {1024, 128},
};

static struct list users = {&users, &users};
static unsigned held[USER_KINDS];

static struct user *user_find(uint32_t uid)
{
	struct list *pos;

	list_each(pos, &users) {
		struct user *u = list_entry(pos, struct user, all);
		if (u->uid == uid)
			return u;
	}
	return NULL;
}

static struct user *user_find_or_make(uint32_t uid)
{
	struct user *u = user_find(uid);

	if (u)
		return u;
	u = calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	u->uid = uid;
	list_insert(&users, &u->all);
	return u;
}

/* May he have one more? */
static bool user_may(enum user_kind kind, const struct user *u, uint32_t uid)
{
	unsigned most = limits[kind].max - limits[kind].reserve;

	if (!uid)
		return held[kind] < limits[kind].max;
	return held[kind] < most && (!u || u->held[kind] < most / 2);
}

bool user_take(enum user_kind kind, uint32_t *uid)
{
	const struct proc *p = proc_current();
	struct user *u;

	*uid = p ? p->cred.euid : 0;
	if (!user_may(kind, user_find(*uid), *uid))
		return false;
	u = user_find_or_make(*uid);
	if (!u)
		return false;
	u->held[kind]++;
	u->total++;
	held[kind]++;
	return true;
}

void user_give(enum user_kind kind, uint32_t uid)
{
	struct user *u = user_find(uid);

	u->held[kind]--;
	held[kind]--;
	if (--u->total)
		return;
	list_remove(&u->all);
	free(u);
}
