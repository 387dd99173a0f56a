/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between the server's logic and Mach. The logic calls these; the
 * server proper implements them with tasks, threads and memory entries
 * (machine_*.c), the unit tests with plain memory (tests/host/unix_fake.c).
 *
 * Handles are stored in the logic's structures as uint64_t: 0 is "none".
 */
#ifndef UX_MACHINE_H
#define UX_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proc;
struct lwp;
struct inode;
struct exec_image;

/* Clocks, in ns. Randomness never fails. */
uint64_t machine_monotonic(void);
uint64_t machine_realtime(void);
int machine_set_realtime(uint64_t ns);
void machine_random(void *buffer, size_t length);

/* Zeroed memory of whole pages that never moves; NULL when none is left. */
void *machine_region_create(size_t size);
void machine_region_destroy(void *region, size_t size);
/* Drops the memory entry a region got when it was mapped. */
void machine_entry_destroy(uint64_t *entry);

/* Gives back memory that is only kept for reuse. */
void machine_drop_caches(void);
/* What such memory is aligned to, and a multiple of: static buffers whose
 * contents do not outlive a call. */
#define MACHINE_SCRATCH 4096
/* Gives back the pages of such a buffer: zeros are there now. */
void machine_discard(void *buffer, size_t size);

/* Bytes of memory in all, and free. */
void machine_memory(uint64_t *total, uint64_t *available);

/*
 * Makes the child's task (or, for vfork, shares the parent's) and starts its
 * first thread from the caller's block. Returns 0 or -errno.
 */
int machine_fork(struct proc *parent, struct proc *child, struct lwp *thread,
		 uint64_t block, uint64_t fs, bool share);

/* Starts another thread of p from a block the emulator has filled. */
int machine_clone(struct proc *p, struct lwp *thread, uint64_t block,
		  uint64_t fs);

/*
 * Builds p's new task from image and starts it as thread; the old one, with
 * the calling thread, is gone on success. p's other threads do not run
 * meanwhile; the caller ends their records afterwards. Returns 0 or -errno, and
 * then nothing has happened to any of them.
 */
int machine_exec(struct proc *p, struct lwp *thread,
		 const struct exec_image *image);

/* The task gets the process's name and number, "sh[12]", for people. */
void machine_rename(struct proc *p);

/* The thread or the whole process will not run again. */
void machine_thread_end(struct lwp *thread);
void machine_process_end(struct proc *p);

/* Signals are waiting for this thread: have it ask for them. */
void machine_poke(struct lwp *thread);
/* No signals are waiting for it any more. */
void machine_unpoke(struct lwp *thread);

/* It has signals to hear before it waits in a trap of its own; or not any more. */
void machine_late(struct lwp *thread, bool late);

/*
 * p's threads are about to end: the mutexes of their robust lists in memory that
 * others share are marked as left, and one waiter of each is woken.
 */
void machine_robust(struct proc *p);

/* Stop and continue all threads of p. Idempotent. */
void machine_stop(struct proc *p);
void machine_continue(struct proc *p);

/*
 * Maps length bytes of a regular file's contents from offset into p.
 * writable: as the file was opened; what is shared may be changed only then,
 * now or after any mprotect. Returns the address or -errno.
 */
int64_t machine_mmap(struct proc *p, uint64_t address, uint64_t length,
		     int prot, int flags, bool writable, struct inode *file,
		     uint64_t offset);

/*
 * Private mappings of files in a range that were made without the right to write
 * share the file's pages: they become copies, which may be written. 0 or -errno.
 */
int machine_make_own(struct proc *p, uint64_t address, uint64_t length);

/* Time used by p's live threads, in ns, and its resident bytes. */
void machine_usage(struct proc *p, uint64_t *user, uint64_t *system,
		   uint64_t *resident);

/* One thread as the kernel has it. */
struct machine_thread {
	uint64_t user, system;   /* ns */
	unsigned usage;          /* of a processor lately, in thousandths */
	unsigned sleep;          /* whole seconds of its wait */
	int base, current, most; /* priorities, 31 the most urgent */
	char state;              /* R runs or may, S waits, U the same, not to
				    be interrupted, T stopped, H halted */
};
/* False: it has none, or has ended. */
bool machine_thread(const struct lwp *l, struct machine_thread *t);

/* One region of p's map at or above *address; false when none is left. */
struct machine_region {
	uint64_t start, end;
	int prot;
	bool shared;
};
bool machine_region_next(struct proc *p, uint64_t address,
			 struct machine_region *region);

/* Bytes of p's memory; false if not all can be read. */
bool machine_memory_read(struct proc *p, uint64_t address, void *buffer,
			 size_t size);

/* What of a dying process's memory is not needed any more; a hint. */
void machine_memory_drop(struct proc *p, uint64_t address, size_t size);

/* What a thread's registers are to the program: in the order of Linux's
 * user_regs_struct, and fxsave's image. All zero if it has none. */
struct machine_registers {
	uint64_t general[27];
	uint8_t floating[512];
};
void machine_registers(struct lwp *thread, struct machine_registers *r);

unsigned machine_processors(void);

/* The super-user's ports: the limited host, the limited default set. Ours to
 * keep; 0 if there is none. */
uint32_t machine_priv_port(unsigned which);

/* AT_HWCAP: what the processor can do (cpuid 1, edx). */
uint64_t machine_hwcap(void);

void machine_log(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Ends the system: the status goes to the host link. */
void machine_power_off(int status);

#endif
