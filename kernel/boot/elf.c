/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading a static executable: each loadable segment becomes zero-filled
 * memory, its file bytes are put there, and its protection is set.
 */
#include <boot/elf.h>

#include <elf.h>
#include <kern/string.h>
#include <vm/map.h>

static const char *header_check(const Elf64_Ehdr *h, size_t size)
{
	if (size < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG))
		return "is no ELF file";
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != EM_X86_64)
		return "is for another machine";
	if (h->e_type != ET_EXEC)
		return "is not a static executable";
	if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phoff > size ||
	    h->e_phnum > (size - h->e_phoff) / sizeof(Elf64_Phdr))
		return "has no valid program headers";
	return NULL;
}

static int segment_protection(uint32_t flags)
{
	return (flags & PF_R ? VM_PROT_READ : 0) |
	       (flags & PF_W ? VM_PROT_WRITE : 0) |
	       (flags & PF_X ? VM_PROT_EXECUTE : 0);
}

static enum kr segment_fill(struct vm_map *map, uint64_t addr, const void *data,
			    uint64_t size)
{
	if (size == 0)
		return KR_SUCCESS;
	struct vm_copy *copy = vm_copy_from_kernel(data, size);
	if (!copy)
		return KR_RESOURCE_SHORTAGE;
	enum kr kr = vm_copy_overwrite(map, addr, copy);
	if (kr != KR_SUCCESS)
		vm_copy_discard(copy);
	return kr;
}

static enum kr segment_load(struct vm_map *map, const char *file,
			    const Elf64_Phdr *p)
{
	uint64_t addr = p->p_vaddr;
	enum kr kr = vm_map_allocate(map, &addr, p->p_memsz +
				     (p->p_vaddr & (vm_page_bytes() - 1)), false);

	if (kr == KR_SUCCESS)
		kr = segment_fill(map, p->p_vaddr, file + p->p_offset,
				  p->p_filesz);
	if (kr == KR_SUCCESS)
		kr = vm_map_protect(map, p->p_vaddr, p->p_memsz, false,
				    segment_protection(p->p_flags));
	return kr;
}

static bool segment_valid(const Elf64_Phdr *p, size_t size)
{
	return p->p_offset <= size && p->p_filesz <= size - p->p_offset &&
	       p->p_filesz <= p->p_memsz && p->p_memsz > 0;
}

const char *elf_load(struct vm_map *map, const void *file, size_t size,
		     struct elf_image *image)
{
	const Elf64_Ehdr *h = file;
	const char *wrong = header_check(h, size);

	if (wrong)
		return wrong;
	const Elf64_Phdr *p = (const void *)((const char *)file + h->e_phoff);
	*image = (struct elf_image){
		.entry = h->e_entry,
		.phnum = h->e_phnum,
		.phentsize = h->e_phentsize,
	};
	for (unsigned i = 0; i < h->e_phnum; i++) {
		if (p[i].p_type != PT_LOAD)
			continue;
		if (!segment_valid(&p[i], size))
			return "has a malformed segment";
		if (segment_load(map, file, &p[i]) != KR_SUCCESS)
			return "cannot be loaded: bad addresses or no memory";
		if (h->e_phoff >= p[i].p_offset &&
		    h->e_phoff - p[i].p_offset < p[i].p_filesz)
			image->phdr =
				p[i].p_vaddr + (h->e_phoff - p[i].p_offset);
	}
	return NULL;
}
