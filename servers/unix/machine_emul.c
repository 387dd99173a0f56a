/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emulator's image: kept in two regions of ours, text mapped into every
 * task for reading only, data as a private copy.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include "machine_i.h"

#define PAGE 4096ull
#define PAGE_UP(x) (((x) + PAGE - 1) & ~(PAGE - 1))

struct ux_emul_table emul;

static struct part {
	uint64_t address, size;
	vm_prot_t prot;
	mach_port_t entry;
	char *bytes;
} parts[4];
static unsigned nparts;

static int part_load(const char *elf, const Elf64_Phdr *h)
{
	struct part *part = &parts[nparts];
	vm_size_t size;

	if (nparts == 4 || (h->p_vaddr & (PAGE - 1)))
		return -ENOEXEC;
	part->address = h->p_vaddr;
	part->size = PAGE_UP(h->p_memsz);
	part->prot = h->p_flags & PF_W ? VM_PROT_READ | VM_PROT_WRITE
				       : VM_PROT_READ | VM_PROT_EXECUTE;
	part->bytes = machine_region_create(part->size);
	if (!part->bytes)
		return -ENOMEM;
	memcpy(part->bytes, elf + h->p_offset, h->p_filesz);
	size = part->size;
	nparts++;
	return kern_errno(mach_make_memory_entry(
		mach_task_self(), &size, (vm_address_t)part->bytes,
		VM_PROT_ALL, &part->entry));
}

int emul_load(const void *elf, size_t size)
{
	const Elf64_Ehdr *h = elf;
	const Elf64_Phdr *p;
	int error = 0;

	if (size < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_phoff + h->e_phnum * sizeof(*p) > size)
		return -ENOEXEC;
	p = (const void *)((const char *)elf + h->e_phoff);
	for (unsigned n = 0; n < h->e_phnum && !error; n++) {
		if (p[n].p_type != PT_LOAD)
			continue;
		if (p[n].p_offset + p[n].p_filesz > size)
			return -ENOEXEC;
		error = part_load(elf, &p[n]);
	}
	if (error || !nparts || parts[0].address != UX_EMUL_BASE)
		return error ? error : -ENOEXEC;
	memcpy(&emul, parts[0].bytes, sizeof(emul));
	return emul.magic == UX_EMUL_MAGIC ? 0 : -ENOEXEC;
}

static kern_return_t part_map(mach_port_t task, const struct part *part)
{
	bool writable = part->prot & VM_PROT_WRITE;
	vm_address_t at = part->address;

	return vm_map(task, &at, part->size, 0, FALSE, part->entry, 0,
		      writable, part->prot, part->prot, VM_INHERIT_COPY);
}

int emul_map(mach_port_t task)
{
	vm_address_t block = UX_BLOCK_BASE;
	kern_return_t kr = KERN_SUCCESS;

	for (unsigned n = 0; n < nparts && kr == KERN_SUCCESS; n++)
		kr = part_map(task, &parts[n]);
	if (kr == KERN_SUCCESS)
		kr = vm_allocate(task, &block, emul.block_size, FALSE);
	if (kr == KERN_SUCCESS)
		kr = task_set_emulation(task, emul.syscall, EML_ALL);
	return kern_errno(kr);
}
