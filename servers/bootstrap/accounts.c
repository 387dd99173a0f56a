/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each session may have of us.
 *
 *	a server ----- 64 contexts, 64 services
 *	   `-- its subset: public ----- 256 contexts, 1024 services
 *		  `-- its subset: a session ----- 32 contexts, 128 services,
 *			 `-- all subsets below	     its own and those below
 *
 * A context is charged to the account of the port through which it was made, a
 * service to that of the port through which it was declared or registered. A
 * session's subsets share its account, so that nesting gains nothing; what one
 * session has is nobody else's loss. Everything else (ports, requests for
 * notifications, memory) follows from the two numbers.
 */
#include "bootstrap.h"

#include <stdlib.h>

static const unsigned limits[ACCOUNT_KINDS][RESOURCES] = {
	/*		    contexts, services */
	[ACCOUNT_SERVER] = {64, 64},
	[ACCOUNT_PUBLIC] = {256, 1024},
	[ACCOUNT_SESSION] = {32, 128},
};

unsigned accounts_used[RESOURCES];

struct account *account_create(enum account_kind kind)
{
	struct account *a = calloc(1, sizeof *a);

	if (a == NULL)
		return NULL;
	a->kind = kind;
	a->refs = 1;
	return a;
}

struct account *account_for_subset(struct account *parent)
{
	switch (parent->kind) {
	case ACCOUNT_SERVER:
		return account_create(ACCOUNT_PUBLIC);
	case ACCOUNT_PUBLIC:
		return account_create(ACCOUNT_SESSION);
	default:
		parent->refs++;
		return parent;
	}
}

void account_unref(struct account *a)
{
	if (--a->refs == 0)
		free(a);
}

bool account_charge(struct account *a, enum resource what)
{
	if (a->used[what] >= limits[a->kind][what])
		return false;
	a->used[what]++;
	a->refs++;
	accounts_used[what]++;
	return true;
}

void account_credit(struct account *a, enum resource what)
{
	a->used[what]--;
	accounts_used[what]--;
	account_unref(a);
}
