/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before libc: installs the handler, unless whoever started the task has
 * redirected system calls already (then gs and the handler are theirs).
 */
#include <stdbool.h>
#include <elf.h>
#include <mach/mach_interface.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>
#include <server/auxv.h>

#include "block.h"

#define LINUX_WRITE	 1
#define LINUX_EXIT_GROUP 231
#define NOT_HERE_STATUS	 126 /* the shell's: found, but cannot be run */

struct musl_task musl_task;

static _Alignas(16) union {
	struct musl_block block;
	char bytes[BLOCK_BYTES];
} first;

void musl_start(uint64_t *sp);
void musl_forked(mach_port_t output);

static void first_block_init(void)
{
	first.block.self = &first.block;
	first.block.stack = (uintptr_t)first.bytes + BLOCK_BYTES;
	first.block.in_use = 1;
	first.block.tid = 1;
	__asm__ volatile("wrgsbase %0" : : "r"(&first.block));
}

/* argc, argv, NULL, environment, NULL, then pairs until AT_NULL. */
static uint64_t *auxv_of(uint64_t *sp)
{
	uint64_t *p = sp + 1 + sp[0] + 1;

	while (*p++ != 0)
		;
	return p;
}

static uint64_t auxv_find(uint64_t *sp, uint64_t type)
{
	for (uint64_t *p = auxv_of(sp); p[0] != AT_NULL; p += 2)
		if (p[0] == type)
			return p[1];
	return 0;
}

static uint64_t page_bytes(void)
{
	vm_statistics_data_t stat;

	if (vm_statistics(musl_task.self, &stat) != KERN_SUCCESS)
		return 4096;
	return (uint64_t)stat.pagesize;
}

/*
 * Somebody's handler is there: this program runs in an environment of its own.
 * Asked without touching gs, with a reply port for this one call.
 */
static bool handler_present(void)
{
	vm_offset_t *vector = NULL;
	mach_msg_type_number_t count = 0;
	int first_number;

	if (task_get_emulation_vector(musl_task.self, &first_number, &vector,
				      &count) != KERN_SUCCESS)
		return false;
	if (vector != NULL)
		mach_trap4(MACH_TRAP_VM_DEALLOCATE, musl_task.self,
			   (uintptr_t)vector, count * sizeof *vector, 0);
	return count != 0;
}

/*
 * Linux was asked for a trap that it does not have: say so, with its own calls
 * (a trap is a call of a negative number), and end.
 */
static void not_here(uint64_t *sp)
{
	static const char advice[] =
		": a Mach program, which this system cannot run: start it with "
		"`tools/run --add FILE:/bin/NAME -- NAME'\n";
	const char *name = sp[0] != 0 ? (const char *)sp[1] : "?";
	uint64_t length = 0;

	while (name[length] != 0)
		length++;
	mach_trap4(-LINUX_WRITE, 2, (uintptr_t)name, length, 0);
	mach_trap4(-LINUX_WRITE, 2, (uintptr_t)advice, sizeof advice - 1, 0);
	mach_trap4(-LINUX_EXIT_GROUP, NOT_HERE_STATUS, 0, 0, 0);
}

void musl_start(uint64_t *sp)
{
	int64_t self = mach_trap0(MACH_TRAP_MACH_TASK_SELF);

	if (self < 0)
		not_here(sp);
	musl_task.self = (mach_port_t)self;
	if (handler_present())
		return;
	first_block_init();
	musl_task.page = page_bytes();
	musl_task.next_tid = 2;
	musl_task.output = (mach_port_t)auxv_find(sp, AT_MACH_OUTPUT);
	task_set_emulation(musl_task.self, (vm_address_t)musl_entry, EML_ALL);
}

/*
 * A child made by task_create with inherited memory calls this first, on a
 * thread that has its parent's gs: port names in the copied memory were the
 * parent's.
 */
void musl_forked(mach_port_t output)
{
	musl_task.self = (mach_port_t)mach_trap0(MACH_TRAP_MACH_TASK_SELF);
	musl_task.output = output;
	musl_block()->reply_port = MACH_PORT_NULL;
}
