/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model of rights: names, rights and counts as the documents describe them,
 * in the simplest form that runs. Random programs are run on it and, through a
 * backend, on a kernel; every result and all that can be asked must agree.
 *
 *	model.c		the state and what moves in it
 *	model_take.c	rights leaving a space
 *	model_port.c	names, references, attributes
 *	model_right.c	insert, extract, requests
 *	model_msg.c	messages
 *	model_run.c	programs: made, run, compared, shrunk
 *
 * Not modelled: waiting (every call has a time-out of 0), out-of-line memory,
 * which name the kernel picks (it must be new), limits of memory.
 */
#ifndef MODEL_H
#define MODEL_H

#include <mach/message.h>
#include <mach/notify.h>
#include <mach/port.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_TASKS   3
#define MODEL_ENTRIES 32 /* of a task */
#define MODEL_PORTS   128
#define MODEL_QUEUED  256 /* messages at a time */
#define MODEL_ITEMS   2
#define MODEL_STALE   64

enum m_kind { M_NONE, M_SEND, M_ONCE, M_RECEIVE, M_DEAD };

struct m_port;

struct m_right {
	enum m_kind kind;
	struct m_port *port;
};

struct m_message {
	struct m_message *next;
	int32_t id;
	bool kernel;
	uint32_t value; /* a notification's */
	bool has_value;
	struct m_right dest, reply, item[MODEL_ITEMS];
	unsigned items;
};

struct m_set {
	bool used;
};

struct m_port {
	bool used, alive;
	int task; /* the receiver, or -1 */
	mach_port_name_t name;
	uint32_t srights, sorights, mscount, seqno, qlimit, count;
	struct m_message *queue;
	struct m_set *set;
	struct m_right no_senders, destroyed; /* requests, or M_NONE */
	struct m_port *transit;
};

enum { T_SEND = 1, T_RECEIVE = 2, T_ONCE = 4, T_SET = 8, T_DEAD = 16 };

struct m_entry {
	mach_port_name_t name; /* 0: this slot is free */
	unsigned type, urefs;
	bool compat, chosen;
	struct m_port *port;
	struct m_set *set;
	struct m_right request; /* dead-name */
	unsigned request_serial;
};

struct m_task {
	struct m_entry entry[MODEL_ENTRIES];
	unsigned count;
	mach_port_name_t stale[MODEL_STALE]; /* given up lately */
	unsigned stale_at;
};

/* The buffer of a message, as the users' programs have it. */
struct model_message {
	mach_msg_header_t head;
	struct {
		mach_msg_type_t type;
		uint32_t name;
	} item[MODEL_ITEMS];
};

/* A kernel. Codes are kern_return_t or mach_msg_return_t; a right that cannot
 * be taken from task 0 is KERN_INVALID_RIGHT. Time-outs are 0. */
struct backend {
	int (*allocate)(int task, mach_port_right_t right,
			mach_port_name_t *name);
	int (*allocate_name)(int task, mach_port_right_t right,
			     mach_port_name_t name);
	int (*deallocate)(int task, mach_port_name_t name);
	int (*destroy)(int task, mach_port_name_t name);
	int (*mod_refs)(int task, mach_port_name_t name,
			mach_port_right_t right, int delta);
	int (*rename)(int task, mach_port_name_t from, mach_port_name_t to);
	/* A right of task 0 into any, out of any to task 0. */
	int (*insert)(int task, mach_port_name_t name, mach_port_name_t mine,
		      mach_msg_type_name_t how);
	int (*extract)(int task, mach_port_name_t name,
		       mach_msg_type_name_t how, mach_port_name_t *mine);
	int (*request)(int task, mach_port_name_t name, int id, uint32_t sync,
		       mach_port_name_t notify, mach_port_name_t *previous);
	int (*move_member)(int task, mach_port_name_t member,
			   mach_port_name_t set);
	int (*set_qlimit)(int task, mach_port_name_t name, uint32_t value);
	int (*set_mscount)(int task, mach_port_name_t name, uint32_t value);
	int (*set_seqno)(int task, mach_port_name_t name, uint32_t value);
	int (*old_allocate)(int task, mach_port_name_t *name);
	int (*old_deallocate)(int task, mach_port_name_t name);
	int (*message)(int task, struct model_message *m, uint32_t option,
		       uint32_t send_size, uint32_t rcv_size,
		       mach_port_name_t rcv_name);
	int (*type)(int task, mach_port_name_t name, mach_port_type_t *type);
	int (*refs)(int task, mach_port_name_t name, mach_port_right_t right,
		    mach_port_urefs_t *refs);
	int (*status)(int task, mach_port_name_t name, mach_port_status_t *s);
	int (*members)(int task, mach_port_name_t name, unsigned *count);
	unsigned (*names)(int task); /* that programs made */
	/* The task dies and a new one takes its place; NULL: it cannot. */
	void (*end)(int task);
	/* All tasks empty. */
	void (*reset)(void);
};

/* --- model.c --- */

extern struct m_task m_tasks[MODEL_TASKS];
extern unsigned m_serial; /* counts requests */

struct m_entry *m_find(int task, mach_port_name_t name);
struct m_entry *m_entry_new(int task, mach_port_name_t name, bool chosen);
void m_entry_free(int task, struct m_entry *e);
struct m_port *m_port_new(int task, mach_port_name_t name);
struct m_set *m_set_new(void);
struct m_message *m_message_new(void); /* NULL: too many */
void m_message_free(struct m_message *m);

/* The receive right settles under e. */
void m_settle_receive(int task, struct m_entry *e, bool compat);
void m_leave_space(struct m_port *p);
void m_release(struct m_right right);
void m_notify(struct m_right to, int id, uint32_t value, bool has_value);
void m_message_destroy(struct m_message *m);
/* Queues, or destroys what nobody can receive. */
void m_post(struct m_message *m);
/* False: it closes a ring. */
bool m_transit_enter(struct m_port *p, struct m_port *dest);
void m_make_native(struct m_entry *e);
struct m_entry *m_name_of(int task, const struct m_port *p);

/* A right enters task; the kernel called it name. False: it should not have. */
bool m_put(int task, struct m_right right, bool compat, mach_port_name_t name);

/* PORT_DELETED that are to be sent when a call is done. */
struct m_after {
	unsigned n;
	struct {
		struct m_right to;
		mach_port_name_t name;
	} fire[4];
};
void m_after_fire(struct m_after *after);
int m_check_take(int task, mach_port_name_t name, mach_msg_type_name_t how);
int m_take(int task, mach_port_name_t name, mach_msg_type_name_t how,
	   struct m_right *right, struct m_after *after);
/* The name goes with all it stands for; the manual's call tells of the name
 * before it lets the rights go. */
void m_clear(int task, struct m_entry *e, bool old);
/* e's own request leaves it; it is told unless silent. */
void m_request_outlived(struct m_entry *e, struct m_after *after);
void m_reset(void);

/* --- programs --- */

struct step {
	uint8_t op, task;
	uint16_t a, b, c;
};

/* What differs, in words; empty: nothing. */
extern char model_difference[160];
__attribute__((format(printf, 1, 2))) bool model_differs(const char *format,
							 ...);
bool model_code(const char *what, int got, int want);

/* Runs one step on both; false: they differ. */
typedef bool (*model_op)(const struct backend *b, const struct step *s);
bool op_allocate(const struct backend *b, const struct step *s);
bool op_allocate_name(const struct backend *b, const struct step *s);
bool op_deallocate(const struct backend *b, const struct step *s);
bool op_destroy(const struct backend *b, const struct step *s);
bool op_mod_refs(const struct backend *b, const struct step *s);
bool op_rename(const struct backend *b, const struct step *s);
bool op_insert(const struct backend *b, const struct step *s);
bool op_extract(const struct backend *b, const struct step *s);
bool op_request(const struct backend *b, const struct step *s);
bool op_move_member(const struct backend *b, const struct step *s);
bool op_attribute(const struct backend *b, const struct step *s);
bool op_old_allocate(const struct backend *b, const struct step *s);
bool op_old_deallocate(const struct backend *b, const struct step *s);
bool op_send(const struct backend *b, const struct step *s);
bool op_receive(const struct backend *b, const struct step *s);
bool op_end(const struct backend *b, const struct step *s);

/* Operands: the same number means the same thing in the same state. */
mach_port_name_t pick_name(int task, unsigned n);
mach_port_name_t pick_kind(int task, unsigned n, unsigned types);
mach_msg_type_name_t pick_how(int task, mach_port_name_t name, unsigned n);
mach_port_name_t pick_chosen(int task, unsigned n);
bool model_room(int task);

/* --- model_run.c --- */

#define MODEL_STEPS 400

struct program {
	unsigned length;
	struct step step[MODEL_STEPS];
};

void program_random(struct program *p, uint64_t seed, unsigned length);
/* True: both agreed to the end. thorough: all is compared after each step. */
bool program_run(const struct program *p, const struct backend *b,
		 bool thorough);
/* Drops what the difference does not need; true: it is still there. */
bool program_shrink(struct program *p, const struct backend *b);
void program_print(const struct program *p);

/* A random program; if it shows a difference, p is the short one, printed. */
bool program_try_seed(struct program *p, const struct backend *b, uint64_t seed,
		      bool thorough);

#endif
