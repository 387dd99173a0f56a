/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UNIX emulator: maps system calls of an unmodified Linux program to
 * messages to the UNIX server and to Mach traps. Freestanding: no library, no
 * thread-local storage, no vector registers, since Linux keeps all registers
 * but rax, rcx and r11 and the program owns fs.
 *
 * Each thread has a block, found through gs: its registers, its stack, its
 * message. What belongs to a process (the port) hangs off the block too, since
 * a vfork child runs in its parent's task; what belongs to the address space
 * (brk) is ordinary data.
 */
#ifndef UNIXEMUL_EMUL_H
#define UNIXEMUL_EMUL_H

#include "../../defs/unix_types.h"
#include "offsets.h"

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mach/mach_traps.h>
#include <mach/message.h>
#include <mach/x86_64/trap_call.h>

struct regs {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
};

/* unix_call's request and reply, as mig lays them out. */
struct request {
	mach_msg_header_t head;
	uint32_t op_type;
	int32_t op;
	uint32_t tid_type;
	int32_t tid;
	uint32_t words_type;
	u64_a4 words[UX_WORDS];
	mach_msg_type_long_t data_type;
	uint8_t data[UX_DATA_MAX];
};

struct reply {
	mach_msg_header_t head;
	uint32_t code_type;
	int32_t code;
	uint32_t result_type;
	i64_a4 result;
	uint32_t flags_type;
	int32_t flags;
	mach_msg_type_long_t data_type;
	uint8_t data[UX_DATA_MAX];
};

/* What a fault in the emulator, by a pointer of the program's, means. */
enum on_fault {
	FAULT_RETURNS, /* the call gives EFAULT, or what was done before */
	FAULT_IGNORED, /* the thread goes on as it would have */
	FAULT_KILLS,   /* SIGSEGV: no room for a frame, or a bad one */
	FAULT_LEAVES,  /* the thread ends, and tells nobody */
	FAULT_PROBED,  /* the call begins again, and knows b->bad */
	FAULT_ROBUST,  /* the call begins again, without the list */
};

/* What becomes of a call that a signal interrupted. */
enum interruption { INTR_NONE, INTR_RESTARTABLE, INTR_FINAL };

struct block {
	struct block *self;       /* BLOCK_SELF */
	struct ux_slot *slot;     /* BLOCK_SLOT */
	uint64_t stack_top;       /* BLOCK_STACK */
	struct regs r;            /* BLOCK_REGS */
	uint64_t trap[6];         /* BLOCK_TRAP: number and arguments of a
				     trap that blocks */
	uint64_t robust;          /* set_robust_list; the server reads it */
	uint32_t port, reply_port;
	uint32_t task;            /* the task's own port */
	int32_t tid, pid;
	uint64_t number;          /* system call being done */
	enum interruption interrupted;
	bool signal_due;          /* the server says: take one */
	volatile enum on_fault on_fault;
	uint64_t done;            /* bytes read or written before a fault */
	volatile uint64_t probed; /* the byte that is being tried */
	uint64_t bad;             /* the end of the page of one that failed; or 0 */
	bool again;               /* the call is one that starts again */
	int64_t sleep_deadline;   /* of the sleep that a signal ended */
	uint64_t clear_tid;       /* set_tid_address */
	uint32_t held;            /* thread.c: may not run yet */
	uint64_t set_tid;         /* CLONE_CHILD_SETTID */
	uint64_t alt_sp, alt_size;
	int alt_flags;
	uint32_t free_next;       /* in the list of unused blocks */
	uint64_t data_used;       /* bytes of request data */
	uint64_t data_read;       /* bytes of reply data consumed */
	union {
		struct request request;
		struct reply reply;
	};
	uint8_t stack[32768] __attribute__((aligned(16)));
};

_Static_assert(offsetof(struct block, self) == BLOCK_SELF, "");
_Static_assert(offsetof(struct block, slot) == BLOCK_SLOT, "");
_Static_assert(offsetof(struct block, stack_top) == BLOCK_STACK, "");
_Static_assert(offsetof(struct block, r) == BLOCK_REGS, "");
_Static_assert(BLOCK_REGS == UX_BLOCK_REGS, "");
_Static_assert(BLOCK_TRAP == UX_BLOCK_REGS + UX_BLOCK_REGS_COUNT * 8, "");
_Static_assert(offsetof(struct block, robust) == UX_BLOCK_ROBUST, "");
_Static_assert(offsetof(struct block, r.rip) == BLOCK_RIP, "");
_Static_assert(offsetof(struct block, trap) == BLOCK_TRAP, "");
_Static_assert(offsetof(struct ux_slot, pc) == SLOT_PC, "");
_Static_assert(offsetof(struct ux_slot, flags) == SLOT_FLAGS, "");

#define BLOCK_SIZE ((sizeof(struct block) + 4095) & ~4095ull)

/* --- call.c: requests --- */

/* Begins a request; data is added by the put functions. */
void call_begin(struct block *b, int op);
void call_word(struct block *b, unsigned n, uint64_t word);
/* Adds size bytes of the program's memory (a fault: EFAULT). */
int call_put(struct block *b, const void *from, uint64_t size);
/* Adds a path and sets words[n] to its length. 0 or -errno. */
int call_put_path(struct block *b, unsigned n, const char *path);
/* Sends it and waits; the result, with the reply's data in b->reply.data. */
int64_t call_send(struct block *b);
/* Copies the next size bytes of the reply to the program. */
void call_get(struct block *b, void *to, uint64_t size);
uint64_t call_left(const struct block *b);

/* A call of words alone. */
int64_t call_words(struct block *b, int op, uint64_t a, uint64_t c,
		   uint64_t d, uint64_t e);

/* --- entry.S --- */

/* Does the trap in b->trap unless a signal is pending: then KERN_ABORTED. */
int64_t emul_blocking_trap(void);
extern const struct ux_emul_table emul_table;

/* --- system calls: b->r holds the arguments --- */

typedef int64_t (*sys_function)(struct block *b);

/* The nth argument, 0 to 5, in Linux's order. */
static inline uint64_t arg(const struct block *b, unsigned n)
{
	switch (n) {
	case 0:
		return b->r.rdi;
	case 1:
		return b->r.rsi;
	case 2:
		return b->r.rdx;
	case 3:
		return b->r.r10;
	case 4:
		return b->r.r8;
	default:
		return b->r.r9;
	}
}

/* Where the program goes on: an address no processor jumps to becomes one that
 * faults in the program. */
static inline uint64_t pc_valid(uint64_t pc)
{
	return pc >> 47 ? 0 : pc;
}

/* signal.c */
void emul_take_signals(struct block *b);
/* memory.c */
extern uint64_t brk_start, brk_now;
int64_t map_anywhere(struct block *b, uint64_t size, int prot,
		     uint64_t *address);
/* The call in b->r again, from its start. */
void emul_dispatch_again(struct block *b);
/* robust.c: marks the mutexes of a thread that ends. */
void robust_release(struct block *b);
/* thread.c */
/* exit of the thread; clear_tid is no good. */
void thread_leave_untold(struct block *b);
/* For what all threads of the address space change; nothing may fault. */
void emul_lock(void);
void emul_unlock(void);
[[gnu::noreturn]] void emul_exit(struct block *b, int status);

/* string.c */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
size_t strlen(const char *s);

#define EPERM  1
#define ENOENT 2
#define EINTR  4
#define E2BIG  7
#define EBADF  9
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EEXIST 17
#define EXDEV  18
#define ENODEV 19
#define EINVAL 22
#define ESPIPE 29
#define ENAMETOOLONG 36
#define ENOSYS 38
#define ENOTSOCK 88
#define EOPNOTSUPP 95
#define EAFNOSUPPORT 97
#define ETIMEDOUT 110
#define EIO 5

#define AT_FDCWD (-100)

#endif
#endif
