/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF files for x86-64: from program headers to segments. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include "exec.h"
#include "inode.h"
#include "path.h"
#include "proc.h"

#define PAGE          4096ull
#define PAGE_DOWN(x)  ((x) & ~(PAGE - 1))
#define PAGE_UP(x)    (((x) + PAGE - 1) & ~(PAGE - 1))
#define HEADERS_MAX   32
#define USER_END      UX_STACK_TOP

struct elf {
	Elf64_Ehdr header;
	Elf64_Phdr phdrs[HEADERS_MAX];
};

static int elf_read(struct inode *file, struct elf *e)
{
	uint64_t size;

	if (data_read(file, &e->header, sizeof(e->header), 0) !=
	    sizeof(e->header))
		return -ENOEXEC;
	if (memcmp(e->header.e_ident, ELFMAG, SELFMAG) ||
	    e->header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    e->header.e_machine != EM_X86_64 ||
	    (e->header.e_type != ET_EXEC && e->header.e_type != ET_DYN) ||
	    e->header.e_phentsize != sizeof(Elf64_Phdr) ||
	    !e->header.e_phnum || e->header.e_phnum > HEADERS_MAX)
		return -ENOEXEC;
	size = e->header.e_phnum * sizeof(Elf64_Phdr);
	if (data_read(file, e->phdrs, size, e->header.e_phoff) !=
	    (int64_t)size)
		return -ENOEXEC;
	return 0;
}

static bool elf_segment_valid(const Elf64_Phdr *h)
{
	return h->p_filesz <= h->p_memsz && h->p_memsz < USER_END &&
	       h->p_vaddr < USER_END - h->p_memsz &&
	       h->p_offset < DATA_MAX && h->p_filesz < DATA_MAX &&
	       h->p_vaddr % PAGE == h->p_offset % PAGE;
}

static int elf_prot(const Elf64_Phdr *h)
{
	return (h->p_flags & PF_R ? PROT_READ : 0) |
	       (h->p_flags & PF_W ? PROT_WRITE : 0) |
	       (h->p_flags & PF_X ? PROT_EXEC : 0);
}

static int elf_add(struct exec_image *image, struct inode *file,
		   const Elf64_Phdr *h, uint64_t bias)
{
	uint64_t address = h->p_vaddr + bias, slack = address % PAGE;

	if (image->count == EXEC_SEGMENTS || !elf_segment_valid(h) ||
	    (!bias && h->p_vaddr < 65536))
		return -ENOEXEC;
	inode_ref(file);
	image->segments[image->count++] = (struct exec_segment){
		.file = file,
		.address = address - slack,
		.offset = h->p_offset - slack,
		.file_size = h->p_filesz ? h->p_filesz + slack : 0,
		.memory_size = h->p_memsz + slack,
		.prot = elf_prot(h),
	};
	return 0;
}

/* Adds the loadable segments; *end is where the last one ends. */
static int elf_add_all(struct exec_image *image, struct inode *file,
		       const struct elf *e, uint64_t bias, uint64_t *end)
{
	bool any = false;
	int error;

	*end = 0;
	for (unsigned n = 0; n < e->header.e_phnum; n++) {
		const Elf64_Phdr *h = &e->phdrs[n];
		if (h->p_type != PT_LOAD || !h->p_memsz)
			continue;
		error = elf_add(image, file, h, bias);
		if (error)
			return error;
		if (bias + h->p_vaddr + h->p_memsz > *end)
			*end = bias + h->p_vaddr + h->p_memsz;
		any = true;
	}
	return any ? 0 : -ENOEXEC;
}

static const Elf64_Phdr *elf_header_of(const struct elf *e, uint32_t type)
{
	for (unsigned n = 0; n < e->header.e_phnum; n++)
		if (e->phdrs[n].p_type == type)
			return &e->phdrs[n];
	return NULL;
}

/* Where the program headers are in memory. */
static uint64_t elf_headers_at(const struct elf *e, uint64_t bias)
{
	uint64_t at = e->header.e_phoff;

	for (unsigned n = 0; n < e->header.e_phnum; n++) {
		const Elf64_Phdr *h = &e->phdrs[n];
		if (h->p_type == PT_LOAD && at >= h->p_offset &&
		    at - h->p_offset < h->p_filesz)
			return bias + h->p_vaddr + (at - h->p_offset);
	}
	return 0;
}

static int elf_interpreter(struct proc *p, struct inode *file,
			   const Elf64_Phdr *h, struct exec_image *image)
{
	char name[256];
	struct inode *interpreter;
	struct elf e;
	uint64_t end;
	int error;

	if (h->p_filesz < 2 || h->p_filesz > sizeof(name) ||
	    data_read(file, name, h->p_filesz, h->p_offset) !=
		    (int64_t)h->p_filesz ||
	    name[h->p_filesz - 1])
		return -ENOEXEC;
	error = path_inode(p, AT_FDCWD, name, PATH_FOLLOW, &interpreter);
	if (error)
		return error;
	error = inode_access(&p->cred, interpreter, 1);
	if (!error && !S_ISREG(interpreter->mode))
		error = -EACCES;
	if (!error)
		error = elf_read(interpreter, &e);
	if (!error)
		error = e.header.e_type == ET_DYN ? 0 : -ELIBBAD;
	if (!error)
		error = elf_add_all(image, interpreter, &e, UX_MMAP_BASE,
				    &end);
	image->base = UX_MMAP_BASE;
	image->start = UX_MMAP_BASE + e.header.e_entry;
	inode_unref(interpreter);
	return error;
}

int elf_plan(struct proc *p, struct inode *file, struct exec_image *image)
{
	const Elf64_Phdr *interpreter;
	struct elf e;
	uint64_t bias, end;
	int error = elf_read(file, &e);

	if (error)
		return error;
	bias = e.header.e_type == ET_DYN ? UX_PIE_BASE : 0;
	error = elf_add_all(image, file, &e, bias, &end);
	if (error)
		return error;
	image->entry = image->start = bias + e.header.e_entry;
	image->headers = elf_headers_at(&e, bias);
	image->nheaders = e.header.e_phnum;
	image->brk = PAGE_UP(end);
	interpreter = elf_header_of(&e, PT_INTERP);
	return interpreter ? elf_interpreter(p, file, interpreter, image) : 0;
}
