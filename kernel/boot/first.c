/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first task gets all authority there is: its registered ports are
 *   0 privileged host   1 default set's control   2 device master
 *   3 memory entry of the boot archive, read-only
 * and its arguments are its name, the kernel's command line, and the archive's
 * size in bytes (decimal).
 */
#include <boot/first.h>

#include <arch/boot.h>
#include <arch/pmap.h>
#include <arch/state.h>
#include <device/device.h>
#include <elf.h>
#include <kern/panic.h>
#include <kern/random.h>
#include <kern/string.h>
#include <kern/thread.h>
#include <mach/x86_64/thread_status.h>
#include <boot/archive.h>
#include <boot/elf.h>
#include <task/host.h>
#include <task/memory_entry.h>
#include <task/task.h>
#include <vm/map.h>

#define FIRST_FILE	 "mach/bootstrap"
#define FIRST_STACK_SIZE (256 * 1024)
#define STACK_ARGS_MAX	 2048 /* strings and vectors at the stack's top */

[[gnu::noreturn]] static void boot_failed(const char *what, const char *wrong)
{
	klog("boot failed: %s %s", what, wrong);
	machine_end(MACHINE_PANIC);
}

static struct archive_file first_file(void)
{
	struct archive a = {
		phys_to_virt(boot_info.archive.start),
		boot_info.archive.size,
	};
	struct archive_file file;

	if (a.size == 0)
		boot_failed("the boot archive", "is missing");
	const char *wrong = archive_check(&a);
	if (wrong)
		boot_failed("the boot archive", wrong);
	if (!archive_find(&a, FIRST_FILE, &file))
		boot_failed("the boot archive", "has no " FIRST_FILE);
	return file;
}

static void first_ports(struct task *task)
{
	struct vm_entry_port *entry = vm_entry_create_physical(
		boot_info.archive.start, boot_info.archive.size, VM_PROT_READ);
	struct ipc_right rights[TASK_PORT_REGISTER_MAX] = {
		host_priv_right(),
		pset_control_right(),
		device_master_right(),
		entry ? memory_entry_right(entry) : IPC_RIGHT_NULL,
	};

	if (rights[3].kind != RIGHT_SEND ||
	    task_register_ports(task, rights, TASK_PORT_REGISTER_MAX) !=
		    KR_SUCCESS)
		boot_failed(FIRST_FILE, "cannot get its ports: no memory");
}

/* The initial stack, built in kernel memory as it will lie at top. */
struct stack_image {
	uint64_t top; /* user address of the end of bytes */
	char bytes[STACK_ARGS_MAX] __attribute__((aligned(16)));
	size_t used; /* from the end */
};

static uint64_t push(struct stack_image *s, const void *data, size_t size)
{
	s->used += size;
	panic_unless(s->used <= sizeof(s->bytes));
	memcpy(s->bytes + sizeof(s->bytes) - s->used, data, size);
	return s->top - s->used;
}

static uint64_t push_string(struct stack_image *s, const char *text)
{
	return push(s, text, strlen(text) + 1);
}

/* Returns the initial stack pointer: 16-byte aligned, at argc. */
static uint64_t build_stack(struct stack_image *s, const struct elf_image *image)
{
	uint8_t random[16];

	random_bytes(random, sizeof(random));
	uint64_t at_random = push(s, random, sizeof(random));
	char size[24];

	ksnprintf(size, sizeof(size), "%llu",
		  (unsigned long long)boot_info.archive.size);
	uint64_t argv2 = push_string(s, size);
	uint64_t argv1 = push_string(s, boot_info.cmdline);
	uint64_t argv0 = push_string(s, "bootstrap");
	uint64_t words[] = {
		3, argv0, argv1, argv2, 0, /* argc, argv */
		0,		    /* envp */
		AT_PHDR, image->phdr,
		AT_PHENT, image->phentsize,
		AT_PHNUM, image->phnum,
		AT_PAGESZ, vm_page_bytes(),
		AT_ENTRY, image->entry,
		AT_RANDOM, at_random,
		AT_NULL, 0,
	};
	uint64_t zeros[2] = {0, 0};
	push(s, zeros, (s->top - s->used - sizeof(words)) & 15);
	return push(s, words, sizeof(words));
}

static uint64_t first_stack(struct task *task, const struct elf_image *image)
{
	static struct stack_image s;
	uint64_t stack = pmap_user_max - FIRST_STACK_SIZE - (1 << 20);

	if (vm_map_allocate(task->map, &stack, FIRST_STACK_SIZE, false) !=
	    KR_SUCCESS)
		boot_failed(FIRST_FILE, "cannot get a stack");
	s.top = stack + FIRST_STACK_SIZE;
	uint64_t sp = build_stack(&s, image);
	struct vm_copy *copy = vm_copy_from_kernel(
		s.bytes + sizeof(s.bytes) - s.used, s.used);
	if (!copy || vm_copy_overwrite(task->map, sp, copy) != KR_SUCCESS)
		boot_failed(FIRST_FILE, "cannot get a stack: no memory");
	return sp;
}

void first_task_start(void)
{
	struct archive_file file = first_file();
	struct elf_image image;
	struct thread *thread;
	struct task *task;

	if (task_create(NULL, false, &task) != KR_SUCCESS)
		boot_failed(FIRST_FILE, "cannot get a task: no memory");
	task_set_name(task, "bootstrap");
	task->essential = true;
	const char *wrong = elf_load(task->map, file.data, file.size, &image);
	if (wrong)
		boot_failed(FIRST_FILE, wrong);
	first_ports(task);
	uint64_t sp = first_stack(task, &image);
	if (task_thread_create(task, 0, &thread) != KR_SUCCESS)
		boot_failed(FIRST_FILE, "cannot get a thread: no memory");
	machine_set_start(&thread->machine, image.entry, sp);
	thread_start(thread);
	thread_unref(thread);
	task_unref(task);
}
