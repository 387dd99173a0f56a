/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The beginning of a core file: ELF header, program headers, notes. All of it
 * is bounded: so many regions, so many threads.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include "core_i.h"
#include "exec.h"
#include "proc.h"

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

uint64_t core_region_bytes(const struct machine_region *r, uint64_t *room)
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
		uint64_t bytes = core_region_bytes(r, &room);

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

bool core_put_head(struct core *c, struct lwp *l, int sig)
{
	return find_regions(c) && put_headers(c) && put_notes(c, l, sig);
}
