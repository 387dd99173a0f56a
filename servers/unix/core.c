/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Core files: what a process was when a signal ended it, as ELF.
 *
 *	ELF header | program headers | notes | to a page | memory ...
 *
 * The notes hold registers and floating-point registers of each thread (that
 * of the signal first), what process it was, and its auxiliary vector. There is
 * no list of mapped files: the server does not keep one. All readable memory
 * of the program is written, but for pages of zeros, which are holes, and for
 * what goes beyond CORE_MAX: the server does nothing else meanwhile.
 */
#include "core.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include "exec.h"
#include "inode.h"
#include "machine.h"
#include "path.h"
#include "proc.h"
#include "sig.h"

#define PAGE	    4096ull
#define PAGE_UP(x)  (((x) + PAGE - 1) & ~(PAGE - 1))
#define REGIONS_MAX 1024
#define REGION_MAX  (32ull << 20)
#define CORE_MAX    (128ull << 20)
#define CHUNK	    (4 * PAGE)

/* A file being written; nothing is beyond the limit. */
struct core {
	struct proc *p;
	struct inode *file;
	uint64_t at, limit;
	struct machine_region *regions;
	unsigned nregions;
};

/* False: the limit or the file system's end is reached. */
static bool core_put(struct core *c, const void *data, uint64_t size)
{
	uint64_t fits = c->limit - c->at < size ? c->limit - c->at : size;
	int64_t done = data_write(c->file, data, fits, c->at);

	c->at += fits;
	return done == (int64_t)size;
}

/* --- the notes --- */

static bool put_note(struct core *c, uint32_t type, const void *data,
		     uint32_t size)
{
	struct {
		Elf64_Nhdr head;
		char name[8];
	} note = {{5, size, type}, "CORE"};
	static const char zeros[4];

	return core_put(c, &note, sizeof(note)) && core_put(c, data, size) &&
	       core_put(c, zeros, -size & 3);
}

static uint64_t note_size(uint64_t size)
{
	return sizeof(Elf64_Nhdr) + 8 + ((size + 3) & ~3ull);
}

static bool put_registers(struct core *c, struct lwp *l, int sig)
{
	struct elf_prstatus s = {
		.pr_info.si_signo = sig,
		.pr_cursig = (short)sig,
		.pr_sigpend = c->p->pending.set | l->pending.set,
		.pr_sighold = l->mask,
		.pr_pid = l->tid,
		.pr_ppid = c->p->parent ? c->p->parent->pid : 0,
		.pr_pgrp = c->p->pgid,
		.pr_sid = c->p->session->sid,
		.pr_fpvalid = 1,
	};
	struct machine_registers r = {0};

	machine_registers(l, &r);
	_Static_assert(sizeof(r.general) == sizeof(s.pr_reg), "27 words");
	memcpy(&s.pr_reg, r.general, sizeof(r.general));
	return put_note(c, NT_PRSTATUS, &s, sizeof(s)) &&
	       put_note(c, NT_FPREGSET, r.floating, sizeof(r.floating));
}

static bool put_process(struct core *c)
{
	const struct proc *p = c->p;
	struct elf_prpsinfo s = {
		.pr_sname = 'R',
		.pr_nice = (char)p->nice,
		.pr_uid = p->cred.uid,
		.pr_gid = p->cred.gid,
		.pr_pid = p->pid,
		.pr_ppid = p->parent ? p->parent->pid : 0,
		.pr_pgrp = p->pgid,
		.pr_sid = p->session->sid,
	};
	unsigned length = p->cmdline_length;

	memcpy(s.pr_fname, p->comm, sizeof(s.pr_fname));
	if (length > sizeof(s.pr_psargs))
		length = sizeof(s.pr_psargs);
	if (length)
		memcpy(s.pr_psargs, p->cmdline, length - 1);
	for (unsigned n = 0; n + 1 < length; n++)
		if (!s.pr_psargs[n])
			s.pr_psargs[n] = ' ';
	return put_note(c, NT_PRPSINFO, &s, sizeof(s));
}

/* As the program's stack has it now. */
static bool put_auxv(struct core *c)
{
	uint64_t aux[EXEC_AUX_MAX][2] = {0};

	if (c->p->auxv)
		(void)!machine_memory_read(c->p, c->p->auxv, aux, sizeof(aux));
	return put_note(c, NT_AUXV, aux, sizeof(aux));
}

static bool put_notes(struct core *c, struct lwp *first, int sig)
{
	struct list *pos;

	if (!put_registers(c, first, sig) || !put_process(c) || !put_auxv(c))
		return false;
	list_each(pos, &c->p->threads) {
		struct lwp *l = list_entry(pos, struct lwp, siblings);
		if (l != first && !put_registers(c, l, sig))
			return false;
	}
	return true;
}

static uint64_t notes_size(const struct proc *p)
{
	return p->nthreads *
		       (note_size(sizeof(struct elf_prstatus)) +
			note_size(sizeof(((struct machine_registers *)0)
						 ->floating))) +
	       note_size(sizeof(struct elf_prpsinfo)) +
	       note_size(EXEC_AUX_MAX * 16);
}

/* --- the memory --- */

static uint64_t region_bytes(const struct machine_region *r, uint64_t *room)
{
	uint64_t size = r->prot & PROT_READ ? r->end - r->start : 0;

	if (size > REGION_MAX)
		size = REGION_MAX;
	if (size > *room)
		size = *room;
	*room -= size;
	return size;
}

static bool find_regions(struct core *c)
{
	uint64_t at = 0;

	c->regions = calloc(REGIONS_MAX, sizeof(*c->regions));
	if (!c->regions)
		return false;
	while (c->nregions < REGIONS_MAX &&
	       machine_region_next(c->p, at, &c->regions[c->nregions]))
		at = c->regions[c->nregions++].end;
	return true;
}

static bool put_headers(struct core *c)
{
	uint64_t headers = sizeof(Elf64_Ehdr) +
			   (c->nregions + 1) * sizeof(Elf64_Phdr);
	uint64_t notes = notes_size(c->p), room = CORE_MAX;
	const Elf64_Ehdr ehdr = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			    ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(ehdr),
		.e_ehsize = sizeof(ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (Elf64_Half)(c->nregions + 1),
	};
	Elf64_Phdr h = {.p_type = PT_NOTE,
			.p_offset = headers,
			.p_filesz = notes,
			.p_align = 4};
	bool ok = core_put(c, &ehdr, sizeof(ehdr)) &&
		  core_put(c, &h, sizeof(h));
	uint64_t offset = PAGE_UP(headers + notes);

	for (unsigned n = 0; ok && n < c->nregions; n++) {
		const struct machine_region *r = &c->regions[n];
		uint64_t bytes = region_bytes(r, &room);

		h = (Elf64_Phdr){
			.p_type = PT_LOAD,
			.p_flags = (r->prot & PROT_READ ? PF_R : 0u) |
				   (r->prot & PROT_WRITE ? PF_W : 0u) |
				   (r->prot & PROT_EXEC ? PF_X : 0u),
			.p_offset = offset,
			.p_vaddr = r->start,
			.p_filesz = bytes,
			.p_memsz = r->end - r->start,
			.p_align = PAGE,
		};
		offset += bytes;
		ok = core_put(c, &h, sizeof(h));
	}
	return ok;
}

static bool is_zero(const char *bytes, uint64_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* Some bytes of memory; what is zero stays a hole. */
static bool put_chunk(struct core *c, uint64_t address, uint64_t size)
{
	static char chunk[CHUNK] __attribute__((aligned(MACHINE_SCRATCH)));

	if (!machine_memory_read(c->p, address, chunk, size))
		memset(chunk, 0, size);
	for (uint64_t n = 0; n < size; n += PAGE) {
		if (!is_zero(chunk + n, PAGE)) {
			if (!core_put(c, chunk + n, PAGE))
				return false;
		} else if (c->limit - c->at < PAGE) {
			return false;
		} else {
			c->at += PAGE;
		}
	}
	return true;
}

static bool put_memory(struct core *c)
{
	uint64_t room = CORE_MAX;

	if (PAGE_UP(c->at) > c->limit)
		return false;
	c->at = PAGE_UP(c->at);
	for (unsigned n = 0; n < c->nregions; n++) {
		const struct machine_region *r = &c->regions[n];
		uint64_t left = region_bytes(r, &room), at = r->start;

		for (; left; left -= left < CHUNK ? left : CHUNK, at += CHUNK)
			if (!put_chunk(c, at, left < CHUNK ? left : CHUNK))
				return false;
	}
	return true;
}

/* --- the file --- */

/* As Linux: never through a link, never somebody else's, nobody's second name
 * for it. +1. */
static int core_file(struct proc *p, struct inode **out)
{
	struct inode *i;
	int error = open_create(p, "core", 0600, &i);

	if (error)
		return error;
	if (!S_ISREG(i->mode) || i->ops || i->nlink != 1 || i->executing ||
	    i->uid != p->cred.fsuid)
		error = -EPERM;
	else
		error = inode_access(&p->cred, i, 2);
	if (error) {
		inode_unref(i);
		return error;
	}
	data_truncate(i, 0);
	i->mtime = i->ctime = time_now();
	*out = i;
	return 0;
}

static void core_write(struct core *c, struct lwp *l, int sig)
{
	if (find_regions(c) && put_headers(c) && put_notes(c, l, sig))
		(void)put_memory(c);
	/* Its size even if it ends in a hole. */
	data_truncate(c->file, c->at);
	free(c->regions);
}

bool core_dump(struct proc *p, struct lwp *l, int sig)
{
	struct core c = {.p = p, .limit = p->limits[RLIMIT_CORE].rlim_cur};

	if (c.limit < PAGE || p->undumpable || p->vforked_from ||
	    list_empty(&p->threads) || core_file(p, &c.file))
		return false;
	if (!l)
		l = list_entry(p->threads.next, struct lwp, siblings);
	machine_stop(p);
	core_write(&c, l, sig);
	inode_unref(c.file);
	return true;
}
