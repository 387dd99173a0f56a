/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program in a new task: segments, initial stack, special ports, first
 * thread. What can be refused is checked before the task exists; whatever
 * fails later ends with the task terminated.
 */
#include <server/spawn.h>

#include <elf.h>
#include <mach/mach.h>
#include <mach/mach_ext.h>
#include <server/auxv.h>
#include <stdlib.h>
#include <string.h>

#include "stack_image.h"

#define STACK_BYTES (1024 * 1024)
#define STACK_TOP   0x7ff000000000ul

static const char *header_check(const struct archive_file *f)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)f->data;

	if (f->size < sizeof *h || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
		return "is no ELF file";
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != EM_X86_64)
		return "is for another machine";
	if (h->e_type != ET_EXEC)
		return "is not a static executable";
	if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phoff > f->size ||
	    h->e_phnum > (f->size - h->e_phoff) / sizeof(Elf64_Phdr))
		return "has no valid program headers";
	return NULL;
}

static const Elf64_Phdr *headers(const struct archive_file *f)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)f->data;

	return (const Elf64_Phdr *)(f->data + h->e_phoff);
}

static const char *segments_check(const struct archive_file *f)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)f->data;

	for (unsigned i = 0; i < h->e_phnum; i++) {
		const Elf64_Phdr *p = &headers(f)[i];

		if (p->p_type == PT_INTERP)
			return "needs an interpreter";
		if (p->p_type == PT_LOAD &&
		    (p->p_offset > f->size ||
		     p->p_filesz > f->size - p->p_offset ||
		     p->p_filesz > p->p_memsz || p->p_memsz == 0))
			return "has a malformed segment";
	}
	return NULL;
}

static vm_prot_t protection(unsigned flags)
{
	return (flags & PF_R ? VM_PROT_READ : 0) |
	       (flags & PF_W ? VM_PROT_WRITE : 0) |
	       (flags & PF_X ? VM_PROT_EXECUTE : 0);
}

static bool segment_load(task_t task, const char *file, const Elf64_Phdr *p)
{
	vm_address_t at = trunc_page(p->p_vaddr);
	vm_size_t size = round_page(p->p_vaddr + p->p_memsz) - at;

	if (vm_allocate(task, &at, size, FALSE) != KERN_SUCCESS)
		return false;
	if (p->p_filesz != 0 &&
	    vm_write(task, p->p_vaddr, (pointer_t)(file + p->p_offset),
		     (mach_msg_type_number_t)p->p_filesz) != KERN_SUCCESS)
		return false;
	return vm_protect(task, at, size, FALSE, protection(p->p_flags)) ==
	       KERN_SUCCESS;
}

/* Fills what the auxiliary vector says about the program. */
static bool load(task_t task, const struct spawn *s, struct stack_image *image)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)s->file.data;

	image->entry = h->e_entry;
	image->phnum = h->e_phnum;
	for (unsigned i = 0; i < h->e_phnum; i++) {
		const Elf64_Phdr *p = &headers(&s->file)[i];

		if (p->p_type != PT_LOAD)
			continue;
		if (!segment_load(task, s->file.data, p))
			return false;
		if (h->e_phoff >= p->p_offset &&
		    h->e_phoff - p->p_offset < p->p_filesz)
			image->phdr = p->p_vaddr + (h->e_phoff - p->p_offset);
	}
	return true;
}

static bool stack_make(task_t task, const struct spawn *s,
		       struct stack_image *image)
{
	vm_address_t at = STACK_TOP - STACK_BYTES;

	if (vm_allocate(task, &at, STACK_BYTES, FALSE) != KERN_SUCCESS)
		return false;
	image->top = STACK_TOP;
	if (!stack_image_build(image, s->argv, s->envp))
		return false;
	return vm_write(task, image->sp,
			(pointer_t)(image->bytes + sizeof image->bytes -
				    image->used),
			(mach_msg_type_number_t)image->used) == KERN_SUCCESS;
}

static bool special_port(task_t task, int which, mach_port_t port)
{
	return port == MACH_PORT_NULL ||
	       task_set_special_port(task, which, port) == KERN_SUCCESS;
}

/* A send right, under some name in the new task. */
static bool output_give(task_t task, mach_port_t output, uint64_t *name)
{
	/* The first names a task gets are small: this one is free. */
	mach_port_t there = 0x40001;

	*name = 0;
	if (output == MACH_PORT_NULL)
		return true;
	if (mach_port_insert_right(task, there, output,
				   MACH_MSG_TYPE_COPY_SEND) != KERN_SUCCESS)
		return false;
	*name = there;
	return true;
}

static bool thread_begin(task_t task, const struct stack_image *image)
{
	struct x86_64_thread_state state = {
		.rip = image->entry,
		.rsp = image->sp,
	};
	thread_t thread;

	if (thread_create_running(task, x86_64_THREAD_STATE,
				  (thread_state_t)&state,
				  x86_64_THREAD_STATE_COUNT,
				  &thread) != KERN_SUCCESS)
		return false;
	mach_port_deallocate(mach_task_self(), thread);
	return true;
}

/* What went wrong, or NULL. */
static const char *fill_task(const struct spawn *s, task_t task,
			     struct stack_image *image)
{
	if (!load(task, s, image))
		return "cannot be loaded: bad addresses or no memory";
	if (!output_give(task, s->output, &image->output) ||
	    !special_port(task, TASK_BOOTSTRAP_PORT, s->bootstrap) ||
	    !special_port(task, TASK_EXCEPTION_PORT, s->exception))
		return "cannot get its ports";
	if (!stack_make(task, s, image))
		return "cannot get a stack: too many arguments or no memory";
	if (!thread_begin(task, image))
		return "cannot get a thread";
	return NULL;
}

const char *spawn_task(const struct spawn *s, task_t *task)
{
	const char *wrong = header_check(&s->file);
	struct stack_image *image;
	task_t new_task;

	if (wrong == NULL)
		wrong = segments_check(&s->file);
	if (wrong != NULL)
		return wrong;
	image = calloc(1, sizeof *image);
	if (image == NULL)
		return "cannot be started: no memory";
	if (task_create(mach_task_self(), FALSE, &new_task) != KERN_SUCCESS) {
		free(image);
		return "cannot get a task";
	}
	task_set_name(new_task, s->argv[0]); /* for people */
	wrong = fill_task(s, new_task, image);
	free(image);
	if (wrong != NULL) {
		task_terminate(new_task);
		mach_port_deallocate(mach_task_self(), new_task);
		return wrong;
	}
	*task = new_task;
	return NULL;
}
