/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the users of the system hold of tables that all share: no user but the
 * super-user has more than half of what is not kept for the super-user, so that
 * one user's processes, however many, do not end the work of the others.
 */
#ifndef UX_USER_H
#define UX_USER_H

#include <stdbool.h>
#include <stdint.h>

enum user_kind { USER_FILES, USER_LOCKS, USER_PIPES, USER_KINDS };

/*
 * The calling process's user takes one more; *uid says who must give it back.
 * False: he has his share, all have theirs, or no memory.
 */
bool user_take(enum user_kind kind, uint32_t *uid);
void user_give(enum user_kind kind, uint32_t uid);

#endif
