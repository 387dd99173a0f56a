/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the Mach side of the server: what its files share.
 *
 * proc->task points to a struct mtask, which several processes use while vfork
 * children run in it; proc->slots to a struct mproc of the process's own;
 * lwp->thread is the name of the thread's port.
 */
#ifndef UX_MACHINE_I_H
#define UX_MACHINE_I_H

#include <mach/mach.h>
#include <mach/x86_64/thread_status.h>
#include <stdbool.h>
#include <stdint.h>
#include "../../defs/unix_types.h"
#include "machine.h"
#include "proc.h"

struct mtask {
	mach_port_t task;
	unsigned users;
	unsigned stops; /* processes that are stopped */
	struct session_ports *session; /* +1, or NULL */
};

struct mproc {
	mach_port_t port;       /* receive right: the process port */
	mach_port_t slot_entry;
	struct ux_slot *slots;  /* our mapping of the slot page */
	vm_address_t slots_at;  /* the task's */
	mach_port_t name;       /* the process port's name in the task */
	bool stopped;
};

static inline struct mtask *mtask_of(const struct proc *p)
{
	return (struct mtask *)p->task;
}

static inline struct mproc *mproc_of(const struct proc *p)
{
	return (struct mproc *)p->slots;
}

extern mach_port_t port_set, exception_port, notify_port, host_priv;

/* machine_emul.c: the emulator's image. 0 or -errno. */
extern struct ux_emul_table emul;
int emul_load(const void *elf, size_t size);
/* Maps it and an empty first block into a new task. */
int emul_map(mach_port_t task);

/*
 * machine_ports.c: what a port name stands for. Names come from programs: the
 * kind is part of the question.
 */
enum port_kind { PORT_PROCESS, PORT_THREAD, PORT_TASK };
void port_insert(mach_port_t name, enum port_kind kind, void *object);
void *port_lookup(mach_port_t name, enum port_kind kind);
void port_remove(mach_port_t name);

/* machine_proc.c: the process's port and slot page. */
int mproc_create(struct proc *p);
int mproc_enter(struct proc *p, mach_port_t task, mach_port_t name,
		vm_address_t at);
/* Another process port instead of m->port, which the caller still has. */
int mproc_port_renew(struct proc *p);
void mproc_port_destroy(mach_port_t port);
void mproc_leave(struct proc *p, mach_port_t task);
void mproc_destroy(struct proc *p);
/* The thread's slot, cleared; its address in the task. */
vm_address_t mproc_slot(struct proc *p, struct lwp *l);
/* Starts a thread of task; lwp->thread is its port. */
int thread_begin(struct proc *p, struct lwp *l, mach_port_t task, uint64_t pc,
		 uint64_t block, uint64_t fs, const uint64_t after[3]);

/* machine_robust.c: as machine_robust, one thread of a task that stands still.
 * *left: how many entries may be looked at, ROBUST_ALL of a process: nobody
 * else is served meanwhile. */
#define ROBUST_ALL 256
void robust_release(struct proc *p, uint64_t block, int tid, unsigned *left);

/* machine_task.c: a task is gone that we did not end. */
void mtask_died(mach_port_t task);

/* machine_memory.c: count bytes of a file at address. 0 or -errno. */
enum sharing { MAP_ONE_OWN, MAP_ONE_READABLE, MAP_ONE_WRITABLE };
int map_file_range(mach_port_t task, uint64_t address, uint64_t length,
		   int prot, enum sharing sharing, struct inode *file,
		   uint64_t offset);
int kern_errno(kern_return_t kr);

/* machine_session.c: each user's bootstrap subset. */
/* The public one, which lives as long as requestor. */
void session_ports_open(mach_port_t requestor);
/* +1 for a task of this user; NULL: the super-user's, or no memory. */
struct session_ports *session_ports_take(uint32_t uid);
struct session_ports *session_ports_ref(struct session_ports *s);
void session_ports_unref(struct session_ports *s);
/* What a task of this user gets; borrowed. */
mach_port_t session_bootstrap(const struct session_ports *s, uint32_t uid);

/* machine_wire.c: COM2. */
int wire_open(void);
void wire_pump(void);
bool wire_is_drained(void);
/* A message may be the line's interrupt: handled if so. */
bool wire_message(const mach_msg_header_t *m);

#endif
