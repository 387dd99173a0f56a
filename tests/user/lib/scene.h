/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name in a known state, made in a task that holds nothing else; and that
 * state as text, so that tables can say what an operation leaves behind.
 *
 * The subject's port, if its receive right is elsewhere, belongs to this task
 * (or, when the subject is this task's own name, to a helper).
 */
#ifndef SCENE_H
#define SCENE_H

#include "test.h"

/*
 *	state	the name stands for
 */
#define SCENE_STATES(DO)                                                      \
	DO(R)	/* a receive right, nobody can send */                        \
	DO(RS)	/* receive and send */                                        \
	DO(M)	/* a receive right in a set */                                \
	DO(S)	/* a send right */                                            \
	DO(S2)	/* with two user references */                                \
	DO(Smax) /* with as many as there can be */                            \
	DO(O)	/* a send-once right */                                       \
	DO(D)	/* a dead name */                                             \
	DO(D2)	/* with two user references */                                \
	DO(Dmax)                                                               \
	DO(X)	/* a send right whose port died a moment ago */               \
	DO(Xn)	/* the same with a dead-name request */                       \
	DO(SET)	/* an empty set */                                            \
	DO(SM)	/* a set with a member */                                     \
	DO(cR)	/* port_allocate: the manual's receive right */               \
	DO(cS)	/* a send right held the manual's way */                      \
	DO(cO)	/* a send-once right received the manual's way */             \
	DO(cX)	/* cS, its port died: the name is free */                     \
	DO(none) /* a name that was given up */                                \
	DO(null) DO(dead)

enum scene_state {
#define SCENE_ENUM(name) STATE_##name,
	SCENE_STATES(SCENE_ENUM)
#undef SCENE_ENUM
	STATES
};

extern const char *const scene_name[STATES];

struct scene {
	task_t task;	    /* whose name it is */
	bool own;	    /* it is this task */
	task_t peer;	    /* who holds the port's receive right */
	mach_port_t name;   /* the subject */
	mach_port_t port;   /* the peer's name for the port, or null */
	mach_port_t set;    /* of the task: M's set, else an empty one */
	mach_port_t member; /* of the task: SM's member, else a plain port */
	mach_port_t notify; /* ours: what is requested comes here */
	mach_port_t spare;  /* ours: a port that the task does not know */
	mach_port_t got;    /* ours: what the operation brought; or null */
};

/* Once before names are counted: the other task exists from now on. */
void scene_begin(void);
/* False if the state cannot be made in that task (cO in another's). */
bool scene_make(struct scene *s, enum scene_state state, bool own);
/* Everything goes; false if either task has more names than before. */
bool scene_unmake(struct scene *s);

/* "R", "RS1", "S65534", "O", "D2", "SET1", "none"; then c compat, n dead-name
 * request, m member of a set, qN messages. */
#define SCENE_TEXT 48
void scene_describe(task_t task, mach_port_t name, char text[SCENE_TEXT]);
/* The ids of all messages that came to our ports: " !71 !72". */
void scene_notices(const struct scene *s, char text[SCENE_TEXT]);

/* Names that the task uses. */
unsigned scene_count(task_t task);

#define SCENE_FRESH 0x40077 /* a name that no scene uses */

#endif
