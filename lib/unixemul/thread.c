/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and processes: clone, fork, vfork, exit; the blocks of threads.
 *
 * A block is reused only after its thread has left it: thread_exit clears
 * `left` in the block as its very last act.
 */
#include "sys.h"

#define CLONE_VM             0x100
#define CLONE_VFORK          0x4000
#define CLONE_THREAD         0x10000
#define CLONE_SETTLS         0x80000
#define CLONE_PARENT_SETTID  0x100000
#define CLONE_CHILD_CLEARTID 0x200000
#define CLONE_CHILD_SETTID   0x1000000

#define BLOCKS_MAX 128

/* Blocks of ended threads. A word is 0 once the thread has left. */
static struct block *spare[BLOCKS_MAX];
static int spare_busy[BLOCKS_MAX];
static unsigned next_block; /* where to look first; 0: none was ever made */
static volatile int all_lock;

void emul_lock(void)
{
	while (__atomic_exchange_n(&all_lock, 1, __ATOMIC_ACQUIRE))
		mach_trap0(MACH_TRAP_SWTCH);
}

void emul_unlock(void)
{
	__atomic_store_n(&all_lock, 0, __ATOMIC_RELEASE);
}

static uint64_t fs_get(void)
{
	uint64_t base;

	__asm__ volatile("rdfsbase %0" : "=r"(base));
	return base;
}

/* Tells the table in entry.S how big a block is. */
__attribute__((used)) static void block_size_define(void)
{
	__asm__ volatile(".global emul_block_size\n\t"
			 ".set emul_block_size, %c0"
			 :
			 : "i"(BLOCK_SIZE));
}

enum { HELD_FREE, HELD, HELD_ASLEEP }; /* block->held */

static void block_init(struct block *b)
{
	b->self = b;
	b->held = HELD_FREE;
	b->stack_top = ((uint64_t)b + sizeof(*b)) & ~15ull;
}

static struct block *block_reuse(void)
{
	struct block *b = NULL;

	emul_lock();
	for (unsigned n = 0; n < BLOCKS_MAX && !b; n++) {
		if (spare[n] &&
		    !__atomic_load_n(&spare_busy[n], __ATOMIC_ACQUIRE)) {
			b = spare[n];
			spare[n] = NULL;
		}
	}
	emul_unlock();
	return b;
}

/* Room among the spare ones; the word to clear on leaving, or NULL. */
static int *block_retire(struct block *b)
{
	int *busy = NULL;

	emul_lock();
	for (unsigned n = 0; n < BLOCKS_MAX && !busy; n++) {
		if (!spare[n]) {
			spare[n] = b;
			busy = &spare_busy[n];
			*busy = 1;
		}
	}
	emul_unlock();
	return busy;
}

/* Block n behind the first thread's; NULL: in use, or no memory. They are where
 * no mapping of the program ever is. */
static struct block *block_map(struct block *b, unsigned n)
{
	uint64_t address = UX_BLOCK_BASE + (n + 1) * BLOCK_SIZE;

	if (mach_trap7(MACH_TRAP_VM_MAP, b->task, (uint64_t)&address,
		       BLOCK_SIZE, 0, 0, 0,
		       3u << VM_MAP_TRAP_CUR_SHIFT |
			       7u << VM_MAP_TRAP_MAX_SHIFT |
			       1u << VM_MAP_TRAP_INHERIT_SHIFT))
		return NULL;
	return (struct block *)address;
}

static struct block *block_create(struct block *b)
{
	struct block *new = block_reuse();

	for (unsigned n = 0; n < BLOCKS_MAX && !new; n++)
		new = block_map(b, __atomic_add_fetch(&next_block, 1,
						      __ATOMIC_RELAXED) %
					   BLOCKS_MAX);
	return new;
}

static void block_destroy(struct block *b, struct block *old)
{
	mach_trap4(MACH_TRAP_VM_DEALLOCATE, b->task, (uint64_t)old,
		   BLOCK_SIZE, 0);
}

/* What every new thread does first. */
static void begin(struct block *b, struct ux_slot *slot, uint32_t port,
		  int tid, int pid)
{
	b->slot = slot;
	b->port = port;
	b->tid = tid;
	b->pid = pid;
	b->task = (uint32_t)mach_trap0(MACH_TRAP_MACH_TASK_SELF);
	b->reply_port = (uint32_t)mach_trap0(MACH_TRAP_MACH_REPLY_PORT);
	b->robust = 0;
	b->signal_due = false;
	b->on_fault = FAULT_RETURNS;
	b->again = false;
	b->interrupted = INTR_NONE;
}

/*
 * A new thread must not run before its creator has noted its number: C
 * libraries read it where the creator stores it. It waits for `held` in its
 * own block; HELD_ASLEEP asks for a wake-up.
 */
static void hold(struct block *b)
{
	uint32_t held = HELD;

	__atomic_compare_exchange_n(&b->held, &held, HELD_ASLEEP, false,
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	while (__atomic_load_n(&b->held, __ATOMIC_ACQUIRE) != HELD_FREE)
		mach_trap4(MACH_TRAP_FUTEX_WAIT, (uint64_t)&b->held,
			   HELD_ASLEEP, 0, FUTEX_NO_DEADLINE);
}

static void release(struct block *b)
{
	uint32_t held = __atomic_exchange_n(&b->held, HELD_FREE,
					    __ATOMIC_ACQ_REL);

	if (held == HELD_ASLEEP)
		mach_trap4(MACH_TRAP_FUTEX_WAKE, (uint64_t)&b->held, 1, 0, 0);
}

/* As on Linux, a bad place is not told to anybody. */
static void set_tid(struct block *b)
{
	if (!b->set_tid)
		return;
	b->on_fault = FAULT_IGNORED;
	*(volatile int *)b->set_tid = b->tid;
	b->on_fault = FAULT_RETURNS;
}

void emul_thread_begin(struct block *b, struct ux_slot *slot, uint32_t port,
		       int tid, int pid)
{
	hold(b);
	begin(b, slot, port, tid, pid);
	set_tid(b);
}

/* The blocks of threads that are not in the child: nobody would use them. */
static void blocks_forget(struct block *b)
{
	uint64_t first = UX_BLOCK_BASE, mine = (uint64_t)b;
	uint64_t end = first + (BLOCKS_MAX + 1) * BLOCK_SIZE;

	if (!next_block)
		return;
	for (unsigned n = 0; n < BLOCKS_MAX; n++)
		spare[n] = NULL;
	next_block = 0;
	if (mine > first)
		mach_trap4(MACH_TRAP_VM_DEALLOCATE, b->task, first,
			   mine - first, 0);
	if (mine + BLOCK_SIZE < end)
		mach_trap4(MACH_TRAP_VM_DEALLOCATE, b->task,
			   mine + BLOCK_SIZE, end - mine - BLOCK_SIZE, 0);
}

void emul_fork_begin(struct block *b, struct ux_slot *slot, uint32_t port,
		     int tid, int pid)
{
	all_lock = 0;
	for (unsigned n = 0; n < BLOCKS_MAX; n++)
		spare_busy[n] = 0;
	b->r.rax = 0;
	begin(b, slot, port, tid, pid);
	blocks_forget(b);
	set_tid(b);
}

/* after: pc, sp, brk */
void emul_exec_begin(struct block *b, struct ux_slot *slot, uint32_t port,
		     int tid, int pid, const uint64_t *after)
{
	uint64_t pc = after[0], sp = after[1];

	brk_start = brk_now = after[2];
	block_init(b);
	begin(b, slot, port, tid, pid);
	b->r.rip = pc_valid(pc);
	b->r.rsp = sp;
	b->r.rflags = 0x202;
}

static void fork_set_tids(struct block *child, uint64_t flags,
			  uint64_t child_tid)
{
	child->set_tid = flags & CLONE_CHILD_SETTID ? child_tid : 0;
	child->clear_tid = flags & CLONE_CHILD_CLEARTID ? child_tid : 0;
}

static int64_t fork_call(struct block *b, struct block *child, bool share)
{
	return call_words(b, UX_FORK, (uint64_t)child, share, fs_get(), 0);
}

/* The child is a copy of this very block in a copy of the memory. */
static int64_t do_fork(struct block *b, uint64_t flags, uint64_t stack,
		       uint64_t child_tid)
{
	uint64_t set = b->set_tid, clear = b->clear_tid, sp = b->r.rsp;
	int64_t result;

	fork_set_tids(b, flags, child_tid);
	if (stack)
		b->r.rsp = stack;
	result = fork_call(b, b, false);
	b->r.rsp = sp;
	b->set_tid = set;
	b->clear_tid = clear;
	return result;
}

/* A second thread with the caller's registers, in a block of its own. */
static struct block *block_for_child(struct block *b, uint64_t stack)
{
	struct block *child = block_create(b);

	if (!child)
		return NULL;
	block_init(child);
	child->r = b->r;
	child->r.rax = 0;
	if (stack)
		child->r.rsp = stack;
	child->alt_flags = 2; /* SS_DISABLE */
	child->alt_sp = child->alt_size = 0;
	return child;
}

/* The parent waits in its request until the child execs or exits. */
static int64_t do_vfork(struct block *b, uint64_t stack)
{
	struct block *child = block_for_child(b, stack);
	int64_t result;

	if (!child)
		return -ENOMEM;
	child->alt_flags = b->alt_flags;
	child->alt_sp = b->alt_sp;
	child->alt_size = b->alt_size;
	fork_set_tids(child, 0, 0);
	result = fork_call(b, child, true);
	block_destroy(b, child);
	return result;
}

int64_t sys_fork(struct block *b)
{
	return do_fork(b, 0, 0, 0);
}

int64_t sys_vfork(struct block *b)
{
	return do_vfork(b, 0);
}

static int64_t do_thread(struct block *b, uint64_t flags)
{
	uint64_t fs = flags & CLONE_SETTLS ? arg(b, 4) : fs_get();
	volatile int *number = (int *)arg(b, 2);
	struct block *child;
	int64_t tid;

	if (flags & CLONE_PARENT_SETTID)
		*number = *number; /* faults before there is a thread */
	child = block_for_child(b, arg(b, 1));
	if (!child)
		return -ENOMEM;
	child->held = HELD;
	fork_set_tids(child, flags, arg(b, 3));
	tid = call_words(b, UX_CLONE, (uint64_t)child, fs, 0, 0);
	if (tid < 0) {
		block_destroy(b, child);
		return tid;
	}
	if (flags & CLONE_PARENT_SETTID)
		*number = (int)tid;
	release(child);
	return tid;
}

int64_t sys_clone(struct block *b)
{
	uint64_t flags = arg(b, 0);

	if (flags & CLONE_THREAD)
		return do_thread(b, flags);
	if ((flags & (CLONE_VM | CLONE_VFORK)) == (CLONE_VM | CLONE_VFORK))
		return do_vfork(b, arg(b, 1));
	if (flags & CLONE_VM)
		return -EINVAL;
	return do_fork(b, flags, arg(b, 1), arg(b, 3));
}

static void thread_leave(struct block *b, uint64_t clear)
{
	int *busy;

	if (clear) {
		*(volatile int *)clear = 0;
		mach_trap4(MACH_TRAP_FUTEX_WAKE, clear, 1, 0, 0);
	}
	mach_trap4(MACH_TRAP_MACH_PORT_DESTROY, b->task, b->reply_port, 0, 0);
	busy = block_retire(b);
	mach_trap2(MACH_TRAP_THREAD_EXIT, (uint64_t)busy, 0);
}

void emul_exit(struct block *b, int status)
{
	for (;;)
		call_words(b, UX_EXIT, (uint64_t)status, 1, 0, 0);
}

/* The server answers no fault of a thread that has left: so the word is tried
 * before, and cleared after. */
int64_t sys_exit(struct block *b)
{
	uint64_t clear = b->clear_tid;

	robust_release(b);
	if (clear) {
		b->on_fault = FAULT_LEAVES;
		__asm__ volatile("lock orl $0, (%0)" : : "r"(clear) : "memory");
		b->on_fault = FAULT_RETURNS;
	}
	call_words(b, UX_EXIT, arg(b, 0), 0, 0, 0);
	thread_leave(b, clear);
	return 0;
}

void thread_leave_untold(struct block *b)
{
	b->clear_tid = 0;
	sys_exit(b);
}

int64_t sys_exit_group(struct block *b)
{
	robust_release(b);
	emul_exit(b, (int)arg(b, 0));
}

int64_t sys_set_tid_address(struct block *b)
{
	b->clear_tid = arg(b, 0);
	return b->tid;
}

int64_t sys_gettid(struct block *b)
{
	return b->tid;
}

int64_t sys_getpid(struct block *b)
{
	return b->pid;
}

#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003

int64_t sys_arch_prctl(struct block *b)
{
	switch ((int)arg(b, 0)) {
	case ARCH_SET_FS:
		if (arg(b, 1) >> 47)
			return -EPERM;
		__asm__ volatile("wrfsbase %0" : : "r"(arg(b, 1)));
		return 0;
	case ARCH_GET_FS:
		*(uint64_t *)arg(b, 1) = fs_get();
		return 0;
	default:
		return -EINVAL; /* gs is the emulator's */
	}
}
